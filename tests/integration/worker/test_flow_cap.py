"""How jobs go through the breaker, the budget and the rate cap, with the real store."""

from dataclasses import replace

from structlog.testing import capture_logs

from inbox.admin.queries import Admin
from inbox.breaker import Breaker, NotAdmitted
from inbox.model.job import Claim
from inbox.model.rate import Rate
from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.worker.house import House
from worker.errors import RetryableError
from worker.handlers import HandlerTable
from worker.run.verdict import Completed, Waiting


MINUTE = Rate(100, 60)


def _due(store: StoreClient, task: str) -> None:
    store.zadd(KEYS.waiting, {task.removesuffix(":1"): 1}, xx=True)


def test_the_cap_holds_and_an_operator_releases(
    house: House, store: StoreClient, desk: Admin
) -> None:
    """The third of two an hour is held, visibly; released it acts; discarded it does not."""
    house.move_money(Breaker(store, "acts", MINUTE), cap=Rate(2, 3600))
    tasks = [house.handed_on(n=number) for number in range(4)]

    with capture_logs() as logs:
        outcomes = [house.flow.run(task) for task in tasks]

    assert outcomes == [Completed("acted")] * 2 + [Completed("held by the rate cap")] * 2
    assert [log["log_level"] for log in logs if log["event"] == "job.done"] == [
        *["info"] * 2,
        *["warning"] * 2,
    ]
    third, fourth = (task.removesuffix(":1") for task in tasks[2:])
    found = desk.job(third)
    assert found
    assert (found.state, found.reason, found.tries) == ("held", "held_by_brake", 0)
    assert desk.discard(fourth, who="ops", why="a test") == "discarded"
    assert desk.release(third, who="ops", why="a test") == "queued"
    assert house.flow.run(f"{third}:2") == Completed("acted")
    assert len(house.given) == 3


def test_a_job_that_was_let_through_is_not_held_at_its_next_try(
    house: House, store: StoreClient
) -> None:
    """What began to act must be able to finish, and counts once."""
    house.move_money(Breaker(store, "acts", MINUTE), cap=Rate(1, 3600))
    task = house.handed_on(n=1)
    house.raising(RetryableError("slow", "slow"))
    house.flow.run(task)
    _due(store, task)
    house.act = lambda: "acted"

    assert house.flow.run(task) == Completed("acted")
    assert store.zcard(KEYS.brake) == 1


def test_other_handlers_are_not_held(house: House, store: StoreClient) -> None:
    """The cap counts only what moves money."""
    house.move_money(Breaker(store, "acts", MINUTE), cap=Rate(1, 3600))
    (handler,) = house.flow.table.by_name.values()
    plain = HandlerTable({handler.name: replace(handler, moves_money=False)})
    house.flow = replace(house.flow, table=plain)

    outcomes = [house.flow.run(house.handed_on(n=number)) for number in range(3)]

    assert outcomes == [Completed("acted")] * 3


def test_without_a_breaker_the_cap_holds_as_well(house: House, store: StoreClient) -> None:
    """A shop's own handler may move money without a downstream that we know."""
    house.move_money(Breaker(store, "acts", MINUTE), cap=Rate(1, 3600))
    house.use(breakers={})

    outcomes = [house.flow.run(house.handed_on(n=number)) for number in range(2)]

    assert outcomes == [Completed("acted"), Completed("held by the rate cap")]


def test_a_job_that_is_held_keeps_no_call_from_others(house: House, store: StoreClient) -> None:
    """The cap is asked before the budget, in one step."""
    house.move_money(Breaker(store, "acts", MINUTE), cap=Rate(0, 3600))

    assert house.flow.run(house.handed_on()) == Completed("held by the rate cap")

    assert store.exists(KEYS.budget + "acts", KEYS.gate + "acts:try") == 0


def test_a_run_that_has_lost_its_job_is_not_admitted(house: House, store: StoreClient) -> None:
    """It reserves nothing, is not counted, and does not take the lone try of a breaker."""
    breaker = Breaker(store, "acts", MINUTE)
    house.move_money(breaker, cap=MINUTE)
    claim = house.jobs.claim(house.handed_on())
    assert isinstance(claim, Claim)
    breaker.pause("other", "down", 60)
    store.hset(KEYS.gate + "acts", "until", 1)
    assert house.jobs.postpone(claim, 0, "lost", "its lease")

    answer = breaker.enter("late", 8, house.jobs.counted(claim, MINUTE))

    assert answer is NotAdmitted.STALE
    assert store.exists(KEYS.budget + "acts", KEYS.gate + "acts:try", KEYS.brake) == 0


def test_a_job_that_meets_an_open_breaker_is_counted_once(house: House, store: StoreClient) -> None:
    """It was admitted by the cap: when it comes back it needs no place a second time."""
    breaker = Breaker(store, "acts", MINUTE)
    house.move_money(breaker, cap=Rate(1, 3600))
    task = house.handed_on()
    breaker.pause("other", "down", 60)
    assert isinstance(house.flow.run(task), Waiting)
    _due(store, task)
    store.delete(KEYS.gate + "acts")

    assert house.flow.run(task) == Completed("acted")
    assert store.zcard(KEYS.brake) == 1
