from dataclasses import dataclass

from schemas.fields import Choice, Part, PartSchema, UnknownValue
from schemas.parts.campaign_loyalty_card import CampaignLoyaltyCard, CampaignLoyaltyCardSchema
from schemas.parts.code_config import CodeConfig, CodeConfigSchema
from schemas.parts.discount import Discount, DiscountField
from schemas.parts.gift import Gift, GiftSchema
from schemas.parts.redemption import Redemption, RedemptionSchema
from schemas.vocabulary import VoucherType


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignVoucher:
    """What a campaign's codes are made from (`SimpleCampaignVoucher`)."""

    type: VoucherType | UnknownValue | None = None
    discount: Discount | None = None
    gift: Gift | None = None
    loyalty_card: CampaignLoyaltyCard | None = None
    redemption: Redemption | None = None
    code_config: CodeConfig | None = None


class CampaignVoucherSchema(PartSchema[CampaignVoucher]):
    """Reads `CampaignVoucher`."""

    makes = CampaignVoucher

    type = Choice(VoucherType)
    discount = DiscountField()
    gift = Part(GiftSchema())
    loyalty_card = Part(CampaignLoyaltyCardSchema())
    redemption = Part(RedemptionSchema())
    code_config = Part(CodeConfigSchema())
