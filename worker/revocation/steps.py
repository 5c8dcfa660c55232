"""The steps of a plan. Each names its perk by the letter of the inventory in docs/revocation.md."""

from dataclasses import dataclass
from typing import ClassVar, Final

from worker.revocation.findings import Card


#: What a referee's own reward is called in the ledger.
REWARD: Final = "reward"

_REWARD_PERKS: Final = ("B", "C")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBalance:
    """
    Take credits or points off a card, never more than is left.

    Attributes:
        granted: what was really given, in cents or points.
        grant: the transaction that gave it.
        name: under which the take-back stands in the card's transactions.
        look_first: whether it may stand there already, unknown to the ledger.
    """

    perk: str
    card: Card
    granted: int
    grant: str
    name: str
    look_first: bool
    reason: str

    @property
    def once(self) -> str:
        """
        Name what happens once for an assignment.

        A referee has one reward, whichever addition it is thought to be in a later run.
        """
        return REWARD if self.perk in _REWARD_PERKS else f"{self.perk}:{self.grant}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableVoucher:
    """
    Switch a coupon or code off.

    Attributes:
        only_if_owned_by: not if it belongs to somebody else by then; None for no condition.
    """

    perk: str
    voucher: str
    only_if_owned_by: str | None
    reason: str

    @property
    def once(self) -> str:
        """Name what happens once for an assignment."""
        return f"{self.perk}:{self.voucher}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBack:
    """Roll a redemption back, which cancels its order."""

    perk: ClassVar[str] = "A"
    redemption: str
    reason: str

    @property
    def once(self) -> str:
        """Name what happens once for an assignment."""
        return f"{self.perk}:{self.redemption}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkCustomer:
    """Note the removal in the customer's metadata."""

    perk: ClassVar[str] = "M"
    customer: str
    reason: str

    @property
    def once(self) -> str:
        """Name what happens once for an assignment."""
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
    """

    steps: tuple[Step, ...]
    reason: str
    unresolved: tuple[str, ...] = ()
