from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.fields import (
    Choice,
    Flag,
    FreeObject,
    Part,
    Parts,
    PartSchema,
    Text,
    Timestamp,
    UnknownValue,
)
from schemas.parts.category import Category, CategorySchema
from schemas.parts.discount import Discount, DiscountField
from schemas.parts.gift import Gift, GiftSchema
from schemas.parts.loyalty_card import LoyaltyCard, LoyaltyCardSchema
from schemas.parts.redemption import Redemption, RedemptionSchema
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
    redemption: Redemption | None = None
    start_date: datetime | None = None
    expiration_date: datetime | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    object: str | None = None


class VoucherSchema(PartSchema[Voucher]):
    """Reads `Voucher`."""

    makes = Voucher

    id = Text()
    code = Text()
    type = Choice(VoucherType)
    campaign = Text()
    campaign_id = Text()
    is_referral_code = Flag()
    gift = Part(GiftSchema())
    discount = DiscountField()
    loyalty_card = Part(LoyaltyCardSchema())
    holder_id = Text()
    referrer_id = Text()
    category_id = Text()
    categories = Parts(Part(CategorySchema()))
    active = Flag()
    created_at = Timestamp()
    updated_at = Timestamp()
    redemption = Part(RedemptionSchema())
    start_date = Timestamp()
    expiration_date = Timestamp()
    metadata = FreeObject()
    object = Text()
