"""`customer.reward_redemptions.*`."""

from dataclasses import dataclass
from decimal import Decimal

from schemas.event import Event
from schemas.event_reference import EventSource
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.publication import Publication
from schemas.parts.reward import GivenReward, RewardAssignment, RewardRedemption
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardCause:
    """What a reward was for."""

    id: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardCredits:
    """The credits that were a reward."""

    amount: int | Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRewardRedemptionsCreated(CustomerRewardRedemption):
    """A customer is to get a reward."""

    event_source: EventSource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRewardRedemptionsPending(CustomerRewardRedemption):
    """A customer will get a reward later."""

    event_source: EventSource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRewardRedemptionsCompleted(CustomerRewardRedemption):
    """A customer got a reward (`EventCustomerRewardRedemptionsCompletedData`)."""

    publication: Publication | None = None
