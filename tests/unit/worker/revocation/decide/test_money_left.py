"""How much of a reward is left on its card: never own money, never twice."""

from typing import Any

import pytest

from tests.samples import reward
from tests.unit.worker.money import (
    CONVERSION,
    Json,
    account,
    api_of,
    conversion,
    days,
    decided,
    row,
    taken,
)
from tests.unit.worker.revocations import CLUB, GIFT, HOLDER, REFEREE
from worker.revocation.cards import Card
from worker.revocation.steps import TakeBalance


UNITS = [
    pytest.param(GIFT, "CREDITS", reward("500"), id="credits"),
    pytest.param(
        CLUB,
        "POINTS",
        reward("500", kind="LOYALTY_CARD", card_campaign="camp_club"),
        id="points",
    ),
]


def spent(amount: int, at: float = 3, redemption: str = "r_spent") -> tuple[Any, ...]:
    """Build a purchase."""
    return ("REDEMPTION", -amount, at, {"details": {"redemption": {"id": redemption}}})


def refunded(amount: int, at: float = 5, redemption: str = "r_spent") -> tuple[Any, ...]:
    """Build what an order gave back."""
    details = {"redemption": {"id": redemption}, "rollback": {"id": "rr_1"}}
    return ("REFUND", amount, at, {"details": details})


def removed(amount: int, at: float = 5, **more: Any) -> tuple[Any, ...]:
    """Build a removal by hand."""
    return ("REMOVAL", -amount, at, {"source": "voucherify-web-ui", "reason": "Sorry"} | more)


def automatic(amount: int, at: float = 5, **more: Any) -> tuple[Any, ...]:
    """Build a removal of Voucherify's own."""
    return ("REMOVAL", -amount, at, more)


def expired(amount: int, at: float = 9, **more: Any) -> tuple[Any, ...]:
    """Build an expiry."""
    return ("EXPIRATION", -amount, at, {"source": "Automation"} | more)


def moved(amount: int, to: str = "v_strangers") -> tuple[Any, ...]:
    """Build a transfer to another card."""
    details = {"destination_voucher": {"id": to}}
    more = {"details": details, "source": "API", "related_transaction_id": "vtx_there"}
    return ("TRANSFER_OUT", -amount, 4, more)


def bought(amount: int, at: float = 6, **more: Any) -> tuple[Any, ...]:
    """Build own money that is paid in."""
    return ("ADDITION", amount, at, {"source": "API", "reason": "Top-up"} | more)


def rows_of(unit: str, changes: list[tuple[Any, ...]]) -> list[Json]:
    """Build the transactions after the reward, which is `vtx_1`."""
    made = [row(f"{unit}_ADDITION", 500)]
    for kind, amount, at, more in changes:
        made.append(row(f"{unit}_{kind}", amount, days(at), **more))
    return made


UNDOES: Json = {"related_transaction_id": "vtx_1"}
TWIN = bought(500, 1)

THEIRS = "rvk:rh_other:gift_credits"

LEFT: dict[str, tuple[int, list[tuple[Any, ...]], int]] = {
    "nothing happened": (0, [], 500),
    "own money before": (1000, [], 500),
    "all of it expired, own points left": (500, [expired(500)], 0),
    "all of it expired, nothing else": (0, [expired(500)], 0),
    "some of it expired, nothing else": (0, [expired(200)], 300),
    "everything expired": (300, [expired(800)], 0),
    "expired, and it is said to be the reward": (900, [expired(200, **UNDOES)], 300),
    "own money expired, and it is said":
        (0, [TWIN, expired(500, related_transaction_id="vtx_2")], 500),
    "removed by hand": (900, [removed(500)], 0),
    "removed by hand, over the API": (900, [removed(500, source="API", source_id="fix-1")], 0),
    "removed by hand after the removal": (900, [removed(500, 30)], 0),
    "removed by hand, another amount": (900, [removed(200)], 500),
    "removed by hand, more than own": (100, [removed(200)], 400),
    "removed by itself, and it is said": (900, [automatic(500, **UNDOES)], 0),
    "a part removed by itself, and it is said": (900, [automatic(200, **UNDOES)], 300),
    "removed by itself": (900, [automatic(500)], 0),
    "removed by itself, relating to what is not there":
        (900, [automatic(500, related_transaction_id="vtx_elsewhere")], 0),
    "own money removed, and it is said":
        (0, [TWIN, automatic(500, related_transaction_id="vtx_2")], 500),
    "removed, and then own money": (0, [removed(500), bought(700)], 0),
    "all spent, then own money": (0, [spent(500), bought(700)], 0),
    "some spent, then own money": (0, [spent(200), bought(700)], 300),
    "own money spent first": (1000, [spent(800)], 500),
    "own money and some spent": (1000, [spent(1200)], 300),
    "spent twice": (100, [spent(200), spent(150, 4, "r_2")], 250),
    "own money later is spent first": (0, [bought(300, 2), spent(400)], 400),
    "spent and given back": (0, [spent(500), refunded(500)], 500),
    "spent and partly given back": (0, [spent(500), refunded(200)], 200),
    "spent and given back twice": (0, [spent(500), refunded(200), refunded(300, 6)], 500),
    "given back more than of the reward": (400, [spent(600), refunded(600)], 500),
    "an order from before is given back": (0, [spent(500), refunded(700, 5, "r_before")], 0),
    "given back after own money": (0, [spent(500), bought(700), refunded(500, 7)], 500),
    "a new kind takes off": (0, [("DONATION", -100, 3, {})], 400),
    "another assignment's taking back": (600, [removed(600, source_id=THEIRS)], 500),
    "a taking back that was undone": (0, [bought(500, 5, source_id=f"undo:{THEIRS}")], 500),
    "a pending amount": (0, [("PENDING_ACTIVATION", 20, 4, {})], 500),
    "an entry of nothing": (0, [("ADDITION", 0, 4, {})], 500),
}  # fmt: skip


@pytest.mark.parametrize(("card", "unit", "promise"), UNITS)
@pytest.mark.parametrize(("own", "changes", "left"), LEFT.values(), ids=LEFT)
def test_what_is_left_of_a_reward(
    own: int, changes: list[tuple[Any, ...]], left: int, card: Card, unit: str, promise: Json
) -> None:
    """Own money is spent first, later money is own, and what was taken is recognised."""
    api = api_of(account(*rows_of(unit, changes), card=card, own=own))

    plan = decided(api, promise=promise)

    assert (taken(plan), plan.unresolved) == ({"vtx_1": left}, ())
    (step,) = plan.steps
    assert isinstance(step, TakeBalance)
    assert step.granted == 500
    assert left == 500 or "by transaction vtx_" in step.rest


UNSURE: dict[str, tuple[int, list[tuple[Any, ...]], list[str]]] = {
    "some points expired, of whichever": (500, [expired(200)], ["vtx_2", "500 "]),
    "as much expired, of two alike": (0, [TWIN, expired(500)], ["vtx_3"]),
    "as much was removed, of two alike": (0, [TWIN, removed(500)], ["vtx_3"]),
    "removed by itself, another amount": (900, [automatic(200)], ["vtx_2"]),
    "two doubts": (900, [automatic(200), expired(100)], ["vtx_2", "vtx_3"]),
}  # fmt: skip


@pytest.mark.parametrize(("card", "unit", "promise"), UNITS)
@pytest.mark.parametrize(("own", "changes", "ids"), UNSURE.values(), ids=UNSURE)
def test_what_is_left_and_is_not_certain_is_for_a_person(
    own: int, changes: list[tuple[Any, ...]], ids: list[str], card: Card, unit: str, promise: Json
) -> None:
    """Nothing is taken; a person gets reward, card, transactions and assignment."""
    api = api_of(account(*rows_of(unit, changes), card=card, own=own))

    plan = decided(api, promise=promise)

    assert taken(plan) == {}
    (sentence,) = plan.unresolved
    for each in (*ids, "vtx_1", card.id, HOLDER, REFEREE):
        assert each in sentence


def test_a_doubt_that_makes_no_difference_asks_no_one() -> None:
    """Once nothing can be left, it does not matter whose points expired."""
    changes = [expired(200), spent(800, 10)]
    api = api_of(account(*rows_of("POINTS", changes), card=CLUB, own=500))

    plan = decided(api, promise=UNITS[1].values[2])  # type: ignore[arg-type]

    assert (taken(plan), plan.unresolved) == ({"vtx_1": 0}, ())


@pytest.mark.parametrize(
    ("own", "changes", "left", "cards"),
    [
        (0, [moved(500)], 0, ["v_strangers"]),
        (0, [moved(200)], 300, ["v_strangers"]),
        (0, [moved(200), moved(100, "v_own")], 200, ["v_strangers", "v_own"]),
        (400, [moved(500)], 400, ["v_strangers"]),
        (600, [moved(500)], 500, []),
    ],
    ids=["all", "some", "to two cards", "own points first", "own points alone"],
)
def test_points_of_a_reward_on_another_card_are_for_a_person(
    own: int, changes: list[tuple[Any, ...]], left: int, cards: list[str]
) -> None:
    """What is still on the card is taken, and each card that got some of it is named."""
    api = api_of(account(*rows_of("POINTS", changes), card=CLUB, own=own))

    plan = decided(api, promise=UNITS[1].values[2])  # type: ignore[arg-type]

    assert taken(plan) == {"vtx_1": left}
    assert len(plan.unresolved) == len(cards)
    for card, sentence in zip(cards, plan.unresolved, strict=True):
        assert card in sentence
        assert "vtx_1" in sentence


def test_a_removal_that_names_the_conversion_took_the_reward_back() -> None:
    """A rollback of the conversion's redemption that Voucherify followed by a removal is enough."""
    cause = {"redemption": {"id": CONVERSION}}
    gone = automatic(300, details=cause | {"rollback": {"id": "rr_1"}})
    rows = rows_of("CREDITS", [gone])
    rows[0]["details"] |= cause
    api = api_of(account(*rows, own=900), converted=(conversion(),))

    assert taken(decided(api)) == {"vtx_1": 200}
