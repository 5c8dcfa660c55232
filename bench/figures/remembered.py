"""What is remembered of finished events: the store's memory for each, with all keys and indexes."""

from itertools import islice
from typing import Final

from bench.findings import Finding, Plan
from bench.lab import Lab
from bench.remembering.filling import KINDS, Play, fill, forget_passing
from bench.remembering.made import Made
from bench.remembering.steps import Past
from bench.sides import OURS


FIGURES = tuple(f"remembered-{kind}" for kind in KINDS)

#: Events of each kind; a long backlog is longer. Fewer would share the index among too few.
_EVENTS: Final = 100_000

#: Points of the series on the way.
_POINTS: Final = 10


def measure(plan: Plan) -> dict[str, Finding]:
    """Let events of each kind be handled to the end, each kind in a store of its own."""
    number = min(plan.backlog, _EVENTS)
    return {f"remembered-{kind}": _measured(play, number) for kind, play in KINDS.items()}


def _measured(play: Play, number: int) -> Finding:
    """Fill a store that has its scripts; return the bytes for each event, and those on the way."""
    with Lab() as lab:
        store = lab.store()
        past, source = Past(store.client), play.made(Made(1))
        fill(past, play, islice(source, 1))
        empty, series = store.used_memory(), [[0.0, 0.0]]
        for part in range(1, _POINTS + 1):
            fill(past, play, islice(source, number // _POINTS))
            forget_passing(store.client)
            done, taken = part * (number // _POINTS), store.used_memory() - empty
            series.append([float(done), float(taken)])
    each = taken / done
    return Finding(value=each, sides={OURS.name: each}, unit="bytes", series={OURS.name: series})
