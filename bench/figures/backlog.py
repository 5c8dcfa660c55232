"""What a long backlog costs: memory for each event, and time for accepting and handling."""

import time

from bench import filling
from bench.findings import Finding, Plan, compared
from bench.lab import Lab, Store, Web, send, wait_for
from bench.processes import Process, processor_seconds
from bench.sides import CELERY, OURS


FIGURES = ("store-memory", "accept-at-backlog", "drain")

#: Points of the picture on the way to the whole backlog.
_POINTS = 10
_REQUESTS = 400
_SMALL = 1000
_EVENTS = 250
_FULL, _EMPTY = "at the backlog", "empty or 1,000"


def measure(plan: Plan) -> dict[str, Finding]:
    """Fill a store, and hold what it costs against an empty one beside it."""
    with Lab() as lab:
        rival = _rival_series(plan)
        webs = {name: lab.web(OURS, lab.store()) for name in (_FULL, _EMPTY)}
        full = webs[_FULL].store
        series = {
            OURS.name: filling.fill(
                full, filling.ours(full.client), plan.backlog, seed=-1, points=_POINTS
            ),
            CELERY.name: rival,
        }
        each = {name: points[-1][1] / points[-1][0] for name, points in series.items()}
        return {
            "store-memory": Finding(
                value=each[OURS.name] / each[CELERY.name], sides=each, unit="bytes", series=series
            ),
            "accept-at-backlog": _accepting(webs, plan),
            **_draining(lab, webs, plan),
        }


def _rival_series(plan: Plan) -> list[list[float]]:
    """Fill the rival's store, and give the machine its memory back."""
    with Lab() as lab:
        web = lab.web(CELERY, lab.store())
        put = filling.celery(web)
        return filling.fill(web.store, put, plan.backlog, seed=-1, points=_POINTS)


def _accepting(webs: dict[str, Web], plan: Plan) -> Finding:
    costs: dict[str, list[float]] = {name: [] for name in webs}
    for web in webs.values():
        send(web, _REQUESTS)
    for number in range(plan.rounds * 4):
        order = list(webs) if number % 2 else list(reversed(webs))
        for name in order:
            if name == _EMPTY:
                webs[name].store.client.flushdb()
            sent = send(webs[name], _REQUESTS)
            costs[name].append(sent.receiver + sent.store)
    return compared(costs, _FULL, _EMPTY, "µs")


def _draining(lab: Lab, webs: dict[str, Web], plan: Plan) -> dict[str, Finding]:
    stores = {name: web.store for name, web in webs.items()}
    stores[_EMPTY].client.flushdb()
    workers = {name: lab.worker(OURS, store) for name, store in stores.items()}
    rates: dict[str, list[float]] = {name: [] for name in stores}
    costs: dict[str, list[float]] = {name: [] for name in stores}
    for worker in workers.values():
        worker.freeze()
    for number in range(plan.rounds * 4 + 1):
        for name in stores if number % 2 else reversed(stores):
            if name == _EMPTY:
                missing = _SMALL - OURS.left(stores[name].client)
                put = filling.ours(stores[name].client)
                filling.fill(stores[name], put, missing, seed=-2 - number)
            rate, cost = _handle(stores[name], workers[name])
            # The first round is to warm up.
            if number:
                rates[name].append(rate)
                costs[name].append(cost)
    return {
        "drain": compared(rates, _FULL, _EMPTY, "/s"),
        "drain-cpu": compared(costs, _FULL, _EMPTY, "µs"),
    }


def _handle(store: Store, worker: Process) -> tuple[float, float]:
    """Complete some events; return events a second, and µs of worker and store for each."""

    def completed() -> int:
        return int(store.client.hget("perkhook:counts", "settled") or 0)

    before, used = completed(), processor_seconds(worker.pid) + processor_seconds(store.pid)
    began = time.monotonic()
    worker.thaw()
    ended = wait_for(lambda: completed() - before >= _EVENTS, "events are completed")
    events = completed() - before
    worker.freeze()
    used = processor_seconds(worker.pid) + processor_seconds(store.pid) - used
    return events / (ended - began), used / events * 1e6
