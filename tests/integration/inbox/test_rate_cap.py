from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from inbox.model.job import Claim
from inbox.model.rate import Rate
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import NOTHING, WHO, House
from tests.integration.inbox.later import Later
from tests.integration.inbox.shown import shown


TEN = Rate(10, 3600)


def running(house: House, number: int, start: int = 0) -> list[Claim]:
    """Claim so many jobs that the rate cap may be asked for."""
    return [house.process(b"%d" % one) for one in range(start, start + number)]


def held(house: House, body: bytes = b"{}") -> Claim:
    """Bring a job before a rate cap that lets nothing through."""
    claim = house.process(body)
    assert house.admit(claim, NOTHING) == "held"
    return claim


def test_exactly_so_many_are_let_through(house: House) -> None:
    """Of forty jobs at once ten act, and the others are held and visible."""
    claims = running(house, 40)
    with ThreadPoolExecutor(8) as pool:
        reported = list(pool.map(lambda claim: house.admit(claim, TEN), claims))

    assert (reported.count("admitted"), reported.count("held")) == (10, 30)
    assert house.admin.held_count() == 30
    assert {view.job for view in house.admin.held()} == {
        claim.job for claim, answer in zip(claims, reported, strict=True) if answer == "held"
    }
    assert_consistent(house.store)


def test_the_window_slides(house: House) -> None:
    """Each job that was let through makes room a window later, not all at once."""
    later, admitted = Later(house.store), []
    for step in range(6):
        claims = running(house, 5, start=5 * step)
        reported = [house.admit(claim, TEN) for claim in claims]
        admitted.append(reported.count("admitted"))
        later(TEN.seconds / 3)

    assert admitted == [5, 5, 0, 5, 5, 0]


def test_a_job_is_counted_once_however_often_it_runs(house: House) -> None:
    """Asked again, tried again, reaped or retried, it needs no second leave."""
    claim = house.process()
    one = Rate(1, 3600)
    acts: list[Callable[[Claim], Any]] = [
        lambda claim: house.admit(claim, one),
        lambda claim: house.jobs.wait(claim, 0, "asked_to_wait", "an error"),
        lambda claim: house.jobs.postpone(claim, 0, "shut", "an error"),
        lambda claim: house.store.zadd(KEYS.running, {claim.job: 1}, xx=True),
        lambda claim: house.jobs.fail(claim, "no_such", "an error"),
    ]
    for act in acts:
        assert house.admit(claim, one) == "admitted"
        act(claim)
        house.reap()
        house.admin.retry(claim.job, who=WHO)
        if house.state_of(claim.job) == "queued":
            claim = house.claim(claim.job)

    assert house.admit(claim, NOTHING) == "admitted"
    assert house.store.zcard(KEYS.brake) == 1
    assert house.admit(house.process(b"other"), one) == "held"
    assert_consistent(house.store)


def test_released_jobs_pass_and_take_nobodys_place(house: House) -> None:
    """Past the rate cap means past it, also when it is full, and leaves room for others."""
    claim = held(house)
    assert house.admin.release(claim.job, who=WHO) == "queued"
    again = house.claim(f"{claim.job}:2")

    assert house.admit(again, NOTHING) == "admitted"
    assert house.admit(claim, TEN) == "stale"
    assert house.store.zcard(KEYS.brake) == 0
    assert house.jobs.done(again, "done")
    assert_consistent(house.store)


def test_a_held_job_keeps_its_tries(house: House) -> None:
    """That it was held is no try, and what it had used before is used still."""
    claim = house.process()
    house.jobs.wait(claim, 0, "asked_to_wait", "an error")
    claim = house.claim(claim.job)
    assert claim.tries == 2
    house.admit(claim, NOTHING)

    house.admin.release(claim.job, who=WHO)

    assert house.claim(claim.job).tries == 2


def test_a_held_job_stays_until_someone_decides(house: House) -> None:
    """Neither time, nor the reaper, nor a stale message, nor a retry moves it."""
    claim = held(house)
    for _ in range(3):
        house.checks_are_old()
        house.reap()
    house.jobs.claim(claim.task)
    assert house.admin.retry(claim.job, who=WHO) == "held"

    view = house.admin.job(claim.job)

    assert view is not None
    assert (view.state, view.reason, view.tries, view.runs) == ("held", "held_by_brake", 0, ())
    assert house.admin.body(claim.delivery) == b"{}"
    assert_consistent(house.store)


def test_a_held_job_is_discarded_permanently(house: House) -> None:
    """It ends, its delivery is completed, its body goes, and who did it is on record."""
    claim = held(house)

    assert house.admin.discard(claim.job, who="ada", why="wrong bulk") == "discarded"

    assert house.admin.discard(claim.job, who="ada", why="wrong bulk") == "gone"
    assert house.admin.release(claim.job, who="ada") == "gone"
    assert house.admin.body(claim.delivery) is None
    found = house.admin.delivery(claim.delivery)
    assert found is not None
    assert found.ended == {"process": "discarded by ada"}
    assert _audit(house) == [("ada", "discard", claim.job, "wrong bulk")]
    assert_consistent(house.store)


@pytest.mark.parametrize("other", ["release", "discard"])
def test_two_operators_at_once_decide_once(house: House, other: str) -> None:
    """One decision is taken for each job, and only that one is on record."""
    claims = [held(house, b"%d" % number) for number in range(20)]

    def decide(one: tuple[int, Claim]) -> str:
        act = house.admin.release if one[0] % 2 else getattr(house.admin, other)
        return str(act(one[1].job, who=f"op{one[0]}", why="a test"))

    with ThreadPoolExecutor(8) as pool:
        reported = list(pool.map(decide, enumerate(claim for claim in claims for _ in range(2))))

    for first, second in zip(reported[::2], reported[1::2], strict=True):
        assert len({first, second} & {"queued", "discarded"}) == 1
    jobs = [entry[2] for entry in _audit(house)]
    assert sorted(jobs) == sorted(claim.job for claim in claims)
    assert all(house.dispatches(claim.job) in {0, 2} for claim in claims)
    assert_consistent(house.store)


def test_what_is_postponed_is_no_try(house: House) -> None:
    """However often a job waits for its downstream, it has all its tries, and says why it waits."""
    claim = house.process()
    for number in range(50):
        assert house.jobs.postpone(claim, 0, "perks_budget", f"wait {number}")
        claim = house.claim(claim.job)
        assert claim.tries == 1
    before = house.store.zcard(KEYS.waiting)
    assert house.jobs.postpone(claim, 0.5, "perks_budget", "the last wait")

    view = house.admin.job(claim.job)

    assert view is not None
    assert (view.state, view.reason, view.error) == ("waiting", "perks_budget", "the last wait")
    assert view.runs == ()
    assert view.next_try is not None
    assert view.since is not None
    assert (view.next_try - view.since).total_seconds() == 0.5
    assert before == 0
    assert_consistent(house.store)


def test_held_jobs_are_counted(house: House) -> None:
    """The page and the receiver's metrics say how many are held, apart from all others."""
    for number in range(3):
        held(house, b"%d" % number)
    house.failed(b"failed")

    stats = house.admin.stats()

    assert (stats.held, stats.failed, stats.running, stats.waiting) == (3, 1, 0, 0)
    assert stats.counts["held"] == 3
    found = shown(house, "perkhook_jobs")
    jobs = {name[1]: value for name, value in found.items() if name[0] == "perkhook_jobs"}
    assert jobs == {"queued": 0, "running": 0, "waiting": 0, "failed": 1, "held": 3}


def test_what_the_rate_cap_remembers_passes_away(house: House) -> None:
    """When nothing comes any more, the rate cap forgets after its window."""
    house.admit(house.process(), TEN)
    Later(house.store)(TEN.seconds)

    assert not house.store.exists(KEYS.brake)


def _audit(house: House) -> list[tuple[Any, ...]]:
    return [
        tuple(value.decode() for value in entry.values())
        for _, entry in house.store.xrange(KEYS.audit)
    ]
