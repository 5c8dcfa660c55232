"""Clusters and sentinels that a test may break, and how a row about their failover is made."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from tests.clusters import DEAD_MS, Cluster, Sentinels
from tests.faults.conftest import Report
from tests.faults.fleet import Fleet
from tests.faults.load import Load
from tests.faults.tally import Row, tally
from tests.faults.working import OPEN, no_alarm, wait_until_all_work
from tests.standstill import Standstill
from worker.broker.pool import HEALTH_SECONDS


#: What is started around the store.
PARTS: Final = ("downstream", "web", "worker", "flower")

#: Settings of all rows: what reads Flower's own API.
SETTINGS: Final = OPEN

#: Seconds until every part works again, without a restart, once the fault is noticed.
BACK_SECONDS: Final = 10.0

#: Seconds until a worker notices that the server on whose answer it waits is silent.
SILENCE_SECONDS: Final = 3.0 * HEALTH_SECONDS

#: The contract of a webhook's answer, in seconds.
ANSWER_SECONDS: Final = 2.0

#: Seconds for which a test waits; the bound above is demanded afterwards.
PATIENCE_SECONDS: Final = 60.0

MakeCluster = Callable[..., Cluster]
MakeSentinels = Callable[..., Sentinels]


@pytest.fixture
def make_cluster(tmp_path: Path) -> Iterator[MakeCluster]:
    """Start clusters that a test may break."""
    made: list[Cluster] = []

    def make(**options: str) -> Cluster:
        # A replica that comes back gets its copy at once.
        settings: Any = {"repl-diskless-sync-delay": "0", **options}
        made.append(Cluster(tmp_path, replicas=1, **settings))
        made[-1].start()
        return made[-1]

    yield make
    for cluster in made:
        cluster.close()


@pytest.fixture
def make_sentinels(tmp_path: Path) -> Iterator[MakeSentinels]:
    """Start servers and their sentinels, which a test may break."""
    made: list[Sentinels] = []

    def make(**options: Any) -> Sentinels:
        made.append(Sentinels(tmp_path, **options))
        made[-1].start()
        return made[-1]

    yield make
    for sentinels in made:
        sentinels.close()


class Trial:
    """
    Faults under load, and what came of them.

    Args:
        fleet: the processes, all of `PARTS`.
        detection: seconds in which those who are to notice the fault do.
    """

    def __init__(self, fleet: Fleet, *, detection: float = DEAD_MS / 1000) -> None:
        self.fleet = fleet
        self.load = Load(fleet.receiver_url, senders=3, pause=0.1)
        #: Seconds from a fault until all parts worked again.
        self.seconds: list[float] = []
        self._began = 0.0
        self._times = 0
        self._bound = detection + BACK_SECONDS
        self._machine = Standstill()

    def run(self, act: Callable[[], None], times: int, *, heal: Callable[[], None]) -> None:
        """
        Act so many times, each time wait until all parts work again, and let all be handled.

        Args:
            act: the fault; the time until all work again counts from its beginning.
            times: how often.
            heal: wait until the store is whole again, before the next time.
        """
        self._times = times
        with self._machine, self.load:
            for number in range(times):
                if number:
                    heal()
                self.load.wait_for(50)
                self.count_from_now()
                act()
                self.all_work()
        self.fleet.wait_until_worked_off()

    def count_from_now(self) -> None:
        """Note that a fault begins here; all must have recovered at the next `all_work`."""
        self._began = time.monotonic()

    def all_work(self) -> None:
        """Wait until all parts work."""
        wait_until_all_work(self.fleet, self.load, seconds=PATIENCE_SECONDS)
        self.seconds.append(time.monotonic() - self._began)

    def add(self, loads: Iterable[Load]) -> None:
        """Count what was sent beside, to other receivers."""
        for each in loads:
            self.load.accepted.update(each.accepted)
            self.load.answers.extend(each.answers)

    def report(self, report: Report, fault: str, *, may_lose: bool = False) -> Row:
        """Put what came of it into the table, and hold it against the promises."""
        slowest = max(each.seconds for each in self.load.answers)
        refused = self.load.refused()
        row = report(
            tally(
                fault,
                f"{self._times} times" if self._times > 1 else "once",
                self.load.accepted,
                self.fleet.effects(),
                note=f"all parts worked again after {max(self.seconds):.0f} s; "
                f"no 202 for {self._longest_gap():.1f} s, {len(refused):,} answers 503, "
                f"the slowest answer of all after {slowest:.2f} s",
            ),
            may_lose=may_lose,
        )
        no_alarm(self.fleet)
        assert {each.status for each in refused} <= {503}
        assert slowest < ANSWER_SECONDS + self._machine.seconds
        assert max(self.seconds) < self._bound + self._machine.seconds
        return row

    def _longest_gap(self) -> float:
        times = sorted(self.load.accepted.values())
        return max((later - sooner for sooner, later in pairwise(times)), default=0.0)
