"""`redemption.succeeded` and `redemption.failed`."""

from dataclasses import dataclass
from datetime import datetime

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.order import Order
from schemas.parts.promotion_tier import PromotionStack, PromotionTier
from schemas.parts.redemption import IdentifiedRedemption
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionParties(Event):
    """
    Who redeemed what on which order.

    `EventCustomerRedemption` of the specification. `holder` is the owner of the code.
    """

    customer: Customer | None = None
    order: Order | None = None
    campaign: Campaign | None = None
    voucher: Voucher | None = None
    holder: Customer | None = None
    promotion_tier: PromotionTier | None = None
    promotion_stack: PromotionStack | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionSucceeded(RedemptionParties):
    """A code or a promotion was redeemed (`EventRedemptionSucceededData`)."""

    redemption: IdentifiedRedemption
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionFailed(RedemptionParties):
    """A redemption was refused (`EventRedemptionFailedData`); `redemption` says why."""

    redemption: IdentifiedRedemption
    created_at: datetime | None = None
