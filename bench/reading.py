"""`python -m bench.reading`: the processor time of reading a body of every event, in ms."""

import gc
import time
from collections.abc import Iterator
from typing import Final

import click

from schemas import EVENTS, load_envelope, load_event, parse_body
from tests import samples
from tests.unit.schemas.shapes.typical import leaves, typical_bodies


GOAL_MS: Final = 1.5
SAMPLES: Final = 12


@click.command()
@click.option("--rounds", default=7, show_default=True, help="The quickest round counts.")
def main(rounds: int) -> None:
    """Read typical bodies of every event from bytes to dataclass, slowest last."""
    rows = sorted(measured(rounds))
    for ms, largest, fields, event_type in rows:
        print(f"{ms:6.3f}  {largest:6.3f}  {fields:5.0f}  {event_type}")
    mean = sum(row[0] for row in rows) / len(rows)
    print("   ms  largest fields  event")
    print(f"mean {mean:.3f} ms; slowest {rows[-1][0]:.3f} ms, goal {GOAL_MS} ms")
    raise SystemExit(rows[-1][0] > GOAL_MS)


def measured(rounds: int) -> Iterator[tuple[float, float, float, str]]:
    """Return for each event: mean and largest ms of its bodies, their fields, its type."""
    for event_type in EVENTS:
        bodies = typical_bodies(event_type, SAMPLES)
        times = [1000 * quickest(samples.body(body), rounds) for body in bodies]
        fields = sum(map(leaves, bodies)) / len(bodies)
        yield sum(times) / len(times), max(times), fields, event_type


def quickest(raw: bytes, rounds: int) -> float:
    """Measure the processor time of all three steps."""
    found = []
    for _ in range(rounds):
        gc.collect()
        start = time.process_time_ns()
        for _ in range(10):
            load_event(load_envelope(parse_body(raw)))
        found.append((time.process_time_ns() - start) / 1e10)
    return min(found)


if __name__ == "__main__":
    main()
