"""Support's commands. Exit codes: 0 done, 1 not done, 2 wrong use."""

import json
import sys
from collections.abc import Mapping
from time import monotonic

import click
from redis import RedisError
from rich.console import Console

from inbox.connection import connect
from inbox.effects import Effect, Effects, EffectState
from inbox.errors import unavailable
from settings import SettingsError
from worker.effects_table import as_plain, table
from worker.errors import JobError
from worker.outgoing import utc_now
from worker.perks.voucherify.backend import make_api
from worker.reconcile.command import reconcile
from worker.revocation.undo import undo as undo_effect
from worker.running import make_effects
from worker.services import Job
from worker.settings import WorkerSettings


#: An undo may take so long; its calls have limits of their own.
UNDO_SECONDS = 120.0


def main(environ: Mapping[str, str]) -> None:
    """Run the command line; turns what can go wrong into a sentence and an exit code."""
    try:
        commands(obj=environ)
    except SettingsError as error:
        sys.exit(str(error))
    except RedisError as error:
        sys.exit(str(unavailable(error)))
    except JobError as error:
        sys.exit(f"not done: {error}")


@click.group()
@click.pass_context
def commands(context: click.Context) -> None:
    """Explain what was taken back, give it back, and find what no webhook told of."""
    context.obj = WorkerSettings.from_environ(context.obj)


@commands.command()
@click.option("--customer", help="Everything taken from this customer's assignments.")
@click.option("--holder", help="Everything taken for this assignment (rh_…).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.pass_obj
def effects(
    settings: WorkerSettings, customer: str | None, holder: str | None, as_json: bool
) -> None:
    """Tell what was taken, when, why and by which event."""
    if bool(customer) == bool(holder):
        raise click.UsageError("name a --customer or a --holder")
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
    job = Job(id=f"undo:{effect}", delivery="", deadline=monotonic() + UNDO_SECONDS, now=utc_now)
    undone: Effect = undo_effect(found, why, api, ledger, job)
    click.echo(undone.fields.get("outcome") or f"gave back {undone.number('amount')}")


commands.add_command(reconcile)


def _ledger(settings: WorkerSettings) -> Effects:
    client = connect(
        settings.broker.inbox.redis_url,
        max_connections=2,
        answer_timeout=10.0,
        name="perkhook-command",
    )
    return make_effects(settings, client)
