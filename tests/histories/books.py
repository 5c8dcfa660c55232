"""What of a reward is still on its card, by the stand-in's books."""

from dataclasses import dataclass

from sandbox.voucherify.data.causes import Cause
from sandbox.voucherify.data.records import Transaction, Voucher


@dataclass
class Part:
    """
    The part of a card that is the reward's, in cents or points.

    Other money is spent first, and what comes later is never the reward's (docs/revocation.md).

    Attributes:
        least: what is certainly left.
        most: what can be left, where it is not said whose it was that went.
        other: the customer's other money, at the least.
    """

    least: int
    most: int
    other: int

    def take(self, amount: int) -> None:
        """Take other money first."""
        other = min(self.other, amount)
        self.other -= other
        self.most = max(self.most - (amount - other), 0)
        self.least = max(self.least - (amount - other), 0)

    def take_reward(self, amount: int) -> None:
        """Take the reward itself."""
        self.most, self.least = max(self.most - amount, 0), max(self.least - amount, 0)

    def doubt(self, amount: int) -> None:
        """Take what no one says whose it was."""
        certain = max(self.least - amount, 0)
        self.take(amount)
        self.least = min(certain, self.most)


def part_before(card: Voucher, grant: Transaction, until: Transaction | None) -> Part:
    """Return what of a grant was on its card just before a change, or is there now."""
    changes = list(card.transactions)
    start = 0
    if grant.listed:
        start = next(place for place, each in enumerate(changes) if each is grant) + 1
    part = Part(grant.amount, grant.amount, max(grant.balance - grant.amount, 0))
    for change in changes[start:]:
        if change is until:
            break
        _count(part, change, grant)
    return part


def _count(part: Part, change: Transaction, grant: Transaction) -> None:
    amount, cause = change.amount, change.why.cause
    if amount >= 0:
        part.other += amount
    elif cause is Cause.OTHER_REMOVAL and change.why.of == grant.id:
        part.take_reward(-amount)
    elif cause in {Cause.EXPIRY, Cause.OTHER_REMOVAL, Cause.MANUAL}:
        part.doubt(-amount)
    else:
        part.take(-amount)
