"""Handling events: how many a second, at what cost, with and without a downstream."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.findings import Finding, Plan, compared
from bench.lab import Downstream, Lab, Store, Web, send, wait_for
from bench.processes import Process, memory_mb, processor_seconds
from bench.sides import ARQ, CELERY, OURS, SIDES, Side


FIGURES = ("events", "worker-cpu", "worker-memory")

#: Events of a round with 50 ms a call: some seconds for each side.
_EVENTS = {OURS.name: 600, CELERY.name: 60, ARQ.name: 100}
#: And of one with calls that are answered at once, or none; arq takes ten jobs in half a second.
_EVENTS_AT_ONCE = {OURS.name: 300, CELERY.name: 300, ARQ.name: 30}

#: What the goal for the worker's memory speaks of.
_JOBS = 50


@dataclass(frozen=True, slots=True)
class _Bench:
    """One side's server and its worker, which stands still between rounds."""

    side: Side
    store: Store
    web: Web
    worker: Process
    handled: Callable[[], int] | None

    def drain(self, events: int) -> tuple[float, float]:
        """Let the worker handle so many waiting events; return events a second and µs for each."""
        before = self.handled() if self.handled else 0
        send(self.web, events)
        used, began = processor_seconds(self.worker.pid), time.monotonic()
        self.worker.thaw()
        if self.handled:
            handled = self.handled
            ended = wait_for(lambda: handled() - before >= events, f"{events} events handled")
            if handled() - before != events:
                raise RuntimeError(f"{self.side.name} called more than once for an event")
        else:
            ended = wait_for(lambda: not self.side.left(self.store.client), "nothing is left")
        wait_for(lambda: not self.side.left(self.store.client), "nothing is left")
        used = processor_seconds(self.worker.pid) - used
        self.worker.freeze()
        return events / (ended - began), used / events * 1e6


def measure(plan: Plan) -> dict[str, Finding]:
    """Fill each side's queue and let its worker drain it, in turns."""
    with Lab() as lab:
        downstream = lab.downstream()
        calling = [_bench(lab, side, downstream) for side in SIDES]
        idle = [_bench(lab, side, None) for side in SIDES]
        for bench in (*calling, *idle):
            bench.drain(60)
        rates: dict[str, list[float]] = {side.name: [] for side in SIDES}
        costs: dict[str, list[float]] = {side.name: [] for side in SIDES}
        bare: dict[str, list[float]] = {side.name: [] for side in SIDES}
        for _ in range(plan.rounds):
            downstream.wait(50)
            for bench in calling:
                rates[bench.side.name].append(bench.drain(_EVENTS[bench.side.name])[0])
            downstream.wait(0)
            for bench in calling:
                costs[bench.side.name].append(bench.drain(_EVENTS_AT_ONCE[bench.side.name])[1])
            for bench in idle:
                bare[bench.side.name].append(bench.drain(_EVENTS_AT_ONCE[bench.side.name])[1])
        return {
            "events": compared(rates, OURS.name, CELERY.name, "/s"),
            "worker-cpu": compared(costs, OURS.name, CELERY.name, "µs"),
            "worker-cpu-bare": compared(bare, OURS.name, CELERY.name, "µs"),
            "worker-memory": _memory(calling, downstream),
        }


def _bench(lab: Lab, side: Side, downstream: Downstream | None) -> _Bench:
    store = lab.store()
    name = side.name.replace(" ", "")
    handled = (lambda: downstream.calls(name)) if downstream else None
    url = f"{downstream.url}/{name}" if downstream else None
    web, worker = lab.web(side, store), lab.worker(side, store, url)
    # What it had to do at its start is over.
    time.sleep(1)
    worker.freeze()
    return _Bench(side, store, web, worker, handled)


def _memory(benches: list[_Bench], downstream: Downstream) -> Finding:
    """Measure each worker while as many jobs as it can run wait for a slow downstream."""
    peaks: dict[str, float] = {}
    for bench in benches:
        downstream.wait(1500)
        send(bench.web, 120 if bench.side is OURS else 5)
        bench.worker.thaw()
        sizes = []
        while bench.side.left(bench.store.client):
            sizes.append(sum(memory_mb(bench.worker.pid)))
            time.sleep(0.1)
        bench.worker.freeze()
        most = downstream.most()
        if bench.side is OURS and most < _JOBS:
            raise RuntimeError(f"only {most} jobs ran at once")
        peaks[f"{bench.side.name}, {most} jobs at once"] = max(sizes)
    return Finding(value=next(iter(peaks.values())), sides=peaks, unit="MB")
