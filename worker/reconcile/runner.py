"""A run put together from settings: what it calls with, at what pace, and when it ends early."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Final

import structlog
from redis import Redis

from inbox.book import LOCK_SECONDS, Book
from inbox.gates import Gate
from inbox.intake import Intake
from worker.outgoing import utc_now
from worker.perks.voucherify.http import VoucherifyHttp
from worker.reconcile.api import ReconcileApi
from worker.reconcile.calls import Calls
from worker.reconcile.deliver import Delivering
from worker.reconcile.progress import Progress, Scope
from worker.reconcile.run import Reconciliation
from worker.settings import WorkerSettings


log = structlog.get_logger()

#: A wait is cut into pieces, for the lock is renewed between them.
_PIECE_SECONDS: Final = LOCK_SECONDS / 4


class HaltedError(Exception):
    """The run was told to end; it can be gone on with."""


class BusyError(Exception):
    """Somebody else runs one: the message names who."""


class Runner:
    """
    Runs reconciliations of one process.

    Args:
        settings: what to look at, with which keys, at what share of the budget.
        store: the inbox's.
        halt: waits for so many seconds, 0 for none; true if the run is to end.
    """

    def __init__(
        self, settings: WorkerSettings, store: Redis, halt: Callable[[float], bool]
    ) -> None:
        self._settings = settings
        self._store = store
        self._halt = halt
        self.book = Book(store, memory_seconds=settings.removal_memory_seconds)
        self.caller = f"{socket.gethostname()}:{os.getpid()}"

    def run(
        self,
        scope: Scope,
        *,
        apply: bool,
        tell: Callable[[Progress], None] = lambda _: None,
    ) -> Progress:
        """
        Begin a run, or go on with one that was cut off, and bring it to its end.

        Raises:
            BusyError, HaltedError: it is not at its end.
            RetryableError, PermanentError, InboxUnavailableError, RunLostError: the same, for
                the reasons that `Reconciliation.run` gives.
        """
        run = self.book.begin(self.caller, scope.text, dead=self._dead())
        if isinstance(run, str):
            raise BusyError(run)
        log.info("reconcile.goes_on" if run.goes_on else "reconcile.begun", run=run.number)
        with self._api(tell) as (api, progress):
            try:
                self._reconciliation(api, progress, apply=apply).run(scope, run)
            except BaseException:
                self.book.give_up(self.caller)
                raise
        log.info("reconcile.finished", run=run.number, calls=progress.calls, **progress.counts)
        return progress

    def _reconciliation(
        self, api: ReconcileApi, progress: Progress, *, apply: bool
    ) -> Reconciliation:
        return Reconciliation(
            api=api,
            book=self.book,
            delivering=Delivering(api, self.book, Intake(self._store)) if apply else None,
            caller=self.caller,
            grace=timedelta(seconds=self._settings.reconcile.grace_seconds),
            now=utc_now,
            progress=progress,
        )

    @contextmanager
    def _api(self, tell: Callable[[Progress], None]) -> Iterator[tuple[ReconcileApi, Progress]]:
        perks = self._settings.perks
        http = VoucherifyHttp(
            perks.voucherify_url, perks.voucherify_app_id, perks.voucherify_app_token
        )
        share = Gate(self._store, "reconcile", self._settings.reconcile.rate(perks.voucherify_rate))
        # Only one backend's jobs call the same API.
        shared = perks.backend == "voucherify"
        door = Gate(self._store, "perks", perks.voucherify_rate) if shared else Gate(
            self._store, "reconcile"
        )  # fmt: skip
        calls = Calls(http, share, door, self.caller, lambda seconds: self._wait(seconds, heard))
        progress = Progress(lambda: calls.made, tell)

        def heard() -> None:
            tell(progress)

        try:
            yield ReconcileApi(calls), progress
        finally:
            http.close()

    def _wait(self, seconds: float, heard: Callable[[], None]) -> None:
        end = monotonic() + seconds
        while True:
            piece = min(end - monotonic(), _PIECE_SECONDS)
            if self._halt(max(piece, 0.0)):
                raise HaltedError
            if monotonic() >= end:
                return
            self.book.move(self.caller)
            heard()

    def _dead(self) -> str:
        """Name a run of this machine whose process is no more, so that nobody waits for its lock."""
        holder = self.book.runs_now()
        host, _, pid = (holder or "").rpartition(":")
        if host != socket.gethostname() or not pid.isdecimal() or int(pid) == os.getpid():
            return ""
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return holder or ""
        except OSError:
            return ""
        return ""
