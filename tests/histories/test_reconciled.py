"""What no webhook reported is found and taken back once, wherever a run was cut off."""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.histories.line import Crash
from tests.histories.reconciled import Reconciler, deliver, referees, taken_back
from tests.histories.works import Works
from worker.reconcile.progress import Scope
from worker.settings.policies import Policies


@pytest.fixture
def reconciler(works: Works, monkeypatch: pytest.MonkeyPatch) -> Reconciler:
    """Runs, upon works with nothing in them."""
    works.begin(Policies())
    return Reconciler(works, monkeypatch)


@pytest.fixture
def many(pytestconfig: pytest.Config) -> int:
    """How many removals of each kind; the rate cap lets a thousand through in all."""
    return 400 if pytestconfig.getoption("--full") else 60


@pytest.mark.timeout(1800)
def test_each_removal_is_revoked_once_whatever_became_of_its_webhook(
    works: Works, reconciler: Reconciler, many: int, record_property: Callable[[str, Any], None]
) -> None:
    """None sent of the first half; of the other some are lost, some late, some come twice."""
    chance = random.Random(8)
    made = works.shop.call("POST", "/codes", {"codes": many, "referees": 3})
    holders = referees(made)
    reconciler.run(apply=False)
    silent, mixed = holders[: 3 * many : 3], holders[1 : 3 * many : 3]
    works.shop.unassign(*silent)
    bodies = works.shop.unassign(*mixed)
    fates = [chance.choice(("lost", "late", "twice", "told")) for _ in bodies]
    for body, fate in zip(bodies, fates, strict=True):
        for _ in range({"told": 1, "twice": 2}.get(fate, 0)):
            works.deliver(body)
    works.complete()
    reported = Counter(fates)

    progress = reconciler.run(apply=True)
    works.complete()
    late = [body for body, fate in zip(bodies, fates, strict=True) if fate in {"late", "twice"}]
    deliver(works, late)

    assert progress.counts["applied"] == many + reported["lost"] + reported["late"]
    assert progress.counts["told"] == reported["told"] + reported["twice"]
    assert taken_back(works) == dict.fromkeys((*silent, *mixed), 1)
    assert works.failed() == []
    again = reconciler.run(apply=True)
    assert again.counts == {}
    figures = (
        f"{round(10_000 * again.calls.total() / again.checked)} calls for 10,000 codes if nothing "
        f"is missing, one more for each that is: {dict(progress.calls)}"
    )
    record_property("figures", figures)
    # One for each code, one for each hundred to list them, one to list the campaigns.
    assert again.calls.total() == many + -(-(many + 1) // 100) + 1
    assert (
        progress.calls.total() - again.calls.total() == many + reported["lost"] + reported["late"]
    )


def test_a_run_that_is_cut_off_at_any_step_is_resumed(works: Works, reconciler: Reconciler) -> None:
    """At every call and every write, before and after: each removal is taken back once."""
    for step in range(1, 1000):
        works.begin(Policies())
        made = works.shop.call("POST", "/codes", {"codes": 3, "referees": 2})
        reconciler.run(apply=False)
        removed = referees(made)[::2]
        works.shop.unassign(*removed)
        try:
            reconciler.run(apply=True, crash_at=step)
        except Crash:
            reconciler.run(apply=True)
        else:
            assert step > 30, "a run has more steps than that"
            return
        works.complete()
        assert taken_back(works) == dict.fromkeys(removed, 1), f"cut off at step {step}"
        assert works.failed() == []
    raise AssertionError("a run does not come to its end")


def test_a_run_continues_where_it_stopped(works: Works, reconciler: Reconciler) -> None:
    """Cut off again and again, it asks for each code's holders once, and lists few pages twice."""
    works.shop.call("POST", "/codes", {"codes": 250, "referees": 1})
    chance, calls, cuts = random.Random(2), Counter[str](), 0
    works.shop.after_request(lambda call, _: calls.update([call.url.path.rsplit("/", 1)[1]]))
    while True:
        try:
            reconciler.run(apply=False, crash_at=chance.randrange(100, 300))
        except Crash:
            cuts += 1
        else:
            break
    assert cuts > 3
    assert calls["holders"] <= 250 + cuts
    assert calls["vouchers"] <= 3 + cuts


def test_what_was_found_only_is_delivered_later_without_checking_again(
    works: Works, reconciler: Reconciler
) -> None:
    """A run without --apply changes nothing; the next one with it has what was found."""
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    reconciler.run(apply=False)
    removed = referees(made)
    works.shop.unassign(*removed)
    found = reconciler.run(apply=False)
    works.complete()
    assert [each.assignment.holder for each in found.missing] == removed
    assert taken_back(works) == dict.fromkeys(removed, 0)
    assert reconciler.run(apply=False).missing == []
    assert len(list(reconciler.registry.missing())) == 2

    assert reconciler.run(apply=True).counts == {"applied": 2}
    works.complete()
    assert taken_back(works) == dict.fromkeys(removed, 1)


@pytest.mark.parametrize("shape", ["nested", "flat"])
def test_both_shapes_of_an_activity_are_read(
    works: Works, reconciler: Reconciler, shape: str
) -> None:
    """The event's id and time are those that the webhook has; unknown types are passed over."""
    works.shop.call("PUT", "/options", {"activity_shape": shape, "activity_noise": 3})
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    reconciler.run(apply=False)
    (webhook,) = works.shop.unassign(*referees(made))
    reconciler.run(apply=False)
    (body,) = reconciler.bodies()
    reported, found = json.loads(webhook), json.loads(body)
    for name in ("id", "type", "entity_id", "group_id"):
        assert found["event"][name] == reported["event"][name]
    assert found["data"]["holder"] == reported["data"]["holder"]
    assert found["source"] == {"object": "reconcile"}


def test_a_removal_without_an_event_ends_before_the_next_assignment(
    works: Works, reconciler: Reconciler
) -> None:
    """What the customer got when assigned again is not taken back with what the first one gave."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    (code,) = made["codes"]
    (referee,) = code["referees"]
    reconciler.run(apply=False)
    works.shop.unassign(referee["holder"])
    works.shop.world.store.forget_activity()
    works.shop.advance(60)
    again = works.shop.call(
        "POST", "/assign", {"code": code["code"], "customer": referee["customer"]}
    )
    found = reconciler.run(apply=True)
    works.complete()

    (missing,) = found.missing
    since = works.shop.state("assignments")["assignments"][again["holder"]]["created_at"]
    assert missing.event == ""
    assert datetime.fromisoformat(missing.removed) < datetime.fromisoformat(since)
    assert taken_back(works) == {referee["holder"]: 1}


def test_the_activity_of_a_customer_finds_what_no_run_knew_of(
    works: Works, reconciler: Reconciler
) -> None:
    """Assigned and removed between two runs: only the customer's activity reports it."""
    made = works.shop.call("POST", "/codes", {"codes": 3, "referees": 1})
    works.shop.unassign(*referees(made))
    assert reconciler.run(apply=True).counts == {}

    customers = tuple(code["referees"][0]["customer"] for code in made["codes"])
    since = (works.shop.now() - timedelta(days=7)).isoformat()
    scope = Scope(customers=(*customers, "cust_nobody"), since=since)
    progress = reconciler.run(scope, apply=True)
    works.complete()
    assert progress.counts == {"missing": 3, "applied": 3, "unknown_customer": 1}
    assert taken_back(works) == dict.fromkeys(referees(made), 1)
