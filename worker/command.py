"""Support's commands. Exit codes: 0 done, 1 not done, 2 wrong use."""

import json
import sys
from collections.abc import Mapping
from time import monotonic
from typing import IO

import click
import structlog
from redis import RedisError
from rich.console import Console

from inbox.cli.help_first import HelpFirst
from inbox.errors import unavailable
from inbox.ledger import Effects
from inbox.model.effect import Effect, EffectState
from inbox.model.time import utc_now
from inbox.store.connection import connect
from schemas import UnreadableBody
from settings.reader import SettingsError
from worker.backends.perks.voucherify import make_api
from worker.build import make_effects
from worker.effects.resolve import settle_step
from worker.effects.table import as_plain, table
from worker.errors import JobError
from worker.http_client.environment import EnvironmentValueError
from worker.reconcile.command import reconcile
from worker.revocation.execute.undo import undo as undo_effect
from worker.run.job import ClaimedJob
from worker.settings.worker import WorkerSettings
from worker.shop.dry_run import load_sealed, try_body


#: An undo may take so long; its calls have limits of their own.
UNDO_SECONDS = 120.0


def main(environ: Mapping[str, str]) -> None:
    """Run the command line; turns what can go wrong into a sentence and an exit code."""
    try:
        commands(obj=environ)
    except SettingsError as error:
        sys.exit(str(error))
    except EnvironmentValueError as error:
        sys.exit(str(SettingsError([str(error)])))
    except RedisError as error:
        sys.exit(str(unavailable(error)))
    except JobError as error:
        sys.exit(f"not done: {error}")


@click.group(cls=HelpFirst)
@click.pass_context
def commands(context: click.Context) -> None:
    """Explain what was taken back, give it back, find what no webhook told of, try handlers."""
    if context.invoked_subcommand == "try":
        # It needs neither the store nor secrets, so it is given neither.
        return
    context.obj = WorkerSettings.from_environ(context.obj)


@commands.command()
@click.option("--customer", help="Everything taken from this customer's assignments.")
@click.option(
    "--holder",
    "--about",
    help="Everything taken for this assignment (rh_…), or done about this id.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.pass_obj
def effects(
    settings: WorkerSettings, customer: str | None, holder: str | None, as_json: bool
) -> None:
    """Tell what was taken or done, when, why and by which event."""
    if bool(customer) == bool(holder):
        raise click.UsageError("name a --customer, a --holder or what it is --about")
    found = list(_ledger(settings).of(holder=holder, customer=customer))
    if as_json:
        click.echo(json.dumps([as_plain(effect) for effect in found], indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 250, emoji=False).print(table(found))


@commands.command()
@click.argument("effect")
@click.option("--why", required=True, help="For the record.")
@click.pass_obj
def undo(settings: WorkerSettings, effect: str, why: str) -> None:
    """Give back what an effect took, once; running it again continues or tells the same."""
    if settings.perks.backend != "voucherify":
        raise click.ClickException("undo works with PERKS_BACKEND=voucherify only")
    ledger = _ledger(settings)
    found = ledger.get(effect)
    if found is None:
        raise click.ClickException(f"the ledger knows no effect {effect}")
    if found.state is not EffectState.CONFIRMED:
        raise click.ClickException(f"this effect is {found.state}, not confirmed: nothing to undo")
    api = make_api(settings.perks)
    job = ClaimedJob(
        id=f"undo:{effect}", delivery="", deadline=monotonic() + UNDO_SECONDS, now=utc_now
    )
    undone: Effect = undo_effect(found, why, api, ledger, job)
    click.echo(undone.fields.get("outcome") or f"gave back {undone.number('amount')}")


@commands.command()
@click.argument("effect")
@click.option("--done/--not-done", default=None, help="Whether the step was done.")
@click.option("--why", required=True, help="For the record: how you know.")
@click.pass_obj
def settle(settings: WorkerSettings, effect: str, *, done: bool | None, why: str) -> None:
    """Tell the ledger whether a step of an own handler was done, which nobody knew."""
    if done is None:
        raise click.UsageError("say --done or --not-done")
    click.echo(settle_step(_ledger(settings), effect, done=done, why=why))


@commands.command("try")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def try_(environ: Mapping[str, str], file: IO[bytes]) -> None:
    """Tell what handlers would do with a body. Nothing is done, and no store is needed."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    table = load_sealed(environ)
    try:
        told, tried = try_body(file.read(), table)
    except UnreadableBody as error:
        raise click.ClickException(f"processing would fail: {error}") from error
    click.echo(told)
    wrong = False
    for each in tried:
        click.echo(f"{each.handler} (queue {each.queue}): {each.outcome or each.error}")
        for step in each.would:
            click.echo(f"  would {step}")
        wrong = wrong or bool(each.error)
    if wrong:
        sys.exit(1)


commands.add_command(reconcile)


def _ledger(settings: WorkerSettings) -> Effects:
    client = connect(
        settings.broker.inbox.store,
        max_connections=2,
        answer_timeout=10.0,
        name="perkhook-command",
    )
    return make_effects(settings, client)
