"""The examples of docs/revocation.md, "Whose money the rest is": 1,000 of their own, 500 given."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from worker.revocation.cards import OPENING, Card, Entry, Origin, Statement
from worker.revocation.decide.remaining import remaining


_CARD: Final = Card("v_card", "LOYALTY_CARD", "camp_1")
_BEGIN: Final = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Then:
    """Something that happened to the card after the reward."""

    kind: str
    amount: int
    origin: Origin = Origin.BY_HAND
    redemption: str | None = None
    related: str | None = None
    moved_to: str | None = None


def _spent(amount: int) -> Then:
    return Then("POINTS_REDEMPTION", -amount, Origin.CAUSED, redemption="r_1")


def _removed(amount: int, origin: Origin = Origin.BY_HAND, related: str | None = None) -> Then:
    return Then("POINTS_REMOVAL", -amount, origin, related=related)


def _expired(amount: int, related: str | None = None) -> Then:
    return Then("POINTS_EXPIRATION", -amount, Origin.AUTOMATIC, related=related)


_TWIN: Final = Then("POINTS_ADDITION", 500, Origin.AUTOMATIC)
_REFUND: Final = Then("POINTS_REFUND", 1200, Origin.CAUSED, redemption="r_1")
_MOVED: Final = Then("POINTS_TRANSFER_OUT", -1300, moved_to="v_other")
_PAID_IN: Final = Then("POINTS_ADDITION", 900)

#: What happened, what is left of the reward, and whether a person is asked how much it is.
EXAMPLES: Final[dict[str, tuple[tuple[Then, ...], int, bool]]] = {
    "spent, then paid in": ((_spent(1200), _PAID_IN), 300, False),
    "spent and refunded": ((_spent(1200), _REFUND), 500, False),
    "as much expired": ((_expired(500),), 0, False),
    "the reward expired": ((_expired(100, "vtx_grant"),), 400, False),
    "something expired": ((_expired(300),), 500, True),
    "as much removed": ((_removed(500),), 0, False),
    "the reward removed": ((_removed(500, Origin.AUTOMATIC, "vtx_grant"), _TWIN), 0, False),
    "as much removed, and given twice": ((_TWIN, _removed(500)), 500, True),
    "Voucherify removed something": ((_removed(200, Origin.AUTOMATIC),), 500, True),
    "a person removed something": ((_removed(200),), 500, False),
    "moved to another card": ((_MOVED,), 200, False),
}


def _statement(grant: Entry, then: tuple[Then, ...]) -> Statement:
    later = [
        Entry(
            id=f"vtx_{number}",
            kind=each.kind,
            amount=each.amount,
            balance=None,
            at=_BEGIN + timedelta(days=number),
            origin=each.origin,
            redemption=each.redemption,
            related=each.related,
            moved_to=each.moved_to,
        )
        for number, each in enumerate(then, start=1)
    ]
    entries = [*later[::-1], *([] if grant.kind == OPENING else [grant])]
    return Statement(card=_CARD, since=_BEGIN, entries=tuple(entries))


def _grant(kind: str, balance: int) -> Entry:
    origin = Origin.AUTOMATIC
    return Entry(id="vtx_grant", kind=kind, amount=500, balance=balance, at=_BEGIN, origin=origin)


@pytest.mark.parametrize("what", EXAMPLES)
def test_what_is_left_of_a_reward(what: str) -> None:
    """The customer's other money goes first, and what comes later is never the reward's."""
    then, amount, asked = EXAMPLES[what]
    grant = _grant("POINTS_ADDITION", 1500)

    left = remaining(_statement(grant, then), grant, ours="rvk:rh_1:loyalty_points")

    assert (left.amount, bool(left.unsure)) == (amount, asked)
    assert bool(left.moved) is (what == "moved to another card")


def test_a_card_that_began_with_its_amount_holds_nothing_else() -> None:
    """What was spent of it was the reward."""
    grant = _grant(OPENING, 500)

    assert (
        remaining(_statement(grant, (_spent(100),)), grant, ours="rvk:rh_1:loyalty_points").amount
        == 400
    )
