from concurrent.futures import ThreadPoolExecutor

from inbox.admin.queries import Admin
from inbox.ids import delivery_id
from inbox.jobs import Jobs
from inbox.model.job import FannedOut, SameAssignment
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import HANDLERS, House, lose_messages


HOUR_MS = 3_600_000


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


def test_the_marker_of_a_completed_delivery_lives_for_the_window(house: House) -> None:
    """A completed delivery is known until its window is over, and takes no memory after."""
    delivery = house.completed()

    left = house.store.pttl(KEYS.delivery + delivery)

    assert WINDOW_SECONDS * 1000 - 60_000 < left <= WINDOW_SECONDS * 1000
    assert house.intake.accept(b"{}").duplicate
    assert house.store.llen(KEYS.celery + "deliveries") == 1  # that of the job that is done
    assert_consistent(house.store)


def test_a_marker_keeps_nothing_of_the_body(house: House) -> None:
    """After completing, of all the keys of a delivery only its small marker is left."""
    claim = house.process(b'{"email":"ada.quill@example.test"}')
    house.jobs.fan_out(claim, HANDLERS, outcome="handed on", facts='{"holder":"h1"}')
    for name, _ in HANDLERS:
        house.jobs.done(house.claim(f"{claim.delivery}:{name}"), "done")

    mine = [key for key in house.store.scan_iter() if claim.delivery.encode() in key]
    marker = house.store.hgetall(KEYS.delivery + claim.delivery)

    assert mine == [(KEYS.delivery + claim.delivery).encode()]
    assert set(marker) == {
        b"received", b"owed", b"settled", b"facts",
        b"end:process", b"end:notify_crm", b"end:revoke_referral_perks",
    }  # fmt: skip
    assert int(house.store.memory_usage(KEYS.delivery + claim.delivery) or 0) < 1000


def test_the_window_counts_from_when_a_body_was_received(house: House) -> None:
    """A delivery that took long is known for the rest of its window."""
    desk = Admin(house.store, dedupe_window_seconds=10 * 3600)
    job = house.failed()
    _received_ago(house, job[:32], 4 * HOUR_MS)

    desk.discard(job, who="ops", why="a test")

    left = house.store.pttl(KEYS.delivery + job[:32])
    assert 6 * HOUR_MS - 60_000 < left <= 6 * HOUR_MS


def test_a_delivery_that_took_longer_than_its_window_is_known_for_an_hour(house: House) -> None:
    """However late it ends, what became of a delivery can be read for an hour."""
    job = house.failed()
    _received_ago(house, job[:32], 100 * HOUR_MS)

    house.admin.discard(job, who="ops", why="a test")

    assert HOUR_MS - 60_000 < house.store.pttl(KEYS.delivery + job[:32]) <= HOUR_MS


def test_a_body_that_comes_after_its_window_is_processed_but_not_handled(house: House) -> None:
    """Who takes an assignment on is remembered for longer than the body that reported it."""
    delivery = house.handlers(identity="holder-1")
    for name, _ in HANDLERS:
        house.jobs.done(house.claim(f"{delivery}:{name}"), "done")
    house.store.delete(KEYS.delivery + delivery)
    lose_messages(house.store)
    house.tick()

    assert not house.intake.accept(b"{}").duplicate
    claim = house.claim(f"{delivery}:process:1")
    answer = house.jobs.fan_out(claim, HANDLERS, outcome="handed on", identity="holder-1")

    assert answer == SameAssignment(delivery)
    assert house.state_of(f"{delivery}:notify_crm") == "gone"
    assert_consistent(house.store)


def test_two_bodies_of_one_assignment_are_handled_once(house: House) -> None:
    """A second body that reports the same assignment completes without handlers."""
    first = house.handlers(b"first", identity="holder-1")
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


def _received_ago(house: House, delivery: str, milliseconds: int) -> None:
    house.store.hincrby(KEYS.delivery + delivery, "received", -milliseconds)
