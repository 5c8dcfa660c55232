"""What waits for its first claim is one string; all who read it see a queued job."""

import json
from typing import Any

import pytest

from inbox.ids import delivery_id
from inbox.model.job import Reaped, Refused
from inbox.privacy.erasure import Erasure
from inbox.store import scripts
from inbox.store.packing import NEWEST, pack
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import HANDLERS, House
from tests.samples import PERSONAL, body, customer_deleted


TRACE = '"sentry-trace":"a-1","baggage":"b=\\n1"'
BODY = b'{"any": "body"}\n"\x00'


@pytest.fixture(params=["", TRACE])
def job(house: House, request: pytest.FixtureRequest) -> str:
    """A process job that no one has claimed, with and without trace headers."""
    return f"{house.intake.accept(BODY, trace=request.param).delivery}:process"


def test_it_has_one_key_until_it_is_claimed(house: House, job: str) -> None:
    """Beside indexes, queue and counters there is the delivery alone; a claim makes the rest."""
    delivery = job.partition(":")[0]
    others = {KEYS.fresh, KEYS.counts, KEYS.celery + "deliveries"}
    assert {name.decode() for name in house.store.scan_iter()} - others == {
        KEYS.delivery + delivery
    }
    assert_consistent(house.store)

    claim = house.claim(job)

    assert (claim.body, claim.fence, claim.tries, claim.queue) == (BODY, 1, 1, "deliveries")
    assert claim.claimed_ms - 60_000 < claim.received_ms <= claim.claimed_ms
    assert house.store.zcard(KEYS.fresh) == 0
    assert_consistent(house.store)


def test_its_trace_headers_go_with_its_later_messages(house: House) -> None:
    """They stand in the short messages of the handlers' jobs, and of the job sent again."""
    house.intake.accept(BODY, trace=TRACE)
    claim = house.claim(f"{delivery_id(BODY)}:process")
    house.jobs.fan_out(claim, HANDLERS, outcome="handed on")

    (raw,) = house.store.lrange(KEYS.celery + "crm", 0, -1)

    assert json.loads(raw.partition(b" ")[2]) == json.loads("{" + TRACE + "}")


def test_the_same_body_again_is_a_duplicate(house: House, job: str) -> None:
    """Before it is claimed as after."""
    assert house.intake.accept(BODY).duplicate
    assert house.store.llen(KEYS.celery + "deliveries") == 1

    house.claim(job)

    assert house.intake.accept(BODY).duplicate


def test_operators_see_it_as_they_see_any_queued_job(house: House, job: str) -> None:
    """In numbers, alone, with its body; and checking changes neither state nor message."""
    delivery = job.partition(":")[0]
    (queue,) = house.admin.stats().queues
    assert (queue.jobs, queue.messages) == (1, 1)
    assert queue.oldest is not None

    assert house.admin.body(delivery) == BODY
    found = house.admin.delivery(delivery)
    assert found is not None
    assert (found.pending, found.body_bytes, found.received) == (1, len(BODY), queue.oldest)
    (shown,) = found.jobs
    assert (shown.state, shown.since, shown.dispatches) == ("queued", queue.oldest, 1)

    assert house.admin.stats().queues == (queue,)
    assert_consistent(house.store)
    assert house.claim(job).tries == 1


def test_one_job_is_read_alone(house: House, job: str) -> None:
    """Without its delivery having been read before."""
    found = house.admin.job(job)

    assert found is not None
    assert found.state == "queued"


@pytest.mark.parametrize("action", ["retry", "discard", "release", "replay"])
def test_what_an_operator_may_not_do_is_refused_as_queued(
    house: House, job: str, action: str
) -> None:
    """It is not gone, and it is not sent twice."""
    what = job.partition(":")[0] if action == "replay" else job
    why = {} if action == "replay" else {"why": "a test"}

    assert getattr(house.admin, action)(what, who="ops", **why) == "already queued"

    assert house.store.llen(KEYS.celery + "deliveries") == 1
    assert_consistent(house.store)


def test_lists_that_name_its_job_show_it_queued(house: House, job: str) -> None:
    """A page may still ask for a job of the same body that was forgotten."""
    rows = json.loads(scripts.load(house.store, "read_jobs")(args=[job, job[:32] + ":notify_crm"]))

    assert rows[0][0] == "queued"
    assert [row[0] for row in rows[1:]] == [False]


def test_a_plan_of_it_is_not_made(house: House, job: str) -> None:
    """It waits for its turn, as any queued job."""
    times = dict.fromkeys(("asked_ms", "working_ms", "made_ms", "kept_ms"), 1)
    assert scripts.load(house.store, "plan_ask")(named={"job": job, **times}) == b"queued"


@pytest.mark.parametrize("fresh", [True, False])
def test_a_body_of_a_newer_release_is_left_to_newer_workers(house: House, fresh: bool) -> None:
    """It is not claimed, so no try is spent; its message is lost, and therefore sent again."""
    job = f"{house.intake.accept(BODY).delivery}:process"
    key, newer = KEYS.delivery + job[:32], bytes([NEWEST + 1]) + b"any"
    if fresh:
        house.store.set(key, newer)
    else:
        house.admin.job(job)
        house.store.hset(key, "body", newer)

    assert house.jobs.claim(f"{job}:1") == Refused("newer")
    assert house.state_of(job) == "queued"
    house.store.delete(KEYS.celery + "deliveries")
    assert house.searched_twice() == Reaped(lost=1)
    assert house.jobs.claim(f"{job}:2") == Refused("newer")

    house.store.hset(key, "body", pack(BODY))
    assert house.claim(f"{job}:2").tries == 1
    assert_consistent(house.store)


@pytest.mark.parametrize("trace", ["", TRACE])
def test_it_is_erased_before_its_turn_where_an_operator_wants_that(
    house: House, trace: str
) -> None:
    """Its body is read and reduced in place; others stay as they are."""
    mine, other = (body(customer_deleted(number)) for number in (1, 2))
    deliveries = [house.intake.accept(each, trace=trace).delivery for each in (mine, other)]
    customer = customer_deleted(1)["event"]["entity_id"]

    erased = Erasure(house.store).erase(customer, now=True)

    assert (erased.found, erased.erased) == (1, 1)
    reduced = house.admin.body(deliveries[0]) or b""
    assert not any(text.encode() in reduced for text in PERSONAL)
    assert house.store.zrange(KEYS.fresh, 0, -1) == [deliveries[1].encode()]
    assert house.claim(f"{deliveries[0]}:process").body == reduced
    assert house.claim(f"{deliveries[1]}:process").body == other
    assert_consistent(house.store)


def test_a_body_that_someone_took_away_stops_no_one(house: House) -> None:
    """Of a string that is gone nothing can be run; the reaper and the claims of others continue."""
    gone, other, kept = (house.intake.accept(text).delivery for text in (b"1", b"2", b"3"))
    house.store.delete(KEYS.delivery + gone, KEYS.delivery + other, KEYS.celery + "deliveries")

    assert house.jobs.claim(f"{gone}:process:1") == Refused("gone")
    house.checks_are_old()
    assert house.searched_twice() == Reaped(lost=1)

    assert house.claim(f"{kept}:process:2").body == b"3"
    assert house.store.zcard(KEYS.fresh) == 0


@pytest.mark.parametrize("blank", ["", " "])
def test_what_an_older_release_accepted_continues(house: House, blank: str) -> None:
    """Its deliveries and jobs were hashes from the start, its messages whole."""
    delivery = delivery_id(BODY)
    job, now = f"{delivery}:process", int(house.store.time()[0]) * 1000
    _accept_as_before(house.store, job, now, blank)
    assert house.admin.job(job) is not None
    assert house.intake.accept(BODY).duplicate
    assert house.searched_twice() == Reaped()

    house.store.delete(KEYS.celery + "deliveries")
    house.checks_are_old()
    assert house.searched_twice() == Reaped(lost=1)

    claim = house.claim(f"{job}:2")
    assert (claim.body, claim.tries, claim.received_ms) == (BODY, 1, now)
    house.jobs.fan_out(claim, HANDLERS, outcome="handed on")
    assert_consistent(house.store)


def _accept_as_before(store: Any, job: str, now: int, blank: str) -> None:
    store.hset(KEYS.delivery + job[:32], mapping={"body": pack(BODY), "received": now, "owed": 1})
    store.hset(
        KEYS.job + job,
        mapping={"queue": "deliveries", "dispatches": 1, "state": "queued", "since": now},
    )
    store.zadd(KEYS.queued + "deliveries", {job: now})
    store.lpush(
        KEYS.celery + "deliveries", f'{{"properties":{{"correlation_id":{blank}"{job}:1"}}}}'
    )
