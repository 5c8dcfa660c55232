"""What a finished event costs the store: its memory for months, its scripts and commands."""

from itertools import islice
from typing import Any, Final

import pytest

from bench.remembering.filling import KINDS, fill, forget_passing
from bench.remembering.made import Made
from bench.remembering.steps import Past
from inbox.archive.fold import Folding
from tests.integration.costs.bounds import EVENTS, commands, memory, within


#: Enough that one page of a stream, or one hash more, weighs little.
MANY: Final = 2_000

NAMES: Final = {
    "removal": "a removal with two effects",
    "dry-run": "a removal of a dry run",
    "unwanted": "an unwanted event",
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_remembered_takes_little_memory(kind: str, store: Any) -> None:
    """All keys that a finished event leaves are weighed, and its share of the index."""
    past, play = Past(store), KINDS[kind]
    source = play.made(Made(1))
    fill(past, play, islice(source, 1))
    before = memory(store)
    fill(past, play, islice(source, MANY))
    forget_passing(store)
    taken = memory(store) - before

    within(f"bytes remembered of {NAMES[kind]}", taken / MANY)


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_runs_few_scripts_and_commands(kind: str, store: Any) -> None:
    """What it takes until it is completed, and to fold it after that, is counted."""
    past, play = Past(store), KINDS[kind]
    source = play.made(Made(1))
    folding = Folding(store)
    fill(past, play, islice(source, 1))

    def run() -> None:
        for event in islice(source, EVENTS):
            play.run(past, event)

    ran = commands(store, run)
    scripts = store.info("commandstats")["cmdstat_evalsha"]["calls"]
    folded = commands(store, folding.step)

    within(f"scripts to complete {NAMES[kind]}", scripts / EVENTS)
    within(f"commands to complete {NAMES[kind]}", (ran - scripts) / EVENTS)
    within(f"commands to fold {NAMES[kind]}", folded / EVENTS)
