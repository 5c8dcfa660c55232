"""The commands. Exit codes: 0 all is read, 1 something is not, 2 wrong use."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.catalogue import EVENTS
from schemas.errors import UnreadableBody
from schemas.event import Envelope
from schemas.read.body import parse_body
from schemas.read.event import load_envelope, load_event


WRAPPING: Final = (
    '{"event": {"id": "ev_1", "type": "TYPE OF THE EVENT", '
    '"created_at": "2025-01-31T12:00:00.000Z"}, "data": THIS FILE}'
)
BARE: Final = f"It has no `data`. If it is the `data` of an event alone, wrap it: {WRAPPING}"
NO_SCHEMA: Final = "No schema reads events of this type: perkhook counts them, and no handler runs."

# What stands where the type belongs may be anything, and is shown only if it has a type's form.
_TYPE: Final = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)*")
_LONGEST: Final = 100

_FILE = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True)


class Row(NamedTuple):
    """An event that is read: its type, and the class that a handler gets."""

    type: str
    event: str
    file: str


class Verdict(NamedTuple):
    """
    How a body is read; it quotes nothing of it but the event's type.

    `event` is the class that a handler gets, `unreadable` are the fields that are None in
    it although something stands there, and `remarks` say the rest in sentences.
    """

    readable: bool
    type: str | None = None
    event: str | None = None
    unreadable: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether a handler gets all that the body holds."""
        return self.event is not None and not self.unreadable


@click.group()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def commands(context: click.Context, as_json: bool) -> None:
    """List the events that are read, and check a body before it is sent."""
    context.obj = as_json


@commands.command("list")
@click.pass_obj
def list_events(as_json: bool) -> None:
    """List the event types, the class of each and the file where it stands."""
    rows = sorted(
        Row(event_type, made.__name__, f"{made.__module__.replace('.', '/')}.py")
        for event_type, made in EVENTS.items()
    )
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
    """Report whether bodies are read, and which of their fields are not; "-" reads from a pipe."""
    found = [(name, check(_content_of(name))) for name in files]
    if as_json:
        records = [
            {"file": name, "whole": verdict.whole, **verdict._asdict()} for name, verdict in found
        ]
        click.echo(json.dumps(records, indent=2))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for name, verdict in found:
            where = "standard input" if name == "-" else name
            console.print(Text(f"{where}: {'. '.join(_sentences(verdict))}"))
    if not all(verdict.whole for _, verdict in found):
        sys.exit(1)


def check(raw: bytes) -> Verdict:
    """Return how a body is read in all the steps that a worker takes."""
    document: Mapping[str, Any] = {}
    try:
        document = parse_body(raw)
        verdict = _verdict(load_envelope(document))
    except UnreadableBody as problem:
        verdict = Verdict(readable=False, remarks=(problem.message,))
    bare = bool(document) and "data" not in document
    return verdict._replace(remarks=(*verdict.remarks, BARE)) if bare else verdict


def type_shown(event_type: str) -> str:
    """Return the type as it may be printed: what is no name of an event may be personal."""
    if len(event_type) <= _LONGEST and _TYPE.fullmatch(event_type):
        return event_type
    return "(not the name of an event)"


def _verdict(envelope: Envelope) -> Verdict:
    kind = type_shown(envelope.event_type)
    try:
        event = load_event(envelope)
    except UnreadableBody as problem:
        return Verdict(readable=False, type=kind, remarks=(problem.message,))
    if event is None:
        return Verdict(readable=True, type=kind, remarks=(NO_SCHEMA,))
    return Verdict(
        readable=True, type=kind, event=type(event).__name__, unreadable=event.unreadable
    )


def _content_of(name: str) -> bytes:
    with click.open_file(name, "rb") as file:
        content: bytes = file.read()
    return content


def _sentences(verdict: Verdict) -> Iterator[str]:
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
