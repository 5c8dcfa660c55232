from concurrent.futures import ThreadPoolExecutor

import pytest

from inbox.ids import delivery_id
from inbox.jobs import Jobs
from inbox.model.job import FannedOut, SameAssignment
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import HANDLERS, House, lose_messages


def test_a_body_sent_at_once_by_many_is_taken_once(house: House) -> None:
    """A hundred copies from sixteen threads make one job, one message and 99 duplicates."""
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(house.intake.accept, [b"{}"] * 100))

    assert sum(answer.duplicate for answer in answers) == 99
    assert {answer.delivery for answer in answers} == {delivery_id(b"{}")}
    assert house.store.llen(KEYS.celery + "deliveries") == 1
    assert house.store.hgetall(KEYS.counts) == {b"accepted": b"1", b"duplicates": b"99"}
    assert_consistent(house.store)


def test_many_claims_at_once_give_one_lease(house: House) -> None:
    """Of sixteen workers that claim a job, one gets it."""
    delivery = house.intake.accept(b"{}").delivery
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(house.jobs.claim, [f"{delivery}:process:1"] * 64))

    assert sum(hasattr(answer, "fence") for answer in answers) == 1
    assert_consistent(house.store)


@pytest.mark.parametrize("folded", [False, True])
def test_a_completed_delivery_is_known(house: House, folded: bool) -> None:
    """Before and after it is folded, its bytes are a duplicate."""
    house.completed()
    if folded:
        house.fold()

    assert house.intake.accept(b"{}").duplicate
    assert house.store.llen(KEYS.celery + "deliveries") == 1  # that of the job that is done
    assert_consistent(house.store)


def test_a_completed_delivery_lives_for_the_window_if_no_worker_folds_it(house: House) -> None:
    """Its hash goes by itself, a window after it was completed."""
    delivery = house.completed()

    left = house.store.pttl(KEYS.delivery + delivery)

    assert WINDOW_SECONDS * 1000 - 60_000 < left <= WINDOW_SECONDS * 1000


def test_nothing_of_the_body_is_kept(house: House) -> None:
    """After completing, of all that the store has only ids and outcomes are left."""
    claim = house.process(b'{"email":"ada.quill@example.test"}')
    house.jobs.fan_out(claim, HANDLERS, outcome="handed on", facts='{"holder":"h1"}')
    for name, _ in HANDLERS:
        house.jobs.done(house.claim(f"{claim.delivery}:{name}"), "done")
    house.fold()

    mine = [key for key in house.store.scan_iter() if claim.delivery.encode() in key]
    found = house.admin.delivery(claim.delivery)

    assert mine == []
    assert found
    assert found.facts == {"holder": "h1"}
    assert found.ended == {
        "process": "handed on",
        "notify_crm": "done",
        "revoke_referral_perks": "done",
    }
    assert (found.pending, found.body_bytes, found.jobs) == (0, None, ())


@pytest.mark.parametrize("folded", [False, True])
def test_a_body_that_comes_after_its_window_is_processed_but_not_handled(
    house: House, folded: bool
) -> None:
    """Who takes an assignment on is remembered for longer than the body that reported it."""
    delivery = house.handlers(identity="holder-1")
    for name, _ in HANDLERS:
        house.jobs.done(house.claim(f"{delivery}:{name}"), "done")
    if folded:
        house.fold()
    house.forget(delivery)
    lose_messages(house.store)
    house.tick()

    assert not house.intake.accept(b"{}").duplicate
    claim = house.claim(f"{delivery}:process:1")
    answer = house.jobs.fan_out(claim, HANDLERS, outcome="handed on", identity="holder-1")

    assert answer == SameAssignment(delivery)
    assert house.state_of(f"{delivery}:notify_crm") == "gone"
    assert_consistent(house.store)


@pytest.mark.parametrize("folded", [False, True])
def test_two_bodies_of_one_assignment_are_handled_once(house: House, folded: bool) -> None:
    """A second body that reports the same assignment completes without handlers."""
    first = house.handlers(b"first", identity="holder-1")
    if folded:
        for name, _ in HANDLERS:
            house.jobs.done(house.claim(f"{first}:{name}"), "done")
        house.fold()
        assert not house.store.exists(KEYS.identity + "holder-1")
    claim = house.process(b"second")

    answer = house.jobs.fan_out(claim, HANDLERS, outcome="handed on", identity="holder-1")

    assert answer == SameAssignment(first)
    found = house.admin.delivery(claim.delivery)
    assert found is not None
    assert found.completed is not None
    assert found.ended == {"process": f"same assignment as delivery {first}"}
    assert_consistent(house.store)


def test_an_assignment_is_remembered_as_long_as_asked(house: House) -> None:
    """The memory of an assignment lives for its own time, counted from its last fan-out."""
    jobs = Jobs(
        house.store,
        lease_seconds=LEASE_SECONDS,
        dedupe_window_seconds=60,
        removal_memory_seconds=90 * 86_400,
    )
    claim = house.process()

    assert jobs.fan_out(claim, HANDLERS, outcome="handed on", identity="h") == FannedOut(2)

    assert 89 * 86_400 < house.store.ttl(KEYS.identity + "h") <= 90 * 86_400
