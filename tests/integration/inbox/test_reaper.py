import pytest

from inbox.jobs import MOST_LOSSES, REAP_BATCH
from inbox.model.job import Reaped
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import QUEUES, House, lose_messages


MANY = 2 * REAP_BATCH + 50


def test_a_job_is_sent_again_when_its_time_has_come(house: House) -> None:
    """The reaper sends what is due, once, and leaves what is not."""
    due = house.in_state("due", "notify_crm")
    later = house.claim(f"{due.delivery}:revoke_referral_perks")
    house.jobs.wait(later, 60, "asked_to_wait", "an error")

    assert house.reap() == Reaped(due=1)
    assert house.reap() == Reaped()

    assert house.state_of(due.job) == "queued"
    assert house.state_of(later.job) == "waiting"
    assert_consistent(house.store)


def test_a_job_whose_lease_is_over_is_sent_again(house: House) -> None:
    """A worker that died or froze is noted in the job's history, under its task."""
    last = house.in_state("over")

    assert house.reap() == Reaped(lease_over=1)

    found = house.admin.job(last.job)
    assert found is not None
    assert (found.state, found.losses, found.reason) == ("queued", 1, "worker_lost")
    assert [run.task for run in found.runs] == [f"{last.job}:1"]
    assert_consistent(house.store)


def test_a_live_lease_is_left_alone(house: House) -> None:
    """A job that runs is no one else's until its lease is over, though it has no message."""
    last = house.in_state("running")
    lose_messages(house.store)

    assert house.searched_twice().lease_over == 0

    assert house.state_of(last.job) == "running"
    assert house.jobs.done(last, "done")


def test_a_job_that_kills_its_workers_fails_permanently(house: House) -> None:
    """A job may lose so many workers, and the next loss sets it aside for an operator."""
    claim = house.process()
    for loss in range(MOST_LOSSES + 1):
        house.store.zadd(KEYS.running, {claim.job: 1}, xx=True)
        expected = Reaped(lease_over=1) if loss < MOST_LOSSES else Reaped(given_up=1)
        assert house.reap() == expected
        if loss < MOST_LOSSES:
            # From the second loss on it waits, if only for a while.
            house.store.zadd(KEYS.waiting, {claim.job: 1}, xx=True)
            claim = house.claim(claim.job)

    (found,) = house.admin.failed()
    assert found.reason == "worker_lost"
    assert found.losses == MOST_LOSSES + 1
    assert_consistent(house.store)


def test_one_of_two_callers_reaps_in_an_interval(house: House) -> None:
    """The second caller learns that another has reaped, and its lock passes by itself."""
    house.in_state("due")

    first = house.jobs.reap("one", QUEUES, 10)
    second = house.jobs.reap("two", QUEUES, 10)

    assert first == Reaped(due=1)
    assert second is False
    assert 0 < house.store.pttl(KEYS.sweeping) <= 10_000
    assert house.store.get(KEYS.sweeping) == b"one"


@pytest.mark.parametrize("index", [KEYS.waiting, KEYS.running])
def test_more_than_a_batch_is_reaped_in_one_call(house: House, index: str) -> None:
    """However much is due or over, one call of the reaper sends it all."""
    claims = [house.process(b"%d" % n) for n in range(MANY)]
    for claim in claims:
        if index == KEYS.waiting:
            house.jobs.wait(claim, 60, "asked_to_wait", "an error")
    _long_ago(house, index)

    reaped = house.reap()

    assert sum(reaped) == MANY
    assert_consistent(house.store)


def test_a_batch_that_is_partly_given_up_does_not_end_the_reaper(house: House) -> None:
    """A full batch is full whatever became of its jobs."""
    claims = [house.process(b"%d" % n) for n in range(MANY)]
    for claim in claims[::2]:
        house.store.hset(KEYS.job + claim.job, "losses", MOST_LOSSES)
    _long_ago(house, KEYS.running)

    reaped = house.reap()

    assert (reaped.lease_over, reaped.given_up) == (MANY // 2, MANY // 2)
    assert_consistent(house.store)


def test_a_queue_that_no_one_knows_is_reaped_like_any(house: House) -> None:
    """A queue without a job, a message or a declaration is no trouble."""
    assert house.reap(("nobodys", *QUEUES)) == Reaped()
    assert house.searched_twice() == Reaped()


def test_a_due_job_goes_to_its_own_queue_even_if_no_worker_reaps_that(house: House) -> None:
    """A job of another release's handler is sent to its queue, whatever queues are ours."""
    claim = house.process()
    house.jobs.fan_out(claim, [("older_2", "older")], outcome="handed on")
    job = house.claim(f"{claim.delivery}:older_2:1")
    house.jobs.wait(job, 0, "asked_to_wait", "an error")

    assert house.reap(("deliveries",)) == Reaped(due=1)

    assert house.store.llen(KEYS.celery + "older") == 2
    assert house.claim(f"{claim.delivery}:older_2:2").tries == 2


def _long_ago(house: House, index: str) -> None:
    jobs = house.store.zrange(index, 0, -1)
    house.store.zadd(index, dict.fromkeys(jobs, 1), xx=True)
