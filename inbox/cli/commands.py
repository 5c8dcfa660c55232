"""The operator's commands. Exit codes: 0 all done, 1 something was not done, 2 wrong use."""

import getpass
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from redis import RedisError
from rich.console import Console

from inbox.admin.decisions import Decisions
from inbox.admin.queries import Admin
from inbox.admin.selection import ACTIONS, SORTS, chosen
from inbox.admin.views import as_plain
from inbox.cli import tables
from inbox.cli.acl import acl
from inbox.cli.bulk import each
from inbox.cli.context import Tools
from inbox.cli.decide import batch, choosing, decide, deciding, filter_of, groups, history
from inbox.cli.erase import erase
from inbox.cli.help_first import HelpFirst
from inbox.cli.move import move
from inbox.cli.plan import plan
from inbox.errors import InboxUnavailableError, unavailable
from inbox.ids import delivery_of, is_delivery_id, job_id_of
from inbox.intake import Intake
from inbox.privacy.erasure import Erasure
from inbox.settings import InboxSettings
from inbox.store.connection import connect
from settings.reader import SettingsError


def main(environ: Mapping[str, str]) -> None:
    """Run the command line; turns what can go wrong into a sentence and an exit code."""
    try:
        commands(obj=environ, standalone_mode=True)
    except SettingsError as error:
        sys.exit(str(error))
    except RedisError as error:
        sys.exit(str(unavailable(error)))
    except InboxUnavailableError as error:
        sys.exit(str(error))


@click.group(cls=HelpFirst)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option("--as", "who", default=None, help="Who you are, for the record.")
@click.pass_context
def commands(context: click.Context, as_json: bool, who: str | None) -> None:
    """Read perkhook's inbox, decide about failed jobs, erase personal data."""
    settings = InboxSettings.from_environ(context.obj)
    client = connect(
        settings.store, max_connections=2, answer_timeout=10.0, name="perkhook-command"
    )
    context.obj = Tools(
        queries=Admin(client, dedupe_window_seconds=settings.dedupe_window_seconds),
        decisions=Decisions(client, dedupe_window_seconds=settings.dedupe_window_seconds),
        intake=Intake(client),
        erasure=Erasure(client),
        prefix=settings.store.prefix,
        who=who or f"{_user()}@{socket.gethostname()}",
        as_json=as_json,
        # A pipe has no width; ids must stay whole for the next command.
        console=Console(width=None if sys.stdout.isatty() else 250, emoji=False),
        store=settings.store,
    )


commands.add_command(acl)
commands.add_command(erase)
commands.add_command(groups)
commands.add_command(history)
commands.add_command(batch)
commands.add_command(plan)
commands.add_command(move)


@commands.command()
@click.pass_obj
def stats(tools: Tools) -> None:
    """Count what is queued, running, waiting and failed."""
    found = tools.queries.stats()
    if tools.as_json:
        tools.print_json(as_plain(found))
    else:
        tools.console.print(tables.stats(found))


@commands.command()
@choosing
@click.option("--state", default="failed", type=click.Choice([*ACTIONS]), show_default=True)
@click.option("--sort", default="oldest", type=click.Choice([*SORTS]), show_default=True)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
@click.pass_obj
def failed(tools: Tools, /, state: str, sort: str, limit: int, **words: str) -> None:
    """List failed jobs, longest ago first."""
    rows = tools.decisions.rows.of(state)
    found = chosen(rows, filter_of(words, state=state), sort)[:limit]
    views = tools.queries.some([row.job for row in found])
    tools.print_jobs(views, state=state, total=len(rows), limit=limit)


@commands.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
@click.pass_obj
def held(tools: Tools, limit: int) -> None:
    """
    List the jobs that the rate cap holds, longest ago first.

    They exceed REVOCATION_BRAKE, or REVOCATION_BRAKE_CAMPAIGN for one campaign, which the error of
    the job names.
    """
    total = tools.queries.held_count()
    tools.print_jobs(tools.queries.held(), state="held", total=total, limit=limit)


@commands.command()
@click.argument("jobs", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every held job.")
@choosing
@deciding
@click.pass_obj
def release(tools: Tools, /, **selection: Any) -> None:
    """Release jobs that the rate cap holds."""
    decide(tools, "release", state="held", **selection)


@commands.command()
@click.argument("what")
@click.option("--body", is_flag=True, help="Write the raw body, byte for byte (personal data).")
@click.pass_obj
def show(tools: Tools, what: str, body: bool) -> None:
    """Show a delivery, or the delivery of a job, with the history of its jobs."""
    job = job_id_of(what)
    delivery = delivery_of(job) if job else what
    found = tools.queries.delivery(delivery) if is_delivery_id(delivery) else None
    if found is None:
        raise click.ClickException(f"the inbox knows no delivery or job {what}")
    if body:
        raw = tools.queries.body(delivery)
        if raw is None:
            raise click.ClickException("this delivery is completed, its body is no longer kept")
        sys.stdout.buffer.write(raw)
    elif tools.as_json:
        tools.print_json(as_plain(found))
    else:
        tools.console.print(tables.delivery(found))


@commands.command()
@click.argument("jobs", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every failed job.")
@choosing
@deciding
@click.pass_obj
def retry(tools: Tools, /, **selection: Any) -> None:
    """Send failed jobs again, with all their tries."""
    decide(tools, "retry", state="failed", **selection)


@commands.command()
@click.argument("jobs", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every failed job.")
@click.option("--held", is_flag=True, help="Held jobs: every one, or those that are chosen.")
@choosing
@deciding
@click.pass_obj
def discard(tools: Tools, /, held: bool, everything: bool, **selection: Any) -> None:
    """Discard failed or held jobs; this cannot be undone."""
    if held and everything:
        raise click.UsageError("choose with --all or with --held")
    if not selection["why"] and not selection["dry_run"]:
        raise click.UsageError("say why, with --why")
    state = "held" if held else "failed"
    decide(tools, "discard", state=state, everything=everything, held=held, **selection)


@commands.command()
@click.argument("deliveries", nargs=-1)
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Accept the raw body in this file as if it had been received; may be repeated.",
)
@click.pass_obj
def replay(tools: Tools, deliveries: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """
    Process stored deliveries again for handlers they have not met, or accept saved bodies.

    A handler that had its job does not run again, and a body that is known is not accepted
    twice.
    """
    if not deliveries and not files:
        raise click.UsageError("name deliveries, or files with --file")

    def accept(path: str) -> str:
        accepted = tools.intake.accept(Path(path).read_bytes())
        return "duplicate" if accepted.duplicate else "queued"

    tally = each(
        deliveries, lambda one: tools.queries.replay(one, who=tools.who), "replaying", tools.console
    )
    tally += each([str(path) for path in files], accept, "accepting", tools.console)
    tools.finish(tally, wanted="queued")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # In a container, a process may run under a number that has no name.
        return f"user {os.getuid()}"
