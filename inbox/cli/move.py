from dataclasses import dataclass
from time import monotonic

import click
from rich.console import Console
from rich.progress import Progress

from inbox.cli.context import Tools
from inbox.durability.barrier import Durability
from inbox.durability.check import make_barrier
from inbox.move.notes import MoveError
from inbox.move.places import measure
from inbox.move.run import Confirm, Move
from inbox.move.survey import count, seconds
from inbox.settings import InboxSettings
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from settings.reader import SettingsError
from settings.store_address import StoreAddress


#: Seconds that a disk or a replica may take.
_DURABLE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator has asked for."""

    target: StoreAddress
    durability: Durability
    finish: bool


@click.command()
@click.option(
    "--to",
    "url",
    required=True,
    envvar="MOVE_TO_URL",
    help="The target's address, as in REDIS_URL; better in MOVE_TO_URL, for it holds a password.",
)
@click.option(
    "--to-prefix",
    "prefix",
    envvar="MOVE_TO_PREFIX",
    help="The target's STORE_PREFIX, or MOVE_TO_PREFIX; that of the source if it is not given.",
)
@click.option(
    "--durability",
    envvar="ACCEPT_DURABILITY",
    default="memory",
    show_default=True,
    type=click.Choice([each.value for each in Durability]),
    help="Where a key must be stored in the target before it is deleted in the source.",
)
@click.option("--dry-run", is_flag=True, help="Only count the keys, and check both sides.")
@click.option("--finish", is_flag=True, help="Close the source, move the rest, open the target.")
@click.pass_obj
def move(
    tools: Tools, *, url: str, prefix: str | None, durability: str, dry_run: bool, finish: bool
) -> None:
    """
    Move all keys to another address, another prefix or onto a cluster.

    Stop the workers and Flower first. Run it, let the receivers use the target, and run it again
    with --finish. It may be cut off at any time: run the same command again.
    """
    target = _target(url, prefix or tools.store.prefix)
    asked = Asked(target, Durability(durability), finish)
    source = _client(tools.store)
    try:
        if dry_run:
            _preview(tools, source, _client(target))
        else:
            _move(tools, source, asked)
    except MoveError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        raise click.ClickException("cut off: run the same command again to continue") from None


def _target(url: str, prefix: str) -> StoreAddress:
    try:
        return InboxSettings.from_environ({"REDIS_URL": url, "STORE_PREFIX": prefix}).store
    except SettingsError as error:
        text = "; ".join(error.problems).replace("REDIS_URL", "MOVE_TO_URL")
        raise click.UsageError(text.replace("STORE_PREFIX", "MOVE_TO_PREFIX")) from None


def _client(at: StoreAddress) -> StoreClient:
    return connect(at, max_connections=1, answer_timeout=10.0, name="perkhook-move")


def _preview(tools: Tools, source: StoreClient, target: StoreClient) -> None:
    distance = measure(source, target)
    kinds = count(source)
    total = sum(kinds.values())
    about = seconds(total, distance.trip)
    if tools.as_json:
        tools.print_json({"kinds": dict(kinds), "keys": total, "seconds": round(about, 1)})
        return
    for kind, keys in kinds.most_common():
        tools.console.print(f"{keys:>12,} {kind}", markup=False, highlight=False)
    tools.console.print(f"{total:>12,} keys, about {about:,.0f} s", highlight=False)


def _move(tools: Tools, source: StoreClient, asked: Asked) -> None:
    target = _client(asked.target)
    measure(source, target)
    total = sum(count(source).values())
    began = monotonic()
    moved = 0
    console = Console(stderr=True)
    # Not rich's track(): its thread lives on after an error, and the process with it.
    with Progress(console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("moving keys", total=total)

        def moved_more(keys: int) -> None:
            nonlocal moved
            moved += keys
            progress.advance(bar, keys)

        confirm = _confirm(asked)
        over = Move(source, target, confirm=confirm, progress=moved_more).run(finish=asked.finish)
    took = monotonic() - began
    if tools.as_json:
        tools.print_json({"keys": moved, "seconds": round(took, 1), "over": over})
        return
    tools.console.print(f"{moved:,} keys moved in {took:,.1f} s", highlight=False)
    if over:
        tools.console.print("The move is over: start the workers and Flower on the target.")
    else:
        tools.console.print(
            "Now let the receivers use the target, then run this again with --finish. Workers wait "
            "until then."
        )


def _confirm(asked: Asked) -> Confirm | None:
    barrier = make_barrier(asked.target, asked.durability, most_seconds=_DURABLE_SECONDS)
    if barrier is None:
        return None
    return lambda key: barrier.wait(key, monotonic() + _DURABLE_SECONDS)
