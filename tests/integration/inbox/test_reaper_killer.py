"""A job that kills its worker does not take the jobs that run beside it along."""

import pytest

from inbox import keys
from inbox.jobs import MOST_LOSSES
from inbox.model.job import Claim
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import House


TICK_MS = 10_000
BESIDE = 50
QUEUE = keys.DELIVERIES_QUEUE


def _time_passes(house: House, milliseconds: int) -> None:
    """Bring the ends of waits nearer."""
    for job, _ in house.store.zrange(KEYS.waiting, 0, -1, withscores=True):
        house.store.zincrby(KEYS.waiting, -milliseconds, job)


def _worker_dies(house: House, claims: list[Claim]) -> None:
    """Let the leases of all that it ran be over."""
    house.store.zadd(KEYS.running, {claim.job: 1 for claim in claims}, xx=True)


def _take(house: House) -> list[Claim]:
    """Run all that is queued beside each other, as a worker with many threads does."""
    house.store.delete(KEYS.celery + QUEUE)
    return [house.claim(job) for job in _queued(house)]


def _queued(house: House) -> list[str]:
    fresh = house.store.zrange(KEYS.fresh, 0, -1)
    queued = house.store.zrange(KEYS.queued + QUEUE, 0, -1)
    return [f"{delivery.decode()}:process" for delivery in fresh] + [it.decode() for it in queued]


@pytest.mark.parametrize("which", [0, 17, 49])
def test_one_killer_among_fifty_fails_alone(house: House, which: int) -> None:
    """Whatever runs at the time dies with it; 49 jobs complete and one ends as worker_lost."""
    house.accept_many(BESIDE)
    killer = sorted(_queued(house))[which]
    deaths = completed = 0

    for _ in range(200):
        running = _take(house)
        if killer in {claim.job for claim in running}:
            _worker_dies(house, running)
            deaths += 1
        else:
            for claim in running:
                house.jobs.fan_out(claim, [], outcome="nothing to do")
            completed += len(running)
        _time_passes(house, TICK_MS)
        house.reap()

    (failed,) = house.admin.failed()
    assert (failed.job, failed.reason) == (killer, "worker_lost")
    assert completed == BESIDE - 1
    assert deaths == MOST_LOSSES + 1
    assert_consistent(house.store)


def test_the_first_loss_is_made_good_at_once(house: House) -> None:
    """A worker that was killed by a deployment delays no one by more than the lease."""
    claims = [house.process(b"%d" % number) for number in range(20)]
    _worker_dies(house, claims)

    assert house.reap().lease_over == 20

    assert {house.state_of(claim.job) for claim in claims} == {"queued"}


@pytest.mark.parametrize("losses", range(2, MOST_LOSSES + 1))
def test_later_losses_part_the_jobs(house: House, losses: int) -> None:
    """Each job waits another while, of up to half a minute for each loss, evenly spread."""
    claims = [house.process(b"%d" % number) for number in range(100)]
    for claim in claims:
        house.store.hset(KEYS.job + claim.job, "losses", losses - 1)
    _worker_dies(house, claims)

    assert house.reap().lease_over == 100

    waits = [
        int(score) - int(house.store.hget(KEYS.job + job.decode(), "since"))
        for job, score in house.store.zrange(KEYS.waiting, 0, -1, withscores=True)
    ]
    span = losses * 30_000
    assert len(waits) >= 99
    assert max(waits) <= span
    thirds = [sum(span * n / 3 <= wait < span * (n + 1) / 3 for wait in waits) for n in range(3)]
    assert min(thirds) > 18
    found = house.admin.job(claims[0].job)
    assert found
    assert found.reason == "worker_lost"
    assert_consistent(house.store)


def test_a_wait_differs_from_loss_to_loss(house: House) -> None:
    """Two jobs that came back together once do not come back together again."""
    orders = []
    for losses in (2, 3):
        house.store.flushall()
        claims = [house.process(b"%d" % number) for number in range(20)]
        for claim in claims:
            house.store.hset(KEYS.job + claim.job, "losses", losses - 1)
        _worker_dies(house, claims)
        house.reap()
        orders.append(house.store.zrange(KEYS.waiting, 0, -1))

    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])
