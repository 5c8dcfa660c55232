"""What the command prints while it runs and at its end."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any, Final

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from inbox.model.assignment import Missing
from inbox.plans import PlanPreview
from worker.reconcile.diff.finding import MOST_NAMED
from worker.reconcile.outcomes import APPLIED, UNKNOWN_CAMPAIGN, UNKNOWN_CUSTOMER, Ending, Skip
from worker.reconcile.progress import Progress


#: Without a terminal, a line so often instead of a bar.
_LINE_SECONDS: Final = 10.0

_ENDINGS: Final = {
    Ending.REPORTED: "handled already",
    Ending.YOUNG: "left to their webhook, which may still come",
    Ending.CUSTOMER_GONE: "of a customer who was deleted",
    Ending.CODE_GONE: "of a code that was deleted, without an event of a removal",
    UNKNOWN_CUSTOMER: "customers that Voucherify does not know: deleted, or of another project",
    UNKNOWN_CAMPAIGN: "campaigns that Voucherify does not know: deleted, misspelt or of others",
}

_SKIPS: Final = {
    Skip.ODD_CAMPAIGN: "campaigns that are listed without an id",
    Skip.ODD_CODE: "codes that are listed without an id",
    Skip.ODD_HOLDER: "holders who are listed without an id, a customer or a role that is known",
    Skip.ODD_EVENT: "events of customers that cannot be read",
    Skip.UNDECIDED: "codes from which nothing was concluded, for a holder has no id",
    Skip.CUT_SHORT: "campaigns with more codes than can be listed",
    Skip.REFUSED: "refused by Voucherify",
    Skip.FAILING: "that fail, while others are answered; the next run asks again",
}

_WHY: Final = {
    Ending.CODE_GONE: ("its code was deleted", "their codes were deleted"),
    Ending.CUSTOMER_GONE: ("its customer was deleted", "their customers were deleted"),
}


class Report:
    """
    Prints progress to standard error, and the result to standard output.

    Args:
        plain: whether the result is JSON.
        of: what is checked: codes or customers.
    """

    def __init__(self, *, plain: bool, of: str) -> None:
        self._plain = plain
        self._of = of
        self._console = Console(stderr=True, emoji=False)
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._printed_at = monotonic()

    def step(self, progress: Progress) -> None:
        """Print how far a run is."""
        if self._console.is_terminal:
            self._move_bar(progress)
        elif monotonic() - self._printed_at >= _LINE_SECONDS:
            self._printed_at = monotonic()
            done = sum(progress.done.values())
            self._console.print(f"{done} of {progress.total}, {_pace(progress)}", highlight=False)

    def stop(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()

    def end(
        self,
        progress: Progress,
        left: Sequence[Missing],
        drafts: Mapping[str, PlanPreview],
        *,
        apply: bool,
    ) -> None:
        """Print the result of a run."""
        self.stop()
        if self._plain:
            click.echo(json.dumps(_as_plain(progress, left, drafts), indent=2))
            return
        out = Console(width=None if sys.stdout.isatty() else 250, emoji=False, highlight=False)
        for line in _lines(progress, self._of):
            out.print(escape(line))
        applied = progress.counts.get(APPLIED, 0)
        if applied:
            out.print(f"{applied} removals are deliveries now.")
        if left:
            out.print(_table(left, drafts))
            out.print("Nothing is taken back yet: run it again with --apply." if not apply else "")
        elif not applied:
            out.print("No removal is missing.")

    def _move_bar(self, progress: Progress) -> None:
        if self._bar is None or self._task is None:
            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[pace]}"),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task(self._of, total=None, pace="")
            self._bar.start()
        self._bar.update(
            self._task,
            total=progress.total or None,
            completed=sum(progress.done.values()),
            pace=_pace(progress),
        )


def _pace(progress: Progress) -> str:
    left = progress.seconds_left
    counts = f"{len(progress.missing)} missing, {progress.calls.total()} calls"
    return counts if left is None else f"{counts}, {timedelta(seconds=round(left))} left"


def _lines(progress: Progress, of: str) -> list[str]:
    calls = progress.calls.total()
    by = ", ".join(f"{many} for {what}" for what, many in progress.calls.most_common())
    lines = [f"Checked {progress.checked} {of} with {calls} calls: {by or 'none'}."]
    if progress.checked:
        lines.append(f"That is {round(10_000 * calls / progress.checked)} calls for 10,000 {of}.")
    lines += [
        f"{progress.counts[what]} {words}."
        for what, words in _ENDINGS.items()
        if progress.counts.get(what)
    ]
    return [*lines, *_skipped(progress), *_for_operator(progress)]


def _skipped(progress: Progress) -> Iterator[str]:
    for what, words in _SKIPS.items():
        many = progress.counts.get(what, 0)
        if not many:
            continue
        ids = [
            " ".join(f"{name} {value}" for name, value in ids.items())
            for kind, ids in progress.skipped
            if kind is what
        ][:MOST_NAMED]
        more = [f"and {many - len(ids)} more"] if many > len(ids) else []
        yield f"{many} {words}: {'; '.join([*ids, *more])}."


def _for_operator(progress: Progress) -> Iterator[str]:
    counts = _by_campaign(progress)
    for (campaign, why), many in counts.items():
        if many > MOST_NAMED:
            yield (
                f"For an operator: {many} assignments of campaign {campaign} are over, "
                f"{_WHY[why][1]} (--json names each)."
            )
    for each, why in progress.persons:
        if counts[each.campaign, why] <= MOST_NAMED:
            yield (
                f"For an operator: assignment {each.holder} of campaign {each.campaign} is over, "
                f"{_WHY[why][0]}."
            )


def _by_campaign(progress: Progress) -> Counter[tuple[str, Ending]]:
    return Counter((each.campaign, why) for each, why in progress.persons)


def _table(left: Sequence[Missing], drafts: Mapping[str, PlanPreview]) -> Table:
    rows = Table(
        *("assignment", "customer", "role", "campaign", "removed", "known by", "would take back"),
        title="Removals without a webhook",
    )
    for each in left:
        known = each.assignment
        plan = drafts.get(known.holder)
        words = (
            *(known.holder, known.customer, known.role, known.campaign),
            each.removed if each.event else f"before {each.removed}",
            f"event {each.event}" if each.event else "no longer listed",
            "; ".join((*plan.steps, plan.reason)) if plan else "-",
        )
        rows.add_row(*(escape(word) for word in words))
    return rows


def _as_plain(
    progress: Progress, left: Sequence[Missing], drafts: Mapping[str, PlanPreview]
) -> dict[str, Any]:
    return {
        "checked": progress.checked,
        "calls": dict(progress.calls),
        "counts": dict(progress.counts),
        "skipped": [{"why": str(what), **ids} for what, ids in progress.skipped],
        "for_a_person_by_campaign": [
            {"campaign": campaign, "why": str(why), "assignments": many}
            for (campaign, why), many in _by_campaign(progress).items()
        ],
        "for_a_person": [
            {"holder": each.holder, "campaign": each.campaign, "why": str(why)}
            for each, why in progress.persons
        ],
        "missing": [
            {
                "holder": each.assignment.holder,
                "customer": each.assignment.customer,
                "role": each.assignment.role,
                "campaign": each.assignment.campaign,
                "code": each.assignment.code,
                "removed": each.removed,
                "event": each.event or None,
                "would": list(drafts[each.assignment.holder].steps)
                if each.assignment.holder in drafts
                else None,
            }
            for each in left
        ],
    }
