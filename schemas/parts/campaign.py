from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.fields import UnknownValue
from schemas.parts.campaign_voucher import CampaignVoucher
from schemas.parts.category import Category
from schemas.parts.referral_program import ReferralProgram
from schemas.vocabulary import CampaignGrowth, CampaignType


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """
    A campaign as it is now, not as it was at a grant (`SimpleCampaign`).

    The specification requires none of its fields.
    """

    id: str | None = None
    name: str | None = None
    campaign_type: CampaignType | UnknownValue | None = None
    type: CampaignGrowth | UnknownValue | None = None
    is_referral_code: bool | None = None
    voucher: CampaignVoucher | None = None
    referral_program: ReferralProgram | None = None
    auto_join: bool | None = None
    join_once: bool | None = None
    active: bool | None = None
    category_id: str | None = None
    category: str | None = None
    categories: tuple[Category, ...] | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    start_date: datetime | None = None
    expiration_date: datetime | None = None
    description: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    object: str | None = None
