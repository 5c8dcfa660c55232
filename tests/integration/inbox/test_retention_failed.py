"""Failed jobs are kept within their bounds, and what is beyond is dropped for all to see."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from inbox.retention import JOBS_A_CALL, MOST_CALLS, NOTICE_SECONDS, Dropped
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent, snapshot
from tests.integration.inbox.house import WHO, House
from tests.integration.inbox.keeping import (
    AGE,
    COUNT,
    DAY,
    dropped,
    failed_ago,
    keeper,
    known_long_enough,
    noticed,
)
from tests.processes import wait_until


def _fail(house: House, number: int) -> list[str]:
    jobs = []
    for one in range(number):
        jobs.append(house.failed(b"%d" % one))
        house.tick()  # those of one millisecond stand in no order
    return jobs


@pytest.mark.parametrize("beyond", [-1, 0, 1, 3])
def test_the_oldest_beyond_the_number_are_dropped(house: House, beyond: int) -> None:
    """Exactly as many as are too many are dropped, those that failed first."""
    jobs = _fail(house, 5)

    gone = dropped(noticed(house.store, failed_most=5 - beyond).trim())

    expected = jobs[: max(beyond, 0)]
    assert gone == [Dropped(job, "no_such", COUNT) for job in expected]
    assert [view.job for view in house.admin.failed()] == jobs[len(expected) :]
    assert_consistent(house.store)


def test_a_job_is_kept_to_the_last_millisecond(house: House) -> None:
    """At exactly FAILED_KEEP_SECONDS a job is still there, a millisecond later it is not."""
    numbers = iter(range(1000))
    # A busy machine may check before and after, and not in the one millisecond.
    wait_until(
        lambda: _seen_at_the_bound(house, house.failed(b"%d" % next(numbers))),
        "a trim in the very last millisecond",
    )


def _seen_at_the_bound(house: House, job: str) -> bool:
    trimming = noticed(house.store, failed_seconds=DAY)
    failed_ago(house.store, job, DAY - 0.01)
    until = int(house.store.zscore(KEYS.failed, job)) + DAY * 1000
    seen_at_the_bound = False

    while True:
        before = house._milliseconds()
        gone = dropped(trimming.trim())
        after = house._milliseconds()
        if gone:
            assert after > until
            break
        assert before <= until
        seen_at_the_bound = seen_at_the_bound or before == after == until

    assert gone == [Dropped(job, "no_such", AGE)]
    return seen_at_the_bound


def test_age_and_number_are_distinguished(house: House) -> None:
    """Each dropped job reports the bound it was beyond."""
    jobs = _fail(house, 4)
    failed_ago(house.store, jobs[2], DAY + 1)

    gone = dropped(noticed(house.store, failed_most=2).trim())

    assert [(each.job, each.why) for each in gone] == [(jobs[2], AGE), (jobs[0], COUNT)]


def test_a_dropped_job_leaves_its_traces(house: House) -> None:
    """The delivery says how its job ended, the audit who did it and why, a counter how many."""
    job = house.failed()
    failed_ago(house.store, job, DAY + 1)

    dropped(noticed(house.store).trim())

    found = house.admin.delivery(job[:32])
    assert found is not None
    assert found.ended == {"process": f"dropped: {AGE}"}
    assert found.body_bytes is None
    assert found.completed is not None
    ((_, entry),) = house.store.xrange(KEYS.audit)
    assert entry == {
        b"who": b"perkhook", b"action": b"drop", b"what": job.encode(), b"why": AGE.encode(),
    }  # fmt: skip
    assert house.admin.stats().counts["dropped_failed"] == 1
    assert house.intake.accept(b"{}").duplicate
    assert_consistent(house.store)


def test_a_delivery_with_another_pending_job_keeps_its_body(house: House) -> None:
    """Dropping one handler's job leaves the other's job and the body as they were."""
    last = house.in_state("failed", "notify_crm")
    failed_ago(house.store, last.job, DAY + 1)

    dropped(noticed(house.store).trim())

    found = house.admin.delivery(last.delivery)
    assert found is not None
    assert found.completed is None
    assert [job.name for job in found.jobs] == ["revoke_referral_perks"]
    assert house.admin.body(last.delivery) == b"{}"
    assert house.claim(f"{last.delivery}:revoke_referral_perks").body == b"{}"
    assert_consistent(house.store)


@pytest.mark.parametrize("state", ["queued", "running", "over", "waiting", "due", "held", "gone"])
def test_only_failed_jobs_are_dropped(house: House, state: str) -> None:
    """What is still to run, or held by the rate cap, stays however old it is."""
    last = house.in_state(state)
    if house.store.exists(KEYS.job + last.job):
        house.store.hset(KEYS.job + last.job, "since", 1)
    for index in (KEYS.waiting, KEYS.held, KEYS.queued + "crm"):
        house.store.zadd(index, {last.job: 1}, xx=True)
    trimming = noticed(house.store, failed_seconds=1, failed_most=1)
    before = snapshot(house.store)

    assert dropped(trimming.trim()) == []

    assert snapshot(house.store) == before


def test_a_new_bound_is_shown_before_it_drops(house: House) -> None:
    """Whatever was set before, a bound drops nothing in its first hour; then it does."""
    jobs = _fail(house, 3)
    assert dropped(noticed(house.store, failed_most=3).trim()) == []
    tighter = keeper(house.store, failed_most=1)

    assert dropped(tighter.trim()) == []
    (failed, _) = house.admin.stats().kept
    assert (failed.count, failed.limit, failed.fill_ratio) == (3, 1, 3.0)
    assert dropped(tighter.trim()) == []
    known_long_enough(house.store)

    assert [each.job for each in dropped(tighter.trim())] == jobs[:2]
    assert NOTICE_SECONDS == 3600


def test_an_inbox_of_an_older_release_is_given_notice(house: House) -> None:
    """A store that has never reported its bounds drops nothing at once."""
    job = house.failed()
    failed_ago(house.store, job, 1000 * DAY)

    assert dropped(keeper(house.store).trim()) == []
    known_long_enough(house.store)
    assert [each.job for each in dropped(keeper(house.store).trim())] == [job]


def test_many_are_dropped_in_batches(house: House) -> None:
    """However many are too old, one trim drops them, a bounded number a call."""
    number = 2 * JOBS_A_CALL + 50
    for one in range(number):
        failed_ago(house.store, house.failed(b"%d" % one), DAY + 1)

    batches = list(noticed(house.store).trim())

    assert [len(batch.dropped) for batch in batches] == [JOBS_A_CALL, JOBS_A_CALL, 50, 0]
    assert batches[-1].failed.count == house.admin.stats().failed == 0
    assert house.admin.stats().counts["dropped_failed"] == number
    assert JOBS_A_CALL * MOST_CALLS >= 10_000
    assert_consistent(house.store)


def test_a_retry_and_a_drop_of_the_same_job_exclude_each_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two hundred jobs that are retried while they are dropped, each has one end."""
    # One job a call, so that retries come between.
    monkeypatch.setattr("inbox.retention.JOBS_A_CALL", 1)
    jobs = [house.failed(b"%d" % one) for one in range(200)]
    for job in jobs:
        failed_ago(house.store, job, DAY + 1)
    trimming = noticed(house.store)
    # Neither is at its end before the other has begun.
    has_dropped, has_retried = Event(), Event()

    def retry_all() -> dict[str, str]:
        answers = {}
        for job in reversed(jobs):
            assert has_dropped.wait(60)
            answers[job] = house.admin.retry(job, who=WHO)
            has_retried.set()
        return answers

    def drop_all() -> list[Dropped]:
        gone: list[Dropped] = []
        while house.store.zcard(KEYS.failed):
            for batch in trimming.trim():
                gone += batch.dropped
                has_dropped.set()
                assert has_retried.wait(60)
        return gone

    with ThreadPoolExecutor(2) as pool:
        retried, gone = pool.submit(retry_all), pool.submit(drop_all)
        answers, lost = retried.result(), {each.job for each in gone.result()}

    queued = {job for job, answer in answers.items() if answer == "queued"}
    assert queued | lost == set(jobs)
    assert not queued & lost
    assert queued
    assert lost
    assert {answers[job] for job in lost} == {"gone"}
    assert {house.state_of(job) for job in queued} == {"queued"}
    assert_consistent(house.store)
