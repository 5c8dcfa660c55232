"""How many calls a removal takes, counted on the stand-in."""

from typing import Any, Final

import pytest

from tests.histories.works import Works
from worker.settings.policies import Policies


#: A store that has run for less than a minute may have lost data, and cards are read
#: once more.
_UP_SECONDS: Final = 120.0

#: The most calls until a take-back is confirmed, and in all.
CONFIRMED: Final = 4
MARKED: Final = 5

REFEREES: Final = 200

#: The most calls for each claw-back, and those that all of them share: four pages of the referrer's
#: activity, two of the card's transactions, and one customer to find out how metadata is updated.
EACH: Final = 4
SHARED: Final = 7


def _begin(works: Works, policies: Policies, **scenario: Any) -> list[dict[str, Any]]:
    """Start a history with referees who have metadata of the shop's own."""
    works.begin(policies)
    referees: list[dict[str, Any]] = works.shop.scenario(**scenario)["referees"]
    for customer in works.shop.world.store.customers.values():
        customer.metadata["tier"] = "gold"
    works.time.let_time_pass(_UP_SECONDS)
    return referees


def _remove(works: Works, *referees: dict[str, Any], threads: int = 1) -> list[str]:
    """Unassign referees at once, work until nothing is left, and return the calls."""
    before = len(works.line.calls)
    for each in works.shop.unassign(*(each["holder"] for each in referees)):
        works.deliver(each)
    works.complete(threads=threads)
    return works.line.calls[before:]


def test_calls_of_an_ordinary_removal(works: Works) -> None:
    """One card with a reward: four calls until the take-back is confirmed, and one for the mark."""
    first, second = _begin(works, Policies(), referees=2)
    # By now the campaign is known, and that metadata is merged.
    _remove(works, first)

    calls = _remove(works, second)

    reported = " → ".join(calls)
    card = works.shop.world.store.vouchers[second["card"]["id"]]
    assert [each.amount for each in card.transactions if each.amount < 0] == [-500], reported
    assert calls.index("POST balance") + 1 <= CONFIRMED, reported
    assert len(calls) <= MARKED, reported
    customer = works.shop.world.store.customers[second["customer"]]
    assert customer.metadata.keys() == {"tier", "referral_removed_at"}
    assert works.failed() == []


@pytest.mark.parametrize("threads", [1, 8])
def test_calls_of_many_claw_backs_from_one_card(
    works: Works, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When 200 referees leave, each take-back from the one card of the referrer is four calls."""
    # Several runs go at a time here, so one waits for what another reads.
    monkeypatch.setattr("worker.revocation.find.shared.PATIENCE_SECONDS", 30.0)
    policies = Policies(claw_back_referrer=True)
    tier = {"type": "GIFT_VOUCHER", "amount": 100}
    referees = _begin(works, policies, referees=REFEREES, reward=None, tier=tier)

    calls = _remove(works, *referees, threads=threads)

    kinds = sorted({each.partition("_")[0] for each in calls})
    reported = ", ".join(f"{sum(c.startswith(k) for c in calls)} {k}" for k in kinds)
    [card] = [each for each in works.shop.world.store.vouchers.values() if each.transactions]
    taken = [each for each in card.transactions if each.amount < 0]
    assert [each.amount for each in taken] == [-100] * REFEREES, reported
    assert len({each.source_id for each in taken}) == REFEREES
    assert works.failed() == []
    assert works.desk.held_count() == 0
    assert works.line.collisions == []
    assert len(calls) <= EACH * REFEREES + SHARED, reported
