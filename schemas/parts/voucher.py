from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.fields import UnknownValue
from schemas.parts.category import Category
from schemas.parts.discount import Discount
from schemas.parts.gift import Gift
from schemas.parts.loyalty_card import LoyaltyCard
from schemas.parts.redemption_count import RedemptionCount
from schemas.vocabulary import VoucherType


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """
    A code as events show one (`SimpleVoucher`): a snapshot that may be stale.

    In an event about a referee this is the referrer's code, which all of the referrer's
    referees share: its `holder_id` and `referrer_id` are the referrer. `code` is hidden,
    because whoever knows it can redeem it.
    """

    id: str | None = None
    code: str | None = field(default=None, repr=False)
    type: VoucherType | UnknownValue | None = None
    campaign: str | None = None
    campaign_id: str | None = None
    is_referral_code: bool | None = None
    gift: Gift | None = None
    discount: Discount | None = None
    loyalty_card: LoyaltyCard | None = None
    holder_id: str | None = None
    referrer_id: str | None = None
    category_id: str | None = None
    categories: tuple[Category, ...] | None = None
    active: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    redemption: RedemptionCount | None = None
    start_date: datetime | None = None
    expiration_date: datetime | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    object: str | None = None
