"""What one ordinary removal costs the store, from its webhook to the completed delivery."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from bench.removals import Removals
from inbox.store import scripts
from inbox.store.client import StoreClient
from tests.integration.costs.bounds import within


@dataclass
class Ledger:
    """
    What the store ran, by a count before and after.

    Attributes:
        scripts: how often each script ran.
        inside: the commands that each script ran in all.
        commands: every command but those of this test, those inside scripts too.
    """

    store: Any
    scripts: Counter[str] = field(default_factory=Counter)
    inside: Counter[str] = field(default_factory=Counter)

    def count(self) -> tuple[int, int]:
        """Return how many scripts and how many other commands the store has run."""
        stats = self.store.info("commandstats")
        calls = {
            name: stat["calls"]
            for name, stat in stats.items()
            # What counts is no part of the removal.
            if name not in {"cmdstat_info", "cmdstat_config|resetstat"}
        }
        ran = calls.pop("cmdstat_evalsha", 0)
        return ran, sum(calls.values())

    def load(self, client: StoreClient, name: str) -> Any:
        """Load a script that is counted by its name."""
        script = _load(client, name)

        def run(*args: Any, **options: Any) -> Any:
            _, before = self.count()
            answer = script(*args, **options)
            self.scripts[name] += 1
            self.inside[name] += self.count()[1] - before
            return answer

        return run

    def __str__(self) -> str:
        """Write what each script cost, the dearest first."""
        return "\n".join(
            f"{commands:4} commands in {self.scripts[name]} of {name}"
            for name, commands in self.inside.most_common()
        )


_load = scripts.load


def test_scripts_and_commands_of_a_removal(
    store: StoreClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a rate limit, a removal runs few scripts and commands, and so does folding it."""
    ledger = Ledger(store)
    with monkeypatch.context() as patch:
        patch.setattr(scripts, "load", ledger.load)
        removals = Removals(store)
    first, second = removals.referees(2)
    removals.remove(first)
    removals.fold()
    ledger.scripts.clear()
    ledger.inside.clear()
    store.config_resetstat()

    removals.remove(second)

    ran, commands = ledger.count()
    print(f"{ledger}\n{commands - ledger.inside.total():4} commands outside scripts")  # noqa: T201 - shows where each stands
    card = removals.shop.world.store.vouchers[second["card"]["id"]]
    assert [each.amount for each in card.transactions if each.amount < 0] == [-500]
    assert ran == ledger.scripts.total()
    within("scripts of a removal", ran)
    within("commands of a removal", commands)

    removals.fold()

    # One of them finds that nothing is left.
    within("commands of folding a removal", ledger.count()[1] - commands)
