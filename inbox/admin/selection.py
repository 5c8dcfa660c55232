"""Choosing among failed, waiting and held jobs: pure functions over rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from inbox.ids import job_id_of


#: The states in which a job waits for an operator or a time, and the decisions about it.
ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "failed": ("retry", "discard"),
    "waiting": (),
    "held": ("release", "discard"),
}


class Row(NamedTuple):
    """One job as lists show it; times in ms. A NamedTuple, for there may be 100,000."""

    task: str
    job: str
    delivery: str
    name: str
    state: str
    since: int
    next_try: int | None
    tries: int
    reason: str
    error: str
    group: str
    event_type: str
    event_id: str
    customer: str
    holder: str
    campaign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """
    Which jobs are chosen; an empty word does not narrow the choice.

    Attributes:
        state: failed, waiting or held.
        name: handler, or process.
        event_type: as Voucherify writes it.
        campaign: id.
        reason: slug.
        group: fingerprint of the error.
        since: came into this state then or later, in ms.
        until: came into this state before, in ms.
        search: the beginning of a delivery, job, task, event, customer or holder id.
    """

    state: str = "failed"
    name: str = ""
    event_type: str = ""
    campaign: str = ""
    reason: str = ""
    group: str = ""
    since: int | None = None
    until: int | None = None
    search: str = ""

    @classmethod
    def from_words(cls, words: Mapping[str, Any]) -> "Filter":
        """
        Return the filter that was sent; an unknown name is refused, not ignored.

        Raises:
            ValueError: says what is wrong.
        """
        known = {each.name for each in fields(cls)}
        if unknown := sorted(set(words) - known):
            raise ValueError(f"there is no filter {unknown[0][:40]}")
        given: dict[str, Any] = {}
        for name, value in words.items():
            if value is None or value == "":
                continue
            if not isinstance(value, str | int) or isinstance(value, bool):
                raise ValueError(f"{name} must be a word")  # noqa: TRY004 - what was sent is wrong
            given[name] = _time(name, value) if name in {"since", "until"} else str(value).strip()
        found = cls(**given)
        if found.state not in ACTIONS:
            raise ValueError("state must be failed, waiting or held")
        return found

    def words(self) -> dict[str, str]:
        """Return the words that narrow the choice, as `from_words` reads them."""
        found = {name: value for name, value in asdict(self).items() if value not in {"", None}}
        return {
            name: _iso(value) if name in {"since", "until"} else value
            for name, value in found.items()
        }

    def matches(self, row: Row) -> bool:
        """Return whether a job is chosen."""
        return (
            (not self.name or row.name == self.name)
            and (not self.event_type or row.event_type == self.event_type)
            and (not self.campaign or row.campaign == self.campaign)
            and (not self.reason or row.reason == self.reason)
            and (not self.group or row.group == self.group)
            and (self.since is None or row.since >= self.since)
            and (self.until is None or row.since < self.until)
            and (not self.search or self._found(row))
        )

    def _found(self, row: Row) -> bool:
        # A task id names a dispatch; the job's later ones are the same job.
        words = (self.search, job_id_of(self.search) or self.search)
        places = (row.job, row.event_id, row.customer, row.holder)
        return any(place.startswith(words) for place in places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Jobs that failed with one fault; `first` and `last` in ms."""

    group: str
    name: str
    reason: str
    error: str
    count: int
    first: int
    last: int


#: How a list may be sorted. The job comes last, so that pages never show one twice.
SORTS: Final[dict[str, Callable[[Row], Any]]] = {
    "oldest": lambda row: (row.since, row.job),
    "newest": lambda row: (-row.since, row.job),
    "next": lambda row: (row.next_try or 0, row.job),
    "handler": lambda row: (row.name, row.since, row.job),
    "reason": lambda row: (row.reason, row.since, row.job),
    "campaign": lambda row: (row.campaign, row.since, row.job),
    "tries": lambda row: (-row.tries, row.since, row.job),
}


def chosen(rows: Iterable[Row], wanted: Filter, sort: str = "oldest") -> list[Row]:
    """Return the jobs that are chosen, in an order."""
    return sorted(filter(wanted.matches, rows), key=SORTS[sort])


def groups(rows: Iterable[Row]) -> list[Group]:
    """Return jobs by their fault, the largest group first."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    made = [
        Group(
            group=group,
            name=members[0].name,
            reason=members[0].reason,
            error=members[-1].error,
            count=len(members),
            first=min(row.since for row in members),
            last=max(row.since for row in members),
        )
        for group, members in found.items()
    ]
    return sorted(made, key=lambda group: (-group.count, group.name, group.reason, group.group))


def choices(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Count the words by which these jobs can be filtered, in the order of the alphabet."""
    counted = {
        field: Counter(map(attrgetter(field), rows))
        for field in ("name", "reason", "event_type", "campaign")
    }
    return {
        field: {word: counter[word] for word in sorted(counter) if word}
        for field, counter in counted.items()
    }


def _time(name: str, value: str | int) -> int:
    try:
        if isinstance(value, int) or value.isdecimal():
            return int(value)
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{name} must be a time such as 2026-03-01T12:00") from None
    # A time without a zone is UTC, as all times on the page are.
    known = found if found.tzinfo else found.replace(tzinfo=UTC)
    return int(known.timestamp() * 1000)


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
