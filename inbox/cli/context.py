import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import click
from rich.console import Console

from inbox.admin.decisions import Decisions
from inbox.admin.job_views import JobView
from inbox.admin.queries import Admin
from inbox.admin.views import as_plain
from inbox.cli import tables
from inbox.cli.bulk import Outcomes
from inbox.intake import Intake
from inbox.privacy.erasure import Erasure
from settings.store_address import StoreAddress


@dataclass(frozen=True, slots=True)
class Tools:
    """What the operator's commands work with; `prefix` is STORE_PREFIX."""

    queries: Admin
    decisions: Decisions
    intake: Intake
    erasure: Erasure
    who: str
    prefix: str
    as_json: bool
    console: Console
    store: StoreAddress

    def print_json(self, value: Any) -> None:
        """Print for programs."""
        click.echo(json.dumps(value, indent=2))

    def print_jobs(self, jobs: Iterable[JobView], *, state: str, total: int, limit: int) -> None:
        """Print the first jobs, and say so if there are more in this state."""
        found = list(islice(jobs, limit))
        if self.as_json:
            self.print_json([as_plain(job) for job in found])
            return
        self.console.print(tables.jobs(found, state))
        if total > len(found):
            self.console.print(f"{len(found)} of {total} {state} jobs shown")

    def finish(self, tally: Outcomes, *, wanted: str) -> None:
        """Print what was done; ends with 1 if something was not."""
        if self.as_json:
            self.print_json({"results": dict(tally)})
        else:
            self.console.print(tables.tally(tally))
        if set(tally) - {wanted}:
            sys.exit(1)
