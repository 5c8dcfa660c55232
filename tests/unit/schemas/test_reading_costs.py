"""
What reading an event costs, in what can be counted; `python -m bench.reading` measures time.

1.5 ms of processor time are some 7,800 Python calls on the machine of the measurements.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from schemas import EVENTS, load_envelope, load_event, parse_body
from tests import samples
from tests.processes import ROOT
from tests.unit.schemas.shapes.typical import leaves, typical_bodies


CALLS_FOR_A_FIELD: Final = 31
CALLS_FOR_A_BODY: Final = 7_500
WHOLE_CATALOGUE_BYTES: Final = 10 * 2**20


@pytest.mark.parametrize("event_type", [*EVENTS])
def test_reading_a_typical_body_calls_few_functions(event_type: str) -> None:
    """From bytes to dataclass there are so many calls for each field, and no more."""
    bodies = typical_bodies(event_type, 5)
    raws = [samples.body(body) for body in bodies]
    load_event(load_envelope(parse_body(raws[0])))  # the schemas are made
    calls = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(note)
    try:
        for raw in raws:
            load_event(load_envelope(parse_body(raw)))
    finally:
        sys.setprofile(None)
    found = calls / sum(map(leaves, bodies))
    print(f"{found:.1f} calls for a field, {calls / len(raws):.0f} for a body")  # noqa: T201
    assert found <= CALLS_FOR_A_FIELD
    assert calls / len(raws) <= CALLS_FOR_A_BODY


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux has it")
def test_the_whole_catalogue_takes_little_memory() -> None:
    """A process that has read an event of every type is not much larger than one of three."""
    code = """
import gc, json
from schemas import EVENTS
from schemas.fields import schema_of
def size():
    gc.collect()
    with open("/proc/self/smaps_rollup") as rollup:
        # What is shared with processes that end meanwhile is not counted.
        own = [line.split()[1] for line in rollup if line.startswith(("Anonymous:", "Swap:"))]
    return 1024 * sum(map(int, own))
handled = ("customer.deleted", "customer.holder.assignment.created",
           "customer.holder.assignment.deleted")
for event_type in handled:
    schema_of(EVENTS[event_type])
few = size()
for made in EVENTS.values():
    schema_of(made)
print(json.dumps([few, size(), len(EVENTS)]))
"""
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    few, all_of_them, events = json.loads(answer.stdout)
    print(f"{(all_of_them - few) / 2**20:.2f} MB for {events} events")  # noqa: T201
    assert all_of_them - few <= WHOLE_CATALOGUE_BYTES
