"""The commands. Exit codes: 0 all is read, 1 something is not, 2 wrong use."""

import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.catalogue import EVENTS
from schemas.checking import Verdict, check


_FILE = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True)


class Row(NamedTuple):
    """An event that is read: its type, and the class that a handler gets."""

    type: str
    event: str
    file: str


@click.group()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def commands(context: click.Context, as_json: bool) -> None:
    """Tell which of Voucherify's events are read, and check a body before it is sent."""
    context.obj = as_json


@commands.command("list")
@click.pass_obj
def list_events(as_json: bool) -> None:
    """List the event types, the class of each and the file where it stands."""
    rows = sorted(events())
    if as_json:
        click.echo(json.dumps([row._asdict() for row in rows], indent=2))
        return
    table = Table("Event type", "Class", "File", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    # A pipe has no width; names must stay whole for the next command.
    Console(width=None if sys.stdout.isatty() else 250).print(table)


@commands.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.pass_obj
def check_files(as_json: bool, files: tuple[str, ...]) -> None:
    """Say whether bodies are read, and which of their fields are not; "-" reads from a pipe."""
    found = [(name, check(_read(name))) for name in files]
    if as_json:
        told = [
            {"file": name, "whole": verdict.whole, **verdict._asdict()} for name, verdict in found
        ]
        click.echo(json.dumps(told, indent=2))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for name, verdict in found:
            where = "standard input" if name == "-" else name
            console.print(Text(f"{where}: {'. '.join(sentences(verdict))}"))
    if not all(verdict.whole for _, verdict in found):
        sys.exit(1)


def _read(name: str) -> bytes:
    with click.open_file(name, "rb") as file:
        content: bytes = file.read()
    return content


def events() -> Iterator[Row]:
    """Give a row for each event of Voucherify's that is read."""
    for event_type, made in EVENTS.items():
        yield Row(event_type, made.__name__, f"{made.__module__.replace('.', '/')}.py")


def sentences(verdict: Verdict) -> Iterator[str]:
    """Say in words what was found, without anything of the body."""
    what = f" {verdict.type}" if verdict.type else ""
    if not verdict.readable:
        yield f"cannot be read{what and ' as'}{what}"
    elif verdict.event:
        yield f"read as{what} ({verdict.event})"
        count = len(verdict.unreadable)
        if count:
            fields = "1 field is" if count == 1 else f"{count} fields are"
            yield f"{fields} None, for what stands there cannot be read: " + ", ".join(
                verdict.unreadable
            )
    else:
        yield f"readable, of the type{what}"
    yield from (remark.removesuffix(".") for remark in verdict.remarks)
