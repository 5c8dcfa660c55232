"""`customer.rewarded` and `customer.rewarded.loyalty_points`."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from schemas.event import Event
from schemas.fields import Named
from schemas.parts.balance import Balance
from schemas.parts.campaign import Campaign
from schemas.parts.cause import Cause
from schemas.parts.custom_event import CustomEvent
from schemas.parts.customer import Customer
from schemas.parts.earning_rule import FullEarningRule
from schemas.parts.internal_redemption import InternalRedemption
from schemas.parts.loyalty_tier import LoyaltyTier
from schemas.parts.order import Order
from schemas.parts.publication import Publication
from schemas.parts.referral_tier import ReferralTier
from schemas.parts.reward import GivenReward
from schemas.parts.segment import CustomerEvent
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBalance:
    """The credits or points that were a reward."""

    amount: int | Decimal | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRewarded(Event):
    """
    A customer got a reward (`EventCustomerRewardedData`).

    `customer` is who got it, `holder` the owner of the code; `referral_tier` is there for the
    reward of a referral, and `redemption` or one of the events is what it was for.
    """

    customer: Customer | None = None
    holder: Customer | None = None
    voucher: Voucher | None = None
    campaign: Campaign | None = None
    redemption: InternalRedemption | None = None
    reward: GivenReward | None = None
    referral_tier: ReferralTier | None = None
    balance: GivenBalance | None = None
    custom_event: CustomEvent | None = None
    customer_event: CustomerEvent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRewardedLoyaltyPoints(Event):
    """
    A customer got loyalty points (`EventCustomerRewardedLoyaltyPointsData`).

    `cause` is the field `event` of the body.
    """

    customer: Customer | None = None
    holder: Customer | None = None
    voucher: Voucher | None = None
    campaign: Campaign | None = None
    loyalty_tier: LoyaltyTier | None = None
    earning_rule: FullEarningRule | None = None
    balance: Balance | None = None
    order: Order | None = None
    cause: Annotated[Cause | None, Named("event")] = None
    publication: Publication | None = None
