"""What operators do with many failed, waiting and held jobs, in Flower and on the command line."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from inbox.admin import audit as record
from inbox.admin.batches import Batches
from inbox.admin.rows import JobRows
from inbox.admin.selection import ACTIONS, SORTS, Filter, Group, Row, choices, chosen, groups
from inbox.archive.places import HOLDER
from inbox.archive.read import Archive
from inbox.ids import job_id_of
from inbox.model.time import moment, ms_of
from inbox.plans import Plans
from inbox.store.client import StoreClient


PAGE_SIZES: Final = (25, 50, 100, 500)

#: Assignments whose effects a preview counts.
COUNTED_ASSIGNMENTS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    One page of a list.

    Attributes:
        rows: the jobs.
        total: jobs that the filter chooses.
        page: from 1.
        pages: at least 1.
        groups: the faults of all jobs that the filter chooses but for its group.
        choices: words to filter by with their counts, of all jobs in this state.
    """

    rows: list[Row]
    total: int
    page: int
    pages: int
    groups: list[Group]
    choices: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    What a decision would do, before it is made.

    Attributes:
        matching: jobs that are chosen.
        tasks: those it would be done to: the first of them if a limit is set.
        wanted: the filter that chooses these and nothing that comes later; None if named.
        by_handler, by_reason, by_group: how many of which.
        oldest: when the first of them came into this state.
        begun: assignments of these jobs for which the ledger has effects already.
    """

    action: str
    matching: int
    tasks: list[str]
    wanted: Filter | None
    by_handler: dict[str, int]
    by_reason: dict[str, int]
    by_group: int
    oldest: datetime | None
    begun: int

    @property
    def words(self) -> str:
        """Return what is chosen in words, for the record."""
        number = f"{len(self.tasks)} of " if len(self.tasks) < self.matching else ""
        noun = "job" if self.matching == 1 else "jobs"
        what = f"{', '.join(self.by_handler)}: {', '.join(list(self.by_reason)[:3])}"
        if self.wanted is None:
            if self.matching == 1:
                what = job_id_of(self.tasks[0]) or what
            return f"{number}{self.matching} selected {noun}, {what}"
        shown = {"state", "until", "group", "name", "reason"}
        also = "".join(
            f", {name.replace('_', ' ')} {word}"
            for name, word in self.wanted.words().items()
            if name not in shown
        )
        return f"{number}{self.matching} {self.wanted.state} {noun}, {what}{also}"


class Decisions:
    """Lists, previews and decides."""

    def __init__(self, client: StoreClient, *, dedupe_window_seconds: int) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self.rows = JobRows(client)
        self._archive = Archive(client)
        self.plans = Plans(client)
        self.batches = Batches(client, self.rows.read, dedupe_window_seconds=dedupe_window_seconds)

    def page(self, wanted: Filter, *, sort: str = "oldest", page: int = 1, size: int = 50) -> Page:
        """
        Return one page of the jobs that a filter chooses; a page beyond the last is the last.

        Raises:
            ValueError: there is no such order or size.
        """
        if sort not in SORTS:
            raise ValueError(f"sort must be one of {', '.join(SORTS)}")
        if size not in PAGE_SIZES:
            raise ValueError(f"size must be one of {', '.join(map(str, PAGE_SIZES))}")
        rows = self.rows.of(wanted.state)
        beside = list(filter(replace(wanted, group="").matches, rows))
        found = chosen(beside, wanted, sort)
        pages = max(-(-len(found) // size), 1)
        number = min(max(page, 1), pages)
        return Page(
            rows=found[(number - 1) * size : number * size],
            total=len(found),
            page=number,
            pages=pages,
            groups=groups(beside),
            choices=choices(rows),
        )

    def preview(
        self,
        action: str,
        *,
        wanted: Filter | None = None,
        tasks: Sequence[str] = (),
        limit: int | None = None,
    ) -> Preview:
        """
        Return what a decision would do to the jobs named, or to all that a filter chooses.

        Raises:
            ValueError: this cannot be done to jobs in that state, or nothing was chosen.
        """
        if (wanted is None) == (not tasks):
            raise ValueError("choose by naming jobs, or by a filter")
        if wanted is not None:
            # What fails while the operator reads the preview was not in its count.
            now = ms_of(self._client.time())
            wanted = replace(wanted, until=min(wanted.until or now + 1, now + 1))
            found = self._meant(wanted, action)
        else:
            found = self._named(tasks, action)
        first = found[:limit]
        holders = list({row.holder: None for row in first if row.holder})[:COUNTED_ASSIGNMENTS]
        pipe = self._client.pipeline(transaction=False)
        for holder in holders:
            pipe.exists(f"{self._keys.effects_of}holder:{holder}")
        # The archive last, so that what is folded meanwhile is in one of the two.
        begun = zip(pipe.execute(), self._archive.known(HOLDER, holders), strict=True)
        return Preview(
            action=action,
            matching=len(found),
            tasks=[row.task for row in first],
            wanted=wanted,
            by_handler=dict(Counter(row.name for row in first).most_common()),
            by_reason=dict(Counter(row.reason for row in first).most_common()),
            by_group=len({row.group for row in first}),
            oldest=moment(min((row.since for row in first), default=None)),
            begun=sum(map(any, begun)),
        )

    def recent(self, number: int = 50) -> list[record.Entry]:
        """Return what operators did last."""
        return record.recent(self._client, number)

    def _meant(self, wanted: Filter, action: str) -> list[Row]:
        if action not in ACTIONS[wanted.state]:
            raise ValueError(f"{wanted.state} jobs cannot be {_PAST.get(action, 'decided so')}")
        return chosen(self.rows.of(wanted.state), wanted)

    def _named(self, tasks: Sequence[str], action: str) -> list[Row]:
        states = [state for state, actions in ACTIONS.items() if action in actions]
        if not states:
            raise ValueError("the action must be retry, discard or release")
        wanted = set(tasks)
        return [row for state in states for row in self.rows.of(state) if row.task in wanted]


_PAST: Final = {"retry": "retried", "discard": "discarded", "release": "released"}
