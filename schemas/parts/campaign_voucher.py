from dataclasses import dataclass

from schemas.fields import UnknownValue
from schemas.parts.campaign_loyalty_card import CampaignLoyaltyCard
from schemas.parts.code_config import CodeConfig
from schemas.parts.discount import Discount
from schemas.parts.gift import Gift
from schemas.parts.redemption_count import RedemptionCount
from schemas.vocabulary import VoucherType


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignVoucher:
    """What a campaign's codes are made from (`SimpleCampaignVoucher`)."""

    type: VoucherType | UnknownValue | None = None
    discount: Discount | None = None
    gift: Gift | None = None
    loyalty_card: CampaignLoyaltyCard | None = None
    redemption: RedemptionCount | None = None
    code_config: CodeConfig | None = None
