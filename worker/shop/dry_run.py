"""
What handlers would do with a body, found by a process that cannot act.

`seal` takes away connections, other programs and changes of files. Python refuses them from then
on, whatever code asks, and that cannot be switched off. Only a library that bypasses Python's own
calls (a driver with its own sockets) can still act.
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


#: How long a handler may take.
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
    """Code tried to act in a sealed process."""


class NotHereError(SafeMessageError):
    """Code used a service that only a worker has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a handler would do, step by step, and how its job would end."""

    handler: str
    queue: str
    would: tuple[str, ...] = ()
    outcome: str = ""
    error: str = ""


class Missing:
    """Takes the place of a service that only a worker has."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __getattr__(self, name: str) -> Any:
        raise NotHereError(f"only a worker has {self._what}")


def seal() -> None:
    """Refuse all acting in this process from now on."""
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)


def no_services() -> Services:
    """Return services that can do nothing."""
    return Services(
        perks=DryRunPerks(),
        crm=DryRunCrm(),
        erasure=Missing("the store"),  # type: ignore[arg-type]
    )


def load_sealed(environ: Mapping[str, str]) -> HandlerTable:
    """
    Seal the process, then load the handlers.

    Raises:
        SettingsError: names all problems of HANDLERS.
    """
    reader = Reader(environ)
    modules = read_modules(reader)
    reader.finish()
    seal()
    return load_table(modules)


def make_job(
    claim: Claim, handler: Registration, *, ledger: Ledger | None, dry_run: bool
) -> tuple[object, ClaimedJob]:
    """Return the event and the job for a handler, without a store."""
    event, origin = read_for(handler, claim)
    return event, ClaimedJob(
        id=claim.job,
        delivery=claim.delivery,
        deadline=monotonic() + TRY_SECONDS,
        now=lambda: datetime.now(UTC),
        customer=origin.customer,
        redacted=claim.redacted,
        steps=Steps(ledger, origin, dry_run=dry_run),
    )


def claim_of(body: bytes, name: str, *, redacted: bool = False) -> Claim:
    """Return what a worker would have claimed."""
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
        redacted=redacted,
    )


def try_body(body: bytes, table: HandlerTable) -> tuple[str, Iterator[Tried]]:
    """
    Return how a body would be processed, and what each handler that wants it would do.

    Raises:
        UnreadableBody, PermanentError: processing it would fail.
    """
    pending = process(body, table)
    handlers = [table.by_name[name] for name, _ in pending.handlers if name != PROCESS]
    return pending.outcome, (_try(body, handler) for handler in handlers)


def _try(body: bytes, handler: Registration) -> Tried:
    tried = Tried(handler=handler.name, queue=handler.queue)
    steps: list[str] = []
    try:
        services = no_services()
        event, job = make_job(claim_of(body, handler.name), handler, ledger=None, dry_run=True)
        steps = job.steps.would
        outcome = hand_over(handler, event, services, job)
    except NotHereError as error:
        would = (*steps, handler.summary or "something")
        return replace(tried, would=would, outcome=f"not run: {error}")
    except (JobError, UnreadableBody) as error:
        ends = isinstance(error, PermanentError | UnreadableBody)
        words = "would fail" if ends else "would be tried again"
        return replace(tried, would=tuple(steps), error=f"{words}: {error}")
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is shown
        verdict = decide(error, tries=1, schedule=(), chance=0.5)
        return replace(tried, would=tuple(steps), error=f"{verdict.reason}: {verdict.error}")
    return replace(tried, would=tuple(steps), outcome=outcome)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _REFUSED:
        raise SealedError(f"this is a dry run: {event} is refused")
    if event == "open":
        _, mode, flags = arguments
        if any(letter in (mode or "") for letter in "wax+") or (flags or 0) & _WRITES:
            raise SealedError("this is a dry run: writing a file is refused")
