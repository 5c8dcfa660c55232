from time import monotonic, sleep
from typing import Final

import click
from rich.markup import escape

from inbox.admin.views import as_plain
from inbox.cli.context import Tools
from inbox.ids import job_id_of
from inbox.plans import PATIENCE_SECONDS, WORK_SECONDS, PlanView


_POLL_SECONDS: Final = 0.2


@click.command()
@click.argument("job")
@click.pass_obj
def plan(tools: Tools, job: str) -> None:
    """
    Print what a failed or held job would do; a worker reads it.

    Nothing is changed by it, but its reads count as calls.
    """
    known = job_id_of(job)
    if known is None:
        raise click.ClickException(f"{job} is no job")
    answer = tools.decisions.plans.ask(known)
    if answer not in {"asked", "known"}:
        raise click.ClickException(f"the job is {answer}: there is nothing to decide")
    found = _awaited(tools, known)
    if found.plan is None:
        raise click.ClickException("no worker has answered")
    if tools.as_json:
        tools.print_json(as_plain(found))
        return
    preview = found.plan
    for line in (*preview.steps, *(f"for a person: {each}" for each in preview.unresolved)):
        tools.console.print(f"- {escape(line)}")
    tools.console.print(
        escape(preview.reason if preview.possible else f"No plan: {preview.reason}")
    )
    if preview.read:
        tools.console.print(escape(f"Based on: {'; '.join(preview.read)}"))


def _awaited(tools: Tools, job: str) -> PlanView:
    deadline = monotonic() + PATIENCE_SECONDS + WORK_SECONDS
    while True:
        found = tools.decisions.plans.get(job)
        if found.state not in {"asked", "working"} or monotonic() > deadline:
            return found
        sleep(_POLL_SECONDS)
