"""The steps of a plan; each names its perk, as docs/revocation.md does."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from inbox.model.effect import Perk
from worker.revocation.cards import Card, Change


#: The name of a referee's own reward in the ledger.
REWARD: Final = "reward"

_REWARD_PERKS: Final = (Perk.GIFT_CREDITS, Perk.LOYALTY_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBalance:
    """
    Take credits or points off a card, never more than is left.

    Attributes:
        granted: what was really given, in cents or points.
        due: how much of that is still to be taken.
        grant: the transaction that gave it.
        name: under which the take-back stands in the card's transactions.
        found: our take-back among its transactions, if it was made.
        balance: what was on the card when it was read; None if it was not read.
        read_at: when reading it began; our other take-backs since then are not in it.
        rest: what became of the rest of what was granted.
    """

    perk: Perk
    card: Card
    granted: int
    due: int
    grant: str
    name: str
    reason: str
    found: Change | None = None
    balance: int | None = None
    read_at: datetime | None = None
    rest: str = ""

    @property
    def once(self) -> str:
        """
        The name of what happens once for an assignment.

        A referee has one reward, whichever addition a later run takes for it.
        """
        return REWARD if self.perk in _REWARD_PERKS else f"{self.perk}:{self.grant}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableVoucher:
    """
    Switch a coupon or code off.

    Attributes:
        only_if_owned_by: the only customer who may own it then; None for no condition.
    """

    perk: Perk
    voucher: str
    only_if_owned_by: str | None
    reason: str

    @property
    def once(self) -> str:
        """The name of what happens once for an assignment."""
        return f"{self.perk}:{self.voucher}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBack:
    """Roll a redemption back, which cancels its order."""

    perk: ClassVar[Perk] = Perk.ORDER_DISCOUNT
    redemption: str
    reason: str

    @property
    def once(self) -> str:
        """The name of what happens once for an assignment."""
        return f"{self.perk}:{self.redemption}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkCustomer:
    """Record the removal in the customer's metadata."""

    perk: ClassVar[Perk] = Perk.CUSTOMER_MARK
    customer: str
    reason: str

    @property
    def once(self) -> str:
        """The name of what happens once for an assignment."""
        return f"{self.perk}:{self.customer}"


Step = TakeBalance | DisableVoucher | RollBack | MarkCustomer


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What to do for one removed assignment, in this order.

    Attributes:
        steps: none means that there is nothing to do, and `reason` says why.
        reason: the plan in a few words.
        unresolved: what a person must decide, sentence by sentence, once the steps are done.
        remarks: what the outcome should say besides.
    """

    steps: tuple[Step, ...]
    reason: str
    unresolved: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
