"""
What handlers would do with a body, told by a process that cannot act.

`seal` takes from the process what acting needs: connections, other programs, changes of files.
Python itself refuses them from then on, whatever code asks, and nothing switches that off
again. Only a library that goes round Python's own calls (a driver with sockets of its own) is
out of its reach.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

from inbox.ids import delivery_id
from inbox.keys import PROCESS
from inbox.model.job import Claim
from schemas import UnreadableBody
from settings.reader import Reader
from telemetry.safe_errors import SafeMessageError
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.perks.dry_run import DryRunPerks
from worker.effects.steps import Ledger, Steps
from worker.errors import JobError, PermanentError
from worker.handlers import HandlerTable, Registration
from worker.run.fan_out import process
from worker.run.handle import hand_over, read_for
from worker.run.job import ClaimedJob
from worker.run.verdict import decide
from worker.services import Services
from worker.settings.worker import read_modules
from worker.shop.load import load_table


#: A handler may take so long.
TRY_SECONDS: Final = 120.0

_REFUSED: Final = frozenset(
    {
        "socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind", "socket.getaddrinfo",
        "socket.gethostbyname", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
        "os.spawn", "os.fork", "os.forkpty", "os.kill", "os.killpg", "os.remove", "os.rename",
        "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
        "sqlite3.connect",
    }
)  # fmt: skip
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class SealedError(SafeMessageError):
    """Code tried to act where nothing may."""


class NotHereError(SafeMessageError):
    """Code used what only a worker has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a handler would do, step by step, and how its job would end."""

    handler: str
    queue: str
    would: tuple[str, ...] = ()
    outcome: str = ""
    error: str = ""


class Missing:
    """Stands where a worker has a service."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __getattr__(self, name: str) -> Any:
        raise NotHereError(f"only a worker has {self._what}")


def seal() -> None:
    """Take from this process what acting needs, for good."""
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)


def no_services() -> Services:
    """Make services with which nothing can be done."""
    return Services(
        perks=DryRunPerks(),
        crm=DryRunCrm(),
        erasure=Missing("the store"),  # type: ignore[arg-type]
    )


def load_sealed(environ: Mapping[str, str]) -> HandlerTable:
    """
    Load the handlers in a process that is sealed before.

    Raises:
        SettingsError: names all that is wrong with HANDLERS.
    """
    reader = Reader(environ)
    modules = read_modules(reader)
    reader.finish()
    seal()
    return load_table(modules)


def make_job(
    claim: Claim, handler: Registration, *, ledger: Ledger | None, dry_run: bool
) -> tuple[object, ClaimedJob]:
    """Read the event, and make the job that a handler is given, without a store."""
    event, origin = read_for(handler, claim)
    return event, ClaimedJob(
        id=claim.job,
        delivery=claim.delivery,
        deadline=monotonic() + TRY_SECONDS,
        now=lambda: datetime.now(UTC),
        customer=origin.customer,
        reduced=claim.reduced,
        steps=Steps(ledger, origin, dry_run=dry_run),
    )


def claim_of(body: bytes, name: str, *, reduced: bool = False) -> Claim:
    """Make what a worker would have claimed."""
    job = f"{delivery_id(body)}:{name}"
    return Claim(
        job=job,
        task=f"{job}:1",
        queue="",
        fence=1,
        tries=1,
        received_ms=0,
        claimed_ms=0,
        body=body,
        reduced=reduced,
    )


def try_body(body: bytes, table: HandlerTable) -> tuple[str, Iterator[Tried]]:
    """
    Tell how a body would be processed, and what each handler that wants it would do.

    Raises:
        UnreadableBody, PermanentError: processing it would fail.
    """
    owed = process(body, table)
    handlers = [table.by_name[name] for name, _ in owed.handlers if name != PROCESS]
    return owed.outcome, (_try(body, handler) for handler in handlers)


def _try(body: bytes, handler: Registration) -> Tried:
    told = Tried(handler=handler.name, queue=handler.queue)
    steps: list[str] = []
    try:
        services = no_services()
        event, job = make_job(claim_of(body, handler.name), handler, ledger=None, dry_run=True)
        steps = job.steps.would
        outcome = hand_over(handler, event, services, job)
    except NotHereError as error:
        words = (handler.run.__doc__ or "").strip().partition("\n")[0]
        return replace(told, would=(*steps, words or "something"), outcome=f"not run: {error}")
    except (JobError, UnreadableBody) as error:
        ends = isinstance(error, PermanentError | UnreadableBody)
        words = "would fail" if ends else "would be tried again"
        return replace(told, would=tuple(steps), error=f"{words}: {error}")
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is told
        verdict = decide(error, tries=1, schedule=(), chance=0.5)
        return replace(told, would=tuple(steps), error=f"{verdict.reason}: {verdict.error}")
    return replace(told, would=tuple(steps), outcome=outcome)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _REFUSED:
        raise SealedError(f"this tells and does not act: {event} is refused")
    if event == "open":
        _, mode, flags = arguments
        if any(letter in (mode or "") for letter in "wax+") or (flags or 0) & _WRITES:
            raise SealedError("this tells and does not act: a file was to be written")
