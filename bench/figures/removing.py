"""Removing: the store's processor time for a removal, from webhook to completed delivery."""

import logging
from statistics import median

import structlog

from bench.findings import Finding, Plan
from bench.lab import Lab, Store
from bench.processes import processor_seconds
from bench.removals import Removals


FIGURES = ("removal-store-time",)

_REMOVALS = 40


def measure(plan: Plan) -> dict[str, Finding]:
    """Make removals one after another, and count what the store's process used for each."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with Lab() as lab:
            store = lab.store()
            removals = Removals(store.client)
            # The first round is to warm up.
            rounds = [_round(store, removals) for _ in range(plan.rounds * 4 + 1)][1:]
    finally:
        structlog.reset_defaults()
    whole, inside = ([each[part] for each in rounds] for part in (0, 1))
    sides = {"all": median(whole), "inside scripts": median(inside)}
    return {
        "removal-store-time": Finding(value=median(whole), rounds=whole, sides=sides, unit="ms")
    }


def _round(store: Store, removals: Removals) -> tuple[float, float]:
    """Return ms of processor time for a removal, and ms inside scripts by the store's own count."""
    referees = removals.referees(_REMOVALS)
    store.client.config_resetstat()
    used = processor_seconds(store.pid)
    for referee in referees:
        removals.remove(referee)
    used = processor_seconds(store.pid) - used
    inside = store.client.info("commandstats")["cmdstat_evalsha"]["usec"]
    return used / _REMOVALS * 1e3, inside / _REMOVALS / 1e3
