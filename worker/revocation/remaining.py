"""
How much of one reward is still on its card: a pure function over the card's transactions.

Whose money is spent first is for nobody to know, so one rule holds for credits and points alike:
the customer's other money is spent first, and money that comes later is never the reward's. So
what is left of a reward is at most the lowest balance that the card has had since.
"""

from dataclasses import dataclass, field

from worker.revocation.statement import OWN_NAMES, Entry, Origin, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """
    What is left of a reward, in cents or points.

    Attributes:
        why_less: what became of the rest, in sentences.
        unsure: why nobody can say how much is left; None if it can be said.
        moved: points of it that went to another card, in a sentence for a person.
    """

    amount: int
    why_less: tuple[str, ...] = ()
    unsure: str | None = None
    moved: str | None = None


@dataclass(slots=True)
class _Account:
    """The card since the grant: the reward's part of it, and the customer's other money."""

    grant: Entry
    reward: int
    other: int
    why_less: list[str] = field(default_factory=list)
    #: By redemption: what of the reward, and of the other money, it spent.
    spent: dict[str, list[int]] = field(default_factory=dict)
    unsure: str | None = None
    moved: str | None = None

    def take(self, amount: int) -> int:
        """Take other money first; gives how much of the reward was taken."""
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
    Work out what is left of a grant.

    Args:
        statement: the card's.
        grant: the entry that put the reward on the card.
        ours: the name of our own take-back of this grant, which does not count here.
    """
    later = _after(statement, grant)
    begins_with = grant.amount if grant.balance is None else grant.balance
    account = _Account(grant, grant.amount, max(begins_with - grant.amount, 0))
    twins = [each for each in statement.entries if each.is_addition and _is_twin(each, grant)]
    for entry in later:
        if entry.name != ours:
            _count(account, entry, alone=not twins)
    if statement.unreadable:
        ids = ", ".join(statement.unreadable)
        account.unsure = f"transactions of card {statement.card.id} cannot be read: {ids}"
    return Remaining(
        amount=account.reward,
        why_less=tuple(account.why_less),
        unsure=account.unsure,
        moved=account.moved,
    )


def _after(statement: Statement, grant: Entry) -> list[Entry]:
    """List what came after the grant, oldest first."""
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
        _expire(account, entry, amount)
    elif entry.kind.endswith("_REMOVAL") and not _is_ours(entry):
        _remove(account, entry, amount, alone=alone)
    elif entry.kind.endswith("_TRANSFER_OUT"):
        if moved := account.take(amount):
            to = f" to card {entry.moved_to}" if entry.moved_to else " to another card"
            account.moved = f"{moved} of the reward were moved{to} by transaction {entry.id}"
            account.why_less.append(f"{moved} moved by transaction {entry.id}")
    else:
        other = account.other
        if spent := account.take(amount):
            account.why_less.append(f"{spent} spent by transaction {entry.id}")
        if entry.redemption:
            account.spent[entry.redemption] = [spent, other - account.other]


def _add(account: _Account, entry: Entry) -> None:
    amount = entry.amount
    if entry.kind.endswith("_REFUND") and (spent := account.spent.get(entry.redemption or "")):
        # What an order gives back is what it was paid with; the reward was spent last.
        back = min(spent[0], amount)
        account.reward += back
        spent[0] -= back
        amount -= back
        if back:
            account.why_less.append(f"{back} refunded by transaction {entry.id}")
    account.other += amount


def _expire(account: _Account, entry: Entry, amount: int) -> None:
    grant = account.grant
    if account.reward and (entry.related == grant.id or amount == grant.amount):
        account.take_reward(amount)
        account.why_less.append(f"{amount} expired by transaction {entry.id}")
        return
    certain = account.reward == 0 or account.other == 0
    if not certain:
        account.unsure = (
            f"{amount} points expired by transaction {entry.id}, and it is not said whether they "
            "were the reward's"
        )
    if expired := account.take(amount):
        account.why_less.append(f"{expired} expired by transaction {entry.id}")


def _remove(account: _Account, entry: Entry, amount: int, *, alone: bool) -> None:
    grant = account.grant
    same = amount == grant.amount and account.reward > 0
    if entry.related == grant.id or (same and alone):
        account.take_reward(amount)
        account.why_less.append(f"{amount} taken back already by transaction {entry.id}")
        return
    if same:
        account.unsure = (
            f"transaction {entry.id} removed as much as the reward, and the card got as much by "
            "another transaction too: was it the reward that was removed?"
        )
    elif account.reward and entry.origin is Origin.AUTOMATIC:
        account.unsure = (
            f"Voucherify itself removed {amount} by transaction {entry.id}: was it of the reward?"
        )
    if removed := account.take(amount):
        account.why_less.append(f"{removed} removed by transaction {entry.id}")


def _is_ours(entry: Entry) -> bool:
    return bool(entry.name and entry.name.startswith(OWN_NAMES))
