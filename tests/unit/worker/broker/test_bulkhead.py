from types import SimpleNamespace
from weakref import WeakSet

import pytest
from structlog.testing import capture_logs

from worker.app import create_celery
from worker.broker.bulkhead import Bulkhead
from worker.handlers import load_handlers
from worker.run.bulkhead import counts_as_paused, most_held, open_queues, wait_seconds
from worker.runtime import runtime_of


QUEUES = ["deliveries", "perks", "crm"]


class Bench:
    """A bulkhead of a worker with ten threads, and the requests that it has."""

    def __init__(self, *, threads: int = 10) -> None:
        self.now = 0.0
        # As Celery keeps them: weakly, so a request that is dropped is not there either.
        self.running: WeakSet[Request] = WeakSet()
        self.requests: list[Request] = []
        self.bulkhead = Bulkhead(["crm", "perks"], running=self.running, clock=lambda: self.now)
        self.cycle = self.bulkhead()
        self.cycle.update(QUEUES)
        self.channel = SimpleNamespace(brpop_timeout=1)
        self.bulkhead.guard(self.channel, threads)

    def take(self, queue: str, count: int = 1) -> "list[Request]":
        """Take messages as a worker does, if they are asked for."""
        taken = []
        for _ in range(count):
            assert queue in self.cycle.consume(len(QUEUES))
            request = Request(queue)
            self.bulkhead.taken(request=request, signal=None)
            self.running.add(request)
            self.cycle.rotate(queue)
            taken.append(request)
        self.requests += taken
        return taken

    def asked(self) -> set[str]:
        """Return the queues that are named next."""
        return set(self.cycle.consume(len(QUEUES)))


class Request:
    """What Celery makes of a message."""

    def __init__(self, queue: str) -> None:
        self.delivery_info = {"exchange": "", "routing_key": queue}


@pytest.mark.parametrize(
    ("threads", "most"),
    # 60 % rounded up, but for one thread that is left to the others where there are two.
    [(1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (8, 5), (10, 6), (50, 30), (500, 300)],
)
def test_share(threads: int, most: int) -> None:
    """A queue may hold 60 % of the threads, at least one, and all of them only if it is one."""
    assert most_held(threads) == most


@pytest.mark.parametrize(
    ("queues", "held", "asked"),
    [
        (QUEUES, {}, QUEUES),
        (QUEUES, {"crm": 5}, QUEUES),
        (QUEUES, {"crm": 6}, ["deliveries", "perks"]),
        (QUEUES, {"crm": 7, "perks": 6}, ["deliveries"]),
        # Such a queue has no share: its messages are never counted.
        (["deliveries", "crm"], {"crm": 0}, ["deliveries", "crm"]),
        # A worker for one queue alone gives it all its threads.
        (["crm"], {"crm": 9}, ["crm"]),
        (["crm", "perks"], {"crm": 6, "perks": 6}, []),
        ([], {}, []),
    ],
)
def test_choice(queues: list[str], held: dict[str, int], asked: list[str]) -> None:
    """A queue is left out when it holds its share, and the order stays."""
    assert open_queues(queues, held, 6) == asked


@pytest.mark.parametrize(
    ("left_out_for", "seconds"),
    [(None, 1.0), (0.0, 0.01), (0.05, 0.01), (1.0, 0.1), (2.0, 0.2), (60.0, 0.25)],
)
def test_wait(left_out_for: float | None, seconds: float) -> None:
    """The wait is a tenth of the pause within bounds, so it is never 0, which is without end."""
    assert wait_seconds(1.0, left_out_for) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("held", "paused", "still"),
    [(5, False, False), (6, False, True), (5, True, True), (4, True, True), (3, True, False)],
)
def test_hysteresis_of_what_is_logged(held: int, paused: bool, still: bool) -> None:
    """A queue counts as paused from its share until half of that is free."""
    assert counts_as_paused(held, 6, paused=paused) is still


def test_a_queue_that_holds_its_share_is_left_out_until_a_job_ends() -> None:
    """Six jobs of ten threads; the seventh is asked for when one of them has ended."""
    bench = Bench()
    requests = bench.take("crm", 6)

    assert bench.asked() == {"deliveries", "perks"}
    bench.running.remove(requests[0])

    assert bench.asked() == set(QUEUES)
    bench.take("crm")
    assert bench.asked() == {"deliveries", "perks"}


def test_an_answer_may_bring_what_the_fullest_queue_has_room_for() -> None:
    """Whichever queue it comes from; deliveries have no share and no bound of their own."""
    bench = Bench()
    bench.take("crm", 2)
    bench.take("perks", 5)

    bench.asked()
    assert bench.cycle.room == 1
    bench.take("perks")
    bench.asked()
    assert bench.cycle.room == 4
    bench.take("crm", 4)
    assert bench.asked() == {"deliveries"}
    assert bench.cycle.room > 50


def test_before_the_threads_are_known_messages_come_one_by_one() -> None:
    """No channel is guarded yet."""
    cycle = Bulkhead(["crm"])()
    cycle.update(QUEUES)
    cycle.consume(3)

    assert cycle.room == 1


def test_deliveries_are_never_left_out() -> None:
    """They call no downstream, so they may hold all threads."""
    bench = Bench()

    bench.take("deliveries", 10)

    assert bench.asked() == set(QUEUES)


def test_each_handler_has_a_share_and_deliveries_have_none() -> None:
    """The application guards the queues of all handlers, and no other."""
    bulkhead = runtime_of(create_celery({})).bulkhead
    bulkhead.guard(SimpleNamespace(brpop_timeout=1), 2)
    requests = [Request(queue) for queue in QUEUES]

    for request in requests:
        bulkhead.taken(request)

    held = {name for name, queue in bulkhead._queues.items() if len(queue.requests) == 1}
    assert held == {"crm", "perks"}
    assert bulkhead._queues.keys() == set(load_handlers().queues)


def test_waits_are_short_from_the_message_that_fills_the_share() -> None:
    """The store is asked again soon, later less often, and as usual when jobs have ended."""
    bench = Bench()
    requests = bench.take("crm", 5)
    assert bench.channel.brpop_timeout == 1

    requests += bench.take("crm", 1)
    bench.asked()
    assert bench.channel.brpop_timeout == 0.01
    bench.now = 1.5
    bench.asked()
    assert bench.channel.brpop_timeout == pytest.approx(0.15)

    bench.running.difference_update(requests)
    bench.asked()
    assert bench.channel.brpop_timeout == 1


def test_the_newest_pause_of_two_rules_the_wait() -> None:
    """One queue hangs for long; another that moves on is checked soon all the same."""
    bench = Bench(threads=10)
    bench.take("crm", 6)
    bench.asked()
    bench.now = 100.0
    bench.take("perks", 6)

    bench.asked()

    assert bench.channel.brpop_timeout == 0.01


def test_a_new_connection_finds_what_the_worker_still_holds() -> None:
    """After a reconnect the jobs that run on hold their threads, and new ones end the pause."""
    bench = Bench()
    bench.take("crm", 6)
    bench.cycle = bench.bulkhead()
    bench.cycle.update(QUEUES)
    channel = SimpleNamespace(brpop_timeout=1)
    bench.bulkhead.guard(channel, 10)

    assert bench.asked() == {"deliveries", "perks"}
    assert channel.brpop_timeout == 0.01

    bench.running.clear()
    assert bench.asked() == set(QUEUES)


def test_what_celery_forgets_holds_nothing() -> None:
    """A request that has no recorded end, and is gone, leaves its thread's share."""
    bench = Bench()
    bench.take("crm", 6)
    bench.requests.clear()

    assert bench.asked() == set(QUEUES)


def test_other_channels_are_left_alone() -> None:
    """The queues of Celery's own channels, and those of Flower, are all asked."""
    bulkhead = Bulkhead(["crm"])
    cycle = bulkhead()
    cycle.update(["reply.celery.pidbox", "crm"])

    assert cycle.consume(2) == ["reply.celery.pidbox", "crm"]


def test_a_pause_is_logged_once_and_so_is_its_end() -> None:
    """Two lines for a pause; a queue that comes to its share again says so once a minute."""
    bench = Bench()
    with capture_logs() as lines:
        for _ in range(50):
            requests = bench.take("crm", 6)
            bench.asked()
            bench.asked()
            bench.running.difference_update(requests)
            bench.asked()
            bench.now += 1.0
        bench.now = 61.0
        bench.take("crm", 6)
        bench.asked()

    assert [line["event"] for line in lines] == ["queue.paused", "queue.resumed", "queue.paused"]
    assert lines[0] == {
        "event": "queue.paused",
        "log_level": "warning",
        "queue": "crm",
        "held": 6,
    }
