"""Removing: the store's processor time for a removal, from its webhook until it is folded."""

import logging
from dataclasses import dataclass
from statistics import median

import structlog

from bench.findings import Finding, Plan
from bench.lab import Lab, Store
from bench.processes import processor_seconds
from bench.removals import Removals


FIGURES = ("removal-store-time",)

_REMOVALS = 40


@dataclass(frozen=True, slots=True)
class _Round:
    """ms of the store's processor time for a removal, and of scripts by its own count."""

    removing: float
    folding: float
    scripts: float


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
    whole = [each.removing + each.folding for each in rounds]
    sides = {
        "removing": median(each.removing for each in rounds),
        "folding": median(each.folding for each in rounds),
        "scripts while removing": median(each.scripts for each in rounds),
    }
    return {
        "removal-store-time": Finding(value=median(whole), rounds=whole, sides=sides, unit="ms")
    }


def _round(store: Store, removals: Removals) -> _Round:
    referees = removals.referees(_REMOVALS)
    store.client.config_resetstat()
    began = processor_seconds(store.pid)
    for referee in referees:
        removals.remove(referee)
    removed = processor_seconds(store.pid)
    scripts = store.client.info("commandstats")["cmdstat_evalsha"]["usec"]
    before = processor_seconds(store.pid)
    removals.fold()
    folded = processor_seconds(store.pid)
    return _Round(
        removing=(removed - began) / _REMOVALS * 1e3,
        folding=(folded - before) / _REMOVALS * 1e3,
        scripts=scripts / _REMOVALS / 1e3,
    )
