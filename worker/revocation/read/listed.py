"""Reads a card's listed transactions: amounts, balances, and changes of our own."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from worker.revocation.cards import Change
from worker.voucherify.values import Json, moment, object_of, text, whole


#: How the names of our own balance changes begin.
OWN_NAMES: Final = ("rvk:", "undo:")


def changes_in(transactions: Iterable[Json]) -> Iterator[Change]:
    """Return our own balance changes; only the name of such a transaction must be readable."""
    for transaction in transactions:
        name = text(transaction.get("source_id"))
        if name and name.startswith(OWN_NAMES):
            _, amount = amount_of(transaction)
            yield Change(name, str(transaction.get("id")), abs(amount or 0))


def balance_after(transaction: Json) -> int | None:
    """Read what was on a card after a transaction; None if unknown."""
    balance, _ = amount_of(transaction)
    return whole(balance.get("balance"))


def amount_of(transaction: Json) -> tuple[Json, int | None]:
    """Read how much was moved; an amount of 0 beside another one says nothing."""
    balance = object_of(object_of(transaction.get("details")).get("balance"))
    amounts = [whole(balance.get(name)) for name in ("amount", "points")]
    said = [each for each in amounts if each is not None]
    moved = {each for each in said if each}
    if len(moved) > 1:
        return balance, None
    return balance, moved.pop() if moved else next(iter(said), None)


def adds_up(listed: Sequence[Json], since: datetime) -> bool:
    """
    Return whether each balance follows from the one before it, as far as both are known.

    A list that lags may lack one between others.

    Args:
        listed: transactions, newest first.
        since: transactions before it do not matter.
    """
    for newer, older in pairwise(listed):
        at = moment(newer.get("created_at"))
        if at is not None and at < since:
            break
        after, before, (_, moved) = balance_after(newer), balance_after(older), amount_of(newer)
        if after is None or before is None or moved is None:
            continue
        if after != before + moved:
            return False
    return True
