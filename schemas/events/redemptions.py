"""Events about redemptions, their rollbacks, and rewards."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from schemas.event import Event, EventSource
from schemas.model import Model, Named
from schemas.parts.balances import Balance
from schemas.parts.campaigns import Campaign, ReferralTier
from schemas.parts.common import Cause
from schemas.parts.customers import Customer, CustomerEvent, CustomEvent
from schemas.parts.loyalty import FullEarningRule, LoyaltyTier
from schemas.parts.orders import Order
from schemas.parts.promotions import PromotionStack, PromotionTier
from schemas.parts.publications import Publication
from schemas.parts.redemptions import (
    GivenReward,
    IdentifiedRedemption,
    InternalRedemption,
    Redemption,
    RewardAssignment,
    RewardRedemption,
)
from schemas.parts.vouchers import Voucher


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


class RedemptionSucceeded(RedemptionParties, event_type="redemption.succeeded"):
    """A code or a promotion was redeemed (`EventRedemptionSucceededData`)."""

    redemption: IdentifiedRedemption
    created_at: datetime | None = None


class CustomerRedemptionSucceeded(RedemptionParties, event_type="customer.redemption.succeeded"):
    """A customer redeemed something (`EventCustomerRedemptionSucceededData`)."""

    redemption: IdentifiedRedemption


class RedemptionFailed(RedemptionParties, event_type="redemption.failed"):
    """A redemption was refused (`EventRedemptionFailedData`); `redemption` says why."""

    redemption: IdentifiedRedemption
    created_at: datetime | None = None


class RedemptionRollback(RedemptionParties):
    """What the two events about a rollback have in common. The rollback has its own id."""

    redemption: Redemption | None = None
    redemption_rollback: IdentifiedRedemption


class RedemptionRollbackSucceeded(RedemptionRollback, event_type="redemption.rollback.succeeded"):
    """A redemption was taken back (`EventRedemptionRollbackSucceededData`)."""


class CustomerRedemptionRollbackSucceeded(
    RedemptionRollback, event_type="customer.redemption.rollback.succeeded"
):
    """What a customer redeemed was taken back (`EventCustomerRedemptionRollbackSucceededData`)."""


class RedemptionRollbackFailed(RedemptionRollback, event_type="redemption.rollback.failed"):
    """A rollback was refused (`EventRedemptionRollbackFailedData`); it says why itself."""


class RewardCause(Model):
    """What a reward was for."""

    id: str | None = None
    type: str | None = None


class RewardCredits(Model):
    """The credits that were a reward."""

    amount: int | Decimal | None = None


class CustomerRewardRedemption(Event):
    """
    What the events about handing out a reward have in common.

    `EventCustomerRewardRedemptionsBase` of the specification.
    """

    customer: Customer | None = None
    holder: Customer | None = None
    voucher: Voucher | None = None
    campaign: Campaign | None = None
    reward_redemption: RewardRedemption | None = None
    reward: GivenReward | None = None
    reward_assignment: RewardAssignment | None = None
    source: RewardCause | None = None
    balance: RewardCredits | None = None


class CustomerRewardRedemptionsCreated(
    CustomerRewardRedemption, event_type="customer.reward_redemptions.created"
):
    """A customer is to get a reward."""

    event_source: EventSource | None = None


class CustomerRewardRedemptionsPending(
    CustomerRewardRedemption, event_type="customer.reward_redemptions.pending"
):
    """A customer will get a reward later."""

    event_source: EventSource | None = None


class CustomerRewardRedemptionsCompleted(
    CustomerRewardRedemption, event_type="customer.reward_redemptions.completed"
):
    """A customer got a reward (`EventCustomerRewardRedemptionsCompletedData`)."""

    publication: Publication | None = None


class GivenBalance(Model):
    """The credits or points that were a reward."""

    amount: int | Decimal | None = None
    points: int | None = None


class CustomerRewarded(Event, event_type="customer.rewarded"):
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


class CustomerRewardedLoyaltyPoints(Event, event_type="customer.rewarded.loyalty_points"):
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
