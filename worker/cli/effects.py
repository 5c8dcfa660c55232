"""Commands on the ledger: show effects, undo one, resolve a step in doubt."""

import json
import sys
from time import monotonic

import click
from rich.console import Console

from inbox.model.effect import Effect, EffectState
from inbox.model.time import utc_now
from worker.backends.perks.voucherify import make_api
from worker.cli.tools import Tools
from worker.effects.resolve import resolve_step
from worker.effects.table import as_plain, table
from worker.revocation.execute.undo import undo as undo_effect
from worker.run.job import ClaimedJob


#: How long an undo may take; each call has its own limit.
UNDO_SECONDS = 120.0


@click.command()
@click.option("--customer", help="Everything taken from this customer's assignments.")
@click.option(
    "--holder",
    "--about",
    help="Everything taken for this assignment (rh_…), or done about this id.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.pass_obj
def effects(tools: Tools, customer: str | None, holder: str | None, as_json: bool) -> None:
    """Show what was taken back or done, when, why and by which event."""
    if bool(customer) == bool(holder):
        raise click.UsageError("name a --customer, a --holder or what it is --about")
    found = list(tools.effects().of(holder=holder, customer=customer))
    if as_json:
        click.echo(json.dumps([as_plain(effect) for effect in found], indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 250, emoji=False).print(table(found))


@click.command()
@click.argument("effect")
@click.option("--why", required=True, help="For the record.")
@click.pass_obj
def undo(tools: Tools, effect: str, why: str) -> None:
    """Give back what an effect took, once; running it again continues or shows the same."""
    if tools.settings.perks.backend != "voucherify":
        raise click.ClickException("undo works with PERKS_BACKEND=voucherify only")
    ledger = tools.effects()
    found = ledger.get(effect)
    if found is None:
        raise click.ClickException(f"the ledger knows no effect {effect}")
    if found.state is not EffectState.CONFIRMED:
        raise click.ClickException(f"this effect is {found.state}, not confirmed: nothing to undo")
    api = make_api(tools.settings.perks)
    job = ClaimedJob(
        id=f"undo:{effect}", delivery="", deadline=monotonic() + UNDO_SECONDS, now=utc_now
    )
    undone: Effect = undo_effect(found, why, api, ledger, job)
    click.echo(undone.fields.get("outcome") or f"gave back {undone.number('amount')}")


@click.command()
@click.argument("effect")
@click.option("--done/--not-done", default=None, help="Whether the step was done.")
@click.option("--why", required=True, help="For the record: how you know.")
@click.pass_obj
def resolve(tools: Tools, effect: str, *, done: bool | None, why: str) -> None:
    """Record whether a step in doubt of an own handler was done."""
    if done is None:
        raise click.UsageError("say --done or --not-done")
    click.echo(resolve_step(tools.effects(), effect, done=done, why=why))
