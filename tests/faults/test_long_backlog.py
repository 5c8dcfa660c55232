"""Promise 5: work grows linearly, and a queue that is merely long is never grown."""

import os
import time
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest

from inbox import keys
from inbox.ids import delivery_id
from inbox.jobs import Jobs
from inbox.store import scripts
from inbox.store.packing import pack
from tests import samples
from tests.engine import KEYS
from tests.faults.conftest import MakeFleet, Report
from tests.faults.fleet import Fleet
from tests.faults.load import Load
from tests.faults.tally import Row
from tests.processes import wait_until


@pytest.mark.timeout(3600)
def test_a_long_backlog_is_neither_grown_by_the_reaper_nor_slow_to_add_to(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """All are older than the lease and none is lost: no reaper run sends one again."""
    waiting, drained, measured = (1_000_000, 50_000, 3_000) if full else (1_000, 1_000, 300)
    fleet = make_fleet("web")
    at_empty = _accept_seconds(fleet, measured, first=1)
    _fill(fleet, waiting)
    _make_older(fleet, seconds=3600)
    at_full = _accept_seconds(fleet, measured, first=measured + 1)
    total = waiting + 2 * measured

    reaped = [
        _jobs(fleet).reap(f"idle-{number}", [keys.DELIVERIES_QUEUE], 0.001) for number in range(20)
    ]
    with fleet.store.client() as client:
        assert client.llen(KEYS.celery + keys.DELIVERIES_QUEUE) == total
    begun = time.time()
    fleet.start("worker")
    lengths = [total]

    def done() -> bool:
        stats = fleet.stats()
        lengths.append(next(each.messages for each in stats.queues if each.queue == "deliveries"))
        return stats.counts.get("settled", 0) >= drained

    wait_until(done, f"{drained:,} are handled", seconds=1500)
    seconds = time.time() - begun
    stats = fleet.stats()

    report(
        Row(
            fault="backlog, all older than the lease",
            load=f"{waiting:,} waiting, {drained:,} of them drained",
            accepted=total,
            lost=stats.counts.get("lost_messages", 0),
            doubled=max(stats.counts["settled"] - total, 0),
            worst_delay=seconds,
            note=f"accepting costs {at_full / at_empty:.2f} x an empty queue "
            f"({1e6 * at_full / measured:.0f} µs of the receiver's and the store's time); "
            f"{sum(sum(each) for each in reaped if each)} sent again",
        )
    )
    assert not any(any(each) for each in reaped if each)
    assert all(later <= sooner for sooner, later in pairwise(lengths))


def _jobs(fleet: Fleet) -> Jobs:
    return Jobs(
        fleet.client, lease_seconds=20, dedupe_window_seconds=3600, removal_memory_seconds=3600
    )


def _fill(fleet: Fleet, events: int) -> None:
    # As the receiver would, by the same script, many in one round trip. No handler wants them,
    # so that draining costs one job each.
    document = samples.assignment_deleted(1)
    document["type"] = document["event"]["type"] = "customer.updated"
    document["event"]["id"] = "evcus_%010d"
    template = samples.body(document).replace(b"%010d", b"@")
    accept = scripts.load(fleet.client, "accept")
    for start in range(0, events, 1_000):
        pipe = fleet.client.pipeline(transaction=False)
        for number in range(start, min(start + 1_000, events)):
            body = template.replace(b"@", b"%010d" % number)
            delivery = delivery_id(body)
            accept(keys=[KEYS.delivery + delivery], args=[delivery, pack(body), ""], client=pipe)
        pipe.execute()


def _make_older(fleet: Fleet, seconds: int) -> None:
    client: Any = fleet.client
    for start in count(step=10_000):
        page = client.zrange(KEYS.fresh, start, start + 9_999, withscores=True)
        if not page:
            return
        client.zadd(KEYS.fresh, {each: score - 1000 * seconds for each, score in page})


def _accept_seconds(fleet: Fleet, webhooks: int, first: int) -> float:
    """Return the processor time of receiver and store for a number of webhooks."""
    processes = [fleet.store.pid, *_family(fleet.process("web").pid)]
    before = sum(map(_processor_seconds, processes))
    with Load(fleet.receiver_url, senders=2, most=webhooks, first=first) as load:
        load.join()
    return sum(map(_processor_seconds, processes)) - before


def _family(pid: int) -> list[int]:
    processes = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    return [pid, *(each for each in processes if _stat(each)[1] == str(pid))]


def _processor_seconds(pid: int) -> float:
    user, system = _stat(pid)[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    try:
        # The name in brackets may hold blanks.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return [""] * 20
