"""Views as tables for people at a terminal."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from inbox.admin.audit import Entry
from inbox.admin.job_views import DeliveryView, JobView
from inbox.admin.memory import in_bytes, outlook, warnings
from inbox.admin.selection import Group as Fault
from inbox.admin.views import KeptView, MemoryView, Stats
from inbox.model.time import moment


def stats(found: Stats) -> RenderableType:
    """Return a table of the inbox at a glance."""
    queues = Table("queue", "jobs queued", "messages", "oldest", title="Queues")
    for queue in found.queues:
        queues.add_row(queue.queue, str(queue.jobs), str(queue.messages), _age(queue.oldest))
    states = Table("state", "jobs", "", title="Jobs")
    states.add_row("queued", str(sum(queue.jobs for queue in found.queues)), "")
    states.add_row("running", str(found.running), "")
    states.add_row("waiting", str(found.waiting), f"next try {_time(found.next_try)}")
    states.add_row("held by the rate cap", str(found.held), "")
    states.add_row("failed", str(found.failed), f"oldest {_age(found.oldest_failed)}")
    kept = Table("set", "kept", "at most", "filled", "next dropped", title="Kept within bounds")
    for each in found.kept:
        kept.add_row(
            each.set,
            str(each.count),
            "not known yet" if each.limit is None else str(each.limit),
            "-" if each.fill_ratio is None else f"{each.fill_ratio:.0%}",
            _next_drop(each),
        )
    counts = Table("since the store was made", "", title="Counts")
    for name, value in found.counts.items():
        counts.add_row(name, str(value))
    return Group(queues, states, kept, counts, *_memory(found.memory))


def _memory(found: MemoryView | None) -> Iterable[RenderableType]:
    """Yield the store's memory, and what an operator must do something about."""
    table = Table("store", "", title="Memory")
    if found is not None:
        limit = "no maxmemory is reported" if found.limit is None else in_bytes(found.limit)
        table.add_row("used", in_bytes(found.used))
        table.add_row("at most", limit)
        table.add_row("left for webhooks", "-" if found.left is None else in_bytes(found.left))
        table.add_row("added a day", "-" if found.daily is None else in_bytes(found.daily))
        table.add_row("maxmemory-policy", found.policy or "not reported")
    yield table
    yield Text(outlook(found))
    yield from (Text(words, style="bold red") for words in warnings(found))


def jobs(found: Iterable[JobView], state: str) -> RenderableType:
    """Return a table of jobs that are all failed, or all held."""
    table = Table("job", state, "runs", "reason", "error", title=f"{state.capitalize()} jobs")
    table.columns[0].overflow = "fold"
    for job in found:
        table.add_row(
            job.job,
            _time(job.since),
            str(len(job.runs)),
            escape(job.reason or ""),
            escape(job.error or ""),
        )
    return table


def groups(found: Iterable[Fault]) -> RenderableType:
    """Return a table of faults with the number of jobs that failed by them."""
    table = Table("jobs", "group", "handler", "reason", "error", "first", "last", title="By error")
    for group in found:
        table.add_row(
            str(group.count),
            group.group,
            group.name,
            escape(group.reason),
            escape(group.error),
            _time(moment(group.first)),
            _time(moment(group.last)),
        )
    return table


def history(found: Iterable[Entry]) -> RenderableType:
    """Return a table of what operators did."""
    table = Table("when", "who", "what", "to what", "result", "why", title="History")
    table.columns[3].overflow = "fold"
    for entry in found:
        words = (entry.who, entry.action, entry.what, entry.result, entry.why)
        table.add_row(_time(entry.at), *(escape(word) for word in words))
    return table


def delivery(found: DeliveryView) -> RenderableType:
    """Return a table of one delivery with the history of its jobs."""
    head = Table("delivery", found.delivery, title="Delivery")
    head.add_row("received", _time(found.received))
    head.add_row("completed", _time(found.completed))
    size = "no longer kept" if found.body_bytes is None else f"{found.body_bytes} bytes"
    head.add_row("body", size)
    if found.erased:
        head.add_row("erased", _time(found.erased))
    for name, value in found.facts.items():
        head.add_row(name.replace("_", " "), escape(str(value)))
    ended = Table("job", "ended", title="Ended jobs")
    for name, outcome in found.ended.items():
        ended.add_row(name, escape(outcome))
    pending = Table(
        "job", "state", "since", "next try", "tries", "last error", title="Pending jobs"
    )
    runs = Table("task", "started", "ended", "reason", "error", title="Runs that failed")
    for job in found.jobs:
        pending.add_row(
            job.name,
            job.state,
            _time(job.since),
            _time(job.next_try),
            str(job.tries),
            escape(job.error or ""),
        )
        for run in job.runs:
            runs.add_row(
                run.task,
                _time(run.started),
                _time(run.ended),
                escape(run.reason),
                escape(run.error),
            )
    # Beside the table, whose columns are narrow.
    traces = [
        Text(f"\nWhere {run.task} failed:\n{run.trace}")
        for job in found.jobs
        for run in job.runs
        if run.trace
    ]
    return Group(head, ended, pending, runs, *traces)


def tally(found: Mapping[str, int]) -> RenderableType:
    """Return a table of how often each outcome came."""
    table = Table("outcome", "count")
    for outcome, count in sorted(found.items()):
        table.add_row(_OUTCOMES.get(outcome, f"not done: it is {outcome}"), str(count))
    return table


_OUTCOMES = {
    "queued": "queued",
    "discarded": "discarded",
    "duplicate": "not done: this body was accepted before",
    "gone": "not done: no such job, or it has ended",
    "unknown": "not done: no such delivery",
    "changed": "not done: it was sent again since it was chosen",
    "completed": "not done: the delivery is completed, its body is no longer kept",
}


def _next_drop(kept: KeptView) -> str:
    if kept.limit is None or kept.count < kept.limit:
        return _time(kept.next_drop)
    return "as soon as one more comes" if kept.count == kept.limit else "the next reaper runs"


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") + " UTC" if moment else "-"


def _age(moment: datetime | None) -> str:
    if moment is None:
        return "-"
    seconds = max(int((datetime.now(UTC) - moment).total_seconds()), 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
