"""What is left of what a referrer earned, on a card that holds own money too."""

import pytest

from tests.unit.worker.money import (
    Json,
    days,
    row,
    taken,
)
from tests.unit.worker.tiers import (
    CREDITS,
    credited,
    grant,
    plan_of,
    rewarded,
)


#: Own money that is paid in later.
OWN = row(amount=900, at=days(10), source="API")

TWO = (
    rewarded("g_1", **CREDITS) | {"id": "evcus_a"},
    rewarded("g_1", **CREDITS) | {"id": "evcus_b"},
    credited(),
    credited(transaction="vtx_2"),
)


@pytest.mark.parametrize(
    ("rows", "own", "wanted"),
    [
        ([], 0, [300, 300]),
        ([row("CREDITS_REDEMPTION", -400, days(9))], 0, [200, 0]),
        ([row("CREDITS_REDEMPTION", -400, days(9))], 500, [300, 300]),
        ([row("CREDITS_REDEMPTION", -600, days(9)), OWN], 0, [0, 0]),
        ([row("CREDITS_REDEMPTION", -300, days(9)), OWN], 0, [300, 0]),
    ],
    ids=["both", "some spent", "own spent", "all spent, then own", "one spent, then own"],
)  # fmt: skip
def test_two_equal_rewards_of_one_request_are_both_taken_and_no_more(
    rows: list[Json], own: int, wanted: list[int]
) -> None:
    """Each is taken by its own transaction, and together no more than is left of them."""
    plan = plan_of(*TWO, rows=(grant(), grant(name="vtx_2"), *rows), own=own)

    assert sum(taken(plan).values()) == sum(wanted)
    assert plan.unresolved == ()


@pytest.mark.parametrize(
    ("rows", "own", "due"),
    [
        ([], 0, 300),
        ([], 5000, 300),
        ([row("CREDITS_REDEMPTION", -300, days(9)), OWN], 0, 0),
        ([row("CREDITS_REMOVAL", -300, days(9), source="API")], 900, 0),
        ([row("CREDITS_REMOVAL", -300, days(9), related_transaction_id="vtx_1")], 900, 0),
        ([row("CREDITS_REMOVAL", -100, days(9))], 900, None),
        ([row("CREDITS_ADDITION", -1, days(9)) | {"details": None}], 900, None),
    ],
    ids=["untouched", "own money", "spent, then own", "removed by hand", "removed by itself",
         "removed, nobody knows of what", "cannot be read"],
)  # fmt: skip
def test_a_referrers_own_money_is_not_taken_for_a_reward(
    rows: list[Json], own: int, due: int | None
) -> None:
    """The referrer's card is read as the referee's is."""
    plan = plan_of(rewarded(**CREDITS), credited(), rows=(grant(), *rows), own=own)

    assert taken(plan) == ({} if due is None else {"vtx_1": due})
    assert bool(plan.unresolved) == (due is None)
