"""The ordinary removal, met by every trouble at every one of its calls."""

from collections.abc import Callable
from functools import partial
from itertools import count

import pytest

from sandbox.faults.fault import (
    Fault,
    answer,
    apply_late,
    apply_then_answer,
    apply_then_drop,
    delay,
    drop,
    refuse,
)
from tests.histories.line import crash
from tests.histories.works import Works
from worker.settings.policies import Policies


REWARDS = {"credits": ("GIFT_VOUCHER", 500), "points": ("LOYALTY_CARD", 250)}

FAULTS: dict[str, Callable[[], Fault]] = {
    "refused": refuse,
    "dropped": drop,
    "applied, then dropped": apply_then_drop,
    "500": lambda: answer(500),
    "500 after applying": lambda: apply_then_answer(500),
    "503 with a wait": lambda: answer(503, Retry_After="7"),
    "429 with a wait": lambda: answer(429, Retry_After="7"),
    "429 after which nothing is reported": lambda: answer(429),
    "a spent cycle": lambda: answer(429, X_Rate_Limit_Type="api_calls_cycle"),
    "wrong keys for a while": lambda: answer(401),
    "a time-out after applying": lambda: delay(60),
    "applied 20 s after the time-out": lambda: apply_late(20),
    "applied 4 min after the time-out": lambda: apply_late(240),
}

#: Where the process dies: before a call is sent, or after it was answered.
MOMENTS = ("before", "after")


def ordinary(works: Works, kind: str, plan: Callable[[], None]) -> int:
    """Play the ordinary removal under what is planned, check it, and count its calls."""
    works.begin(Policies())
    voucher_type, amount = REWARDS[kind]
    spent = amount // 2
    reward = {"type": voucher_type, "amount": amount}
    (referee,) = works.shop.scenario(reward=reward, own=1000, spent=1000 + spent)["referees"]
    (body,) = works.shop.unassign(referee["holder"])
    works.deliver(body)
    plan()

    works.complete()

    store = works.shop.world.store
    card = store.vouchers[referee["card"]["id"]]
    removals = [each for each in card.transactions if each.type.endswith("_REMOVAL")]
    assert works.failed() == []
    assert [each.amount for each in removals] == [spent - amount]
    assert card.balance == 0
    effects = works.effects.of(holder=referee["holder"])
    (effect,) = (each for each in effects if each.fields["kind"] == "take")
    assert effect.state == "confirmed"
    assert (effect.number("amount"), effect.number("shortfall")) == (amount - spent, spent)
    assert "referral_removed_at" in store.customers[referee["customer"]].metadata
    assert works.shop.violations() == []
    return len(works.line.calls)


@pytest.mark.parametrize("kind", REWARDS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_crash_at_every_call(works: Works, kind: str, moment: str) -> None:
    """Whichever call the process dies at, another finishes what it began."""

    def plan(call: int) -> None:
        getattr(works.line, moment)[call] = crash

    for call in count(1):
        if ordinary(works, kind, partial(plan, call)) < call:
            break
    assert call > 7


@pytest.mark.parametrize("kind", REWARDS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_two_crashes_at_every_two_calls(works: Works, kind: str, moment: str) -> None:
    """The process that took over dies too, whichever its call."""

    def plan(first: int, second: int) -> None:
        works.line.before[first] = crash
        getattr(works.line, moment)[second] = crash

    for first in count(1):
        for second in count(first + 1):
            if (calls := ordinary(works, kind, partial(plan, first, second))) < second:
                break
        if calls < first:
            break


@pytest.mark.parametrize("kind", REWARDS)
@pytest.mark.parametrize("trouble", FAULTS)
def test_every_call_goes_wrong_in_every_way(works: Works, kind: str, trouble: str) -> None:
    """One call goes wrong, whichever it is."""

    def plan(call: int) -> None:
        works.line.faults[call] = FAULTS[trouble]()

    for call in count(1):
        if ordinary(works, kind, partial(plan, call)) < call:
            break


@pytest.mark.parametrize("trouble", FAULTS)
def test_every_call_goes_wrong_and_then_the_process_dies(works: Works, trouble: str) -> None:
    """One call goes wrong, and at a later one the process dies."""

    def plan(call: int, later: int) -> None:
        works.line.faults[call] = FAULTS[trouble]()
        works.line.before[later] = crash

    # The balance is read, and changed, by the third to the fifth call.
    for call in (3, 4, 5):
        for later in range(call, call + 8):
            ordinary(works, "credits", partial(plan, call, later))


@pytest.mark.parametrize("lag", [1, 3, 6, 30])
def test_the_change_is_seen_late(works: Works, lag: int) -> None:
    """The card's transactions show the change only some calls after it was made."""

    def plan() -> None:
        works.shop.call("PUT", "/options", {"index_lag": lag})

    ordinary(works, "credits", plan)


@pytest.mark.parametrize("lag", [1, 4])
def test_a_crash_at_every_call_while_the_change_is_seen_late(works: Works, lag: int) -> None:
    """As above, and the process dies."""

    def plan(call: int) -> None:
        works.shop.call("PUT", "/options", {"index_lag": lag})
        works.line.after[call] = crash

    for call in count(1):
        if ordinary(works, "credits", partial(plan, call)) < call:
            break
