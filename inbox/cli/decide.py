"""The commands with which operators choose among many jobs, and decide about them."""

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import click

from inbox.admin.batches import BatchView
from inbox.admin.selection import ACTIONS, Filter, chosen
from inbox.admin.selection import groups as grouped
from inbox.admin.views import as_plain
from inbox.cli import tables
from inbox.cli.bulk import each
from inbox.cli.context import Tools
from inbox.ids import job_id_of


C = TypeVar("C", bound=Callable[..., Any])


def choosing(command: C) -> C:
    """Add the options that narrow a choice; the names are those of `Filter`."""
    for option in reversed(
        [
            click.option("--handler", "name", help="Only jobs of this handler, or process."),
            click.option("--reason", help="Only jobs with this reason."),
            click.option("--group", help="Only jobs of this fault: see `groups`."),
            click.option("--event-type", help="Only jobs about events of this type."),
            click.option("--campaign", help="Only jobs about this campaign's id."),
            click.option("--since", help="Only since then: 2026-03-01T12:00 (UTC)."),
            click.option("--until", help="Only before then."),
            click.option("--search", help="Only where a delivery, event, customer or holder "
                         "id begins so."),
        ]
    ):  # fmt: skip
        command = option(command)
    return command


def deciding(command: C) -> C:
    """Add the options of every decision."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Print what it would do, and do nothing."),
        click.option("--why", default="", help="For the record."),
        click.option("--limit", type=click.IntRange(1), help="At most so many."),
    ):
        command = option(command)
    return command


def filter_of(words: dict[str, str], *, state: str) -> Filter:
    """Read the options of `choosing`."""
    try:
        return Filter.from_words({"state": state, **words})
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def decide(
    tools: Tools,
    action: str,
    *,
    state: str,
    jobs: tuple[str, ...],
    everything: bool,
    why: str,
    limit: int | None,
    dry_run: bool,
    held: bool = False,
    **words: str | None,
) -> None:
    """
    Decide about jobs that are named, or about all that are chosen, as one batch.

    `held` stands for every job of the state, unless words narrow the choice.
    """
    narrowed = {name: word for name, word in words.items() if word is not None}
    everything = everything or (held and not narrowed)
    if [bool(jobs), everything, bool(narrowed)].count(True) != 1:
        raise click.UsageError("name jobs, or choose with --all, or with --handler, --reason, …")
    if jobs and not dry_run:
        # Flower and the logs show task ids: those do as well.
        _decide_named(tools, action, [job_id_of(job) or job for job in jobs][:limit], why)
        return
    wanted = None if jobs else filter_of(narrowed, state=state)
    found = tools.decisions.preview(action, wanted=wanted, tasks=_tasks(tools, jobs), limit=limit)
    if dry_run:
        tools.print_json(
            {
                "action": action,
                "jobs": len(found.tasks),
                "matching": found.matching,
                "by_handler": found.by_handler,
                "by_reason": found.by_reason,
                "effects_begun": found.begun,
            }
        )
        return
    tally: Counter[str] = Counter()
    if found.tasks:
        batches = tools.decisions.batches
        begun = batches.start(action, found.tasks, who=tools.who, why=why, what=found.words)
        batches.carry_out(begun)
        if view := batches.get(begun):
            tally.update(view.done)
            tally.update({_refusal(state): count for state, count in view.refused.items()})
    tools.finish(tally, wanted="discarded" if action == "discard" else "queued")


def _decide_named(tools: Tools, action: str, jobs: list[str], why: str) -> None:
    act = getattr(tools.queries, action)
    tally = each(jobs, lambda job: act(job, who=tools.who, why=why), action, tools.console)
    tools.finish(tally, wanted="discarded" if action == "discard" else "queued")


def _tasks(tools: Tools, jobs: tuple[str, ...]) -> list[str]:
    views = tools.queries.some([job_id_of(job) or job for job in jobs]) if jobs else []
    return [f"{view.job}:{view.dispatches}" for view in views] or list(jobs)


def _refusal(state: str) -> str:
    return "already queued" if state == "queued" else state


@click.command()
@choosing
@click.option("--state", default="failed", type=click.Choice([*ACTIONS]), show_default=True)
@click.pass_obj
def groups(tools: Tools, /, state: str, **words: str) -> None:
    """Count jobs by their fault, the most frequent first."""
    found = grouped(chosen(tools.decisions.rows.of(state), filter_of(words, state=state)))
    if tools.as_json:
        tools.print_json([as_plain(group) for group in found])
    else:
        tools.console.print(tables.groups(found))


@click.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@click.pass_obj
def history(tools: Tools, limit: int) -> None:
    """List who did what, when, to how many, with what result; newest first."""
    found = tools.decisions.recent(limit)
    if tools.as_json:
        tools.print_json([as_plain(entry) for entry in found])
    else:
        tools.console.print(tables.history(found))


@click.command()
@click.argument("name")
@click.option("--stop", is_flag=True, help="Leave alone the jobs that it has not decided yet.")
@click.option("--resume", is_flag=True, help="Carry it out here; safe beside other processes.")
@click.pass_obj
def batch(tools: Tools, name: str, stop: bool, resume: bool) -> None:
    """Print the progress of a batch, and the states of its first thousand jobs."""
    batches = tools.decisions.batches
    _known(tools, name)
    if stop:
        batches.stop(name)
    elif resume:
        batches.carry_out(name)
    tools.print_json(as_plain(_known(tools, name)) | {"became": batches.became(name)})


def _known(tools: Tools, name: str) -> BatchView:
    found = tools.decisions.batches.get(name)
    if found is None:
        raise click.ClickException(f"there is no batch {name}")
    return found
