"""A run made from settings: its client, its rate, and when it ends early."""

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

import httpx2
import structlog

from inbox.breaker import Breaker
from inbox.intake import Intake
from inbox.model.assignment import Missing
from inbox.model.time import utc_now
from inbox.state.assignments import LOCK_SECONDS, AssignmentRegistry
from inbox.store.client import StoreClient
from worker.errors import RetryableError
from worker.reconcile.deliver.deliveries import Deliveries
from worker.reconcile.diff.finding import FoundRemovals
from worker.reconcile.outcomes import SKIPPED
from worker.reconcile.progress import Progress, Scope
from worker.reconcile.run import Reconciliation
from worker.reconcile.source.api import ReconcileApi
from worker.reconcile.source.calls import Calls
from worker.settings.worker import WorkerSettings
from worker.voucherify.http import VoucherifyHttp


log = structlog.get_logger()

#: A wait is cut into pieces, because the lock is renewed between them.
_PIECE_SECONDS: Final = LOCK_SECONDS / 4


class HaltedError(Exception):
    """The run was stopped; it can be resumed."""


class BusyError(Exception):
    """Another process runs one: the message names it."""


class Runner:
    """
    Runs reconciliations of one process.

    Args:
        settings: the keys, the address and the share of the rate.
        store: the inbox's.
        halt: waits for so many seconds, 0 for none; true if the run is to end.
        of_customers: whether the runs read the activity of customers instead of codes.
        caller: names the runs; this process by default.
        client: makes the calls; by default each run makes its own.
        now: returns the time.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        store: StoreClient,
        halt: Callable[[float], bool],
        *,
        of_customers: bool = False,
        caller: str = "",
        client: httpx2.Client | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings = settings
        self._store = store
        self._halt = halt
        self.registry = AssignmentRegistry(
            store,
            memory_seconds=settings.removal_memory_seconds,
            of_customers=of_customers,
        )
        self.caller = caller or f"{socket.gethostname()}:{os.getpid()}"
        self._client = client
        self._now = now

    def run(
        self,
        scope: Scope,
        *,
        apply: bool,
        report: Callable[[Progress], None] = lambda _: None,
    ) -> Progress:
        """
        Begin a run, or resume one that was cut off, and bring it to its end.

        Raises:
            BusyError, HaltedError: it is not at its end.
            RetryableError, PermanentError, InboxUnavailableError, RunLostError: the same, for
                the reasons that `Reconciliation.run` gives.
        """
        run = self.registry.begin(self.caller, scope.text, dead=self._dead())
        if isinstance(run, str):
            raise BusyError(run)
        log.info("reconcile.resumed" if run.resumed else "reconcile.begun", run=run.number)
        with self._calls(lambda: self._renew(lambda: report(progress))) as calls:
            progress = Progress(calls.made, report)
            try:
                api = ReconcileApi(calls, progress.skip)
                self._reconciliation(api, progress, apply=apply).run(scope, run)
            except BaseException:
                self.registry.give_up(self.caller)
                raise
        log.info(
            "reconcile.finished", run=run.number, calls=progress.calls.total(), **progress.counts
        )
        return progress

    def _reconciliation(
        self, api: ReconcileApi, progress: Progress, *, apply: bool
    ) -> Reconciliation:
        finding = FoundRemovals(
            self.registry,
            Deliveries(api, self.registry, Intake(self._store)) if apply else None,
            self.caller,
            grace=timedelta(seconds=self._settings.reconcile.grace_seconds),
            progress=progress,
            now=self._now,
        )
        return Reconciliation(api, self.registry, finding, self.caller, progress)

    def bodies(self, found: Iterable[Missing]) -> Iterator[tuple[Missing, bytes]]:
        """Return the bodies of deliveries about removals, without delivering them."""
        with self._calls(lambda: None) as calls:
            delivering = Deliveries(ReconcileApi(calls), self.registry, Intake(self._store))
            for each in found:
                try:
                    yield each, delivering.body(each)
                except SKIPPED as error:
                    holder = each.assignment.holder
                    log.warning("reconcile.not_planned", reason=error.reason, holder=holder)
                except RetryableError as error:
                    log.warning("reconcile.not_planned", reason=error.reason)
                    return

    @contextmanager
    def _calls(self, between: Callable[[], None]) -> Iterator[Calls]:
        perks, rate = self._settings.perks, self._settings.perks.voucherify_rate
        http = VoucherifyHttp(
            perks.voucherify_url,
            perks.voucherify_app_id,
            perks.voucherify_app_token,
            client=self._client,
        )
        # One backend calls the same API, and then shares its budget and pauses.
        shared = perks.backend == "voucherify"
        try:
            yield Calls(
                http,
                Breaker(self._store, "reconcile", self._settings.reconcile.rate(rate)),
                Breaker(self._store, "perks", rate)
                if shared
                else Breaker(self._store, "reconcile"),
                self.caller,
                lambda seconds: self._wait(seconds, between),
            )
        finally:
            if self._client is None:
                http.close()

    def _wait(self, seconds: float, between: Callable[[], None]) -> None:
        end = monotonic() + seconds
        while True:
            if self._halt(max(min(end - monotonic(), _PIECE_SECONDS), 0.0)):
                raise HaltedError
            if monotonic() >= end:
                return
            between()

    def _renew(self, then: Callable[[], None]) -> None:
        self.registry.move(self.caller)
        then()

    def _dead(self) -> str:
        """Return a run of this machine whose process has ended, so its lock can be taken."""
        holder = self.registry.runs_now()
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
