"""
How much of one reward is still on its card: a pure function over the card's transactions.

It is unknown which money is spent first, so one rule holds for credits and points alike: the
customer's other money is spent first, and money that comes later is never the reward's. So what
is left of a reward is at most the lowest balance of the card since.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from worker.revocation.cards import Entry, Origin, Statement
from worker.revocation.read.listed import OWN_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """
    What is left of a reward, in cents or points.

    Attributes:
        why_less: what became of the rest, in sentences.
        unsure: why it is unknown how much is left, in sentences; empty if it is known.
        moved: points of it that went to another card, in sentences for a person.
    """

    amount: int
    why_less: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


#: Origins of removals that do not say what they remove.
_UNEXPLAINED: Final = (Origin.AUTOMATIC, Origin.UNKNOWN)


@dataclass(slots=True)
class _Account:
    """The card since the grant: the reward's part of it, and the customer's other money."""

    grant: Entry
    reward: int
    other: int
    #: Ids of all other entries of the card.
    others: frozenset[str]
    why_less: list[str] = field(default_factory=list)
    #: By redemption: what of the reward it spent.
    spent: dict[str, int] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)

    def take(self, amount: int) -> int:
        """Take other money first; return how much of the reward was taken."""
        other = min(self.other, amount)
        reward = min(self.reward, amount - other)
        self.other -= other
        self.reward -= reward
        return reward

    def take_reward(self, amount: int) -> None:
        """Take the reward first."""
        reward = min(self.reward, amount)
        self.reward -= reward
        self.other = max(self.other - (amount - reward), 0)


def remaining(statement: Statement, grant: Entry, *, ours: str) -> Remaining:
    """
    Return what is left of a grant.

    Args:
        statement: the card's.
        grant: the entry that put the reward on the card.
        ours: the name of our own take-back of this grant, which does not count here.
    """
    later = _after(statement, grant)
    begins_with = _held_after(grant, later, statement.balance)
    account = _Account(
        grant,
        reward=min(grant.amount, begins_with),
        other=max(begins_with - grant.amount, 0),
        others=frozenset(each.id for each in statement.entries) - {grant.id},
    )
    twins = [each for each in statement.entries if each.is_addition and _is_twin(each, grant)]
    taken = False
    for entry in later:
        taken = taken or entry.name == ours
        if entry.name == ours:
            continue
        _count(account, entry, alone=not twins)
        if not taken:
            _cap(account, entry)
    # All that is unsure was taken from other money first; so nothing is left for certain.
    unsure = account.unsure if account.reward else []
    if unread := [each for each in statement.unreadable if each.at is None or each.at >= grant.at]:
        ids = ", ".join(each.id for each in unread)
        unsure = [*unsure, f"transactions of card {statement.card.id} cannot be read: {ids}"]
    return Remaining(
        amount=account.reward,
        why_less=tuple(account.why_less),
        unsure=tuple(unsure),
        moved=tuple(account.moved),
    )


def lowest_since(statement: Statement, grants: Collection[str]) -> int | None:
    """Return the lowest balance since the last of these grants; None if unknown."""
    balances = []
    for entry in statement.entries:
        if entry.balance is not None:
            balances.append(entry.balance)
        if entry.id in grants:
            break
    return max(min(balances), 0) if balances else None


def _held_after(grant: Entry, later: list[Entry], now: int | None) -> int:
    """Return what was on the card after the grant, by the first balance that is known since."""
    moved = 0
    for entry in (grant, *later):
        moved += 0 if entry is grant else entry.amount
        if entry.balance is not None:
            return max(entry.balance - moved, 0)
    return grant.amount if now is None else max(now - moved, 0)


def _cap(account: _Account, entry: Entry) -> None:
    """Limit what is left to what the card held after an entry."""
    if entry.balance is None:
        return
    missing = account.reward + account.other - max(entry.balance, 0)
    if missing > 0 and (gone := account.take(missing)):
        account.why_less.append(f"{gone} no longer on the card after transaction {entry.id}")


def _after(statement: Statement, grant: Entry) -> list[Entry]:
    """Return what came after the grant, oldest first."""
    found = []
    for entry in statement.entries:
        if entry.id == grant.id:
            break
        found.append(entry)
    return found[::-1]


def _is_twin(entry: Entry, grant: Entry) -> bool:
    return entry.id != grant.id and entry.amount == grant.amount


def _count(account: _Account, entry: Entry, *, alone: bool) -> None:
    amount = -entry.amount
    if amount < 0:
        _add(account, entry)
    elif entry.kind.endswith("_EXPIRATION"):
        _expire(account, entry, amount, alone=alone)
    elif entry.kind.endswith("_REMOVAL") and not _is_ours(entry):
        _remove(account, entry, amount, alone=alone)
    elif entry.kind.endswith("_TRANSFER_OUT"):
        if moved := account.take(amount):
            to = f" to card {entry.moved_to}" if entry.moved_to else " to another card"
            account.moved.append(f"{moved} of the reward were moved{to} by transaction {entry.id}")
            account.why_less.append(f"{moved} moved by transaction {entry.id}")
    else:
        if spent := account.take(amount):
            account.why_less.append(f"{spent} spent by transaction {entry.id}")
        if entry.redemption:
            account.spent[entry.redemption] = account.spent.get(entry.redemption, 0) + spent


def _add(account: _Account, entry: Entry) -> None:
    amount = entry.amount
    redemption = entry.redemption or ""
    if entry.kind.endswith("_REFUND") and (spent := account.spent.get(redemption)):
        # An order gives back what it was paid with; the reward was spent last.
        back = min(spent, amount)
        account.reward += back
        account.spent[redemption] -= back
        amount -= back
        account.why_less.append(f"{back} refunded by transaction {entry.id}")
    account.other += amount


def _expire(account: _Account, entry: Entry, amount: int, *, alone: bool) -> None:
    grant = account.grant
    same = alone and amount == grant.amount and account.reward > 0
    undoes_another = entry.related in account.others
    if entry.related == grant.id or (same and not undoes_another):
        account.take_reward(amount)
        account.why_less.append(f"{amount} expired by transaction {entry.id}")
        return
    of_both = account.reward > 0 and account.other > 0 and amount < account.reward + account.other
    if of_both and not undoes_another:
        account.unsure.append(
            f"{amount} points expired by transaction {entry.id}, and it is not said whether they "
            "were the reward's"
        )
    if expired := account.take(amount):
        account.why_less.append(f"{expired} expired by transaction {entry.id}")


def _remove(account: _Account, entry: Entry, amount: int, *, alone: bool) -> None:
    grant = account.grant
    undoes_another = entry.related in account.others
    same = amount == grant.amount and account.reward > 0 and not undoes_another
    if entry.related == grant.id or _same_cause(entry, grant) or (same and alone):
        account.take_reward(amount)
        account.why_less.append(f"{amount} taken back already by transaction {entry.id}")
        return
    if same:
        account.unsure.append(
            f"transaction {entry.id} removed as much as the reward, and the card got as much by "
            "another transaction too: was it the reward that was removed?"
        )
    elif account.reward and not undoes_another and entry.origin in _UNEXPLAINED:
        account.unsure.append(
            f"Voucherify itself removed {amount} by transaction {entry.id}: was it of the reward?"
        )
    if removed := account.take(amount):
        account.why_less.append(f"{removed} removed by transaction {entry.id}")


def _same_cause(entry: Entry, grant: Entry) -> bool:
    """Return whether a removal names the redemption or the custom event of the grant."""
    causes = {entry.redemption, entry.custom_event} & {grant.redemption, grant.custom_event}
    return bool(causes - {None})


def _is_ours(entry: Entry) -> bool:
    return bool(entry.name and entry.name.startswith(OWN_NAMES))
