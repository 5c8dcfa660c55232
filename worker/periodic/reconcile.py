from time import monotonic
from typing import Final

import structlog

from inbox.errors import InboxUnavailableError
from inbox.model.assignment import RunLostError
from inbox.store.client import StoreClient
from worker.errors import JobError
from worker.periodic.loop import PeriodicTask
from worker.reconcile.progress import Scope
from worker.reconcile.runner import BusyError, HaltedError, Runner
from worker.settings.worker import WorkerSettings


log = structlog.get_logger()

#: How often each worker asks whether it is its turn, or whether a run was cut off.
POLL_SECONDS: Final = 15.0

#: How long a worker waits before it continues a run that failed.
PUT_OFF_SECONDS: Final = 120.0


class ReconcileTask(PeriodicTask):
    """Reconciles when it is this worker's turn; the store gives one worker a turn."""

    def __init__(self, settings: WorkerSettings, store: StoreClient) -> None:
        reconcile = settings.reconcile
        super().__init__("reconcile", min(POLL_SECONDS, reconcile.interval_seconds / 4))
        self._settings = reconcile
        self._scope = Scope(campaigns=reconcile.campaigns)
        self._runner = Runner(settings, store, self._halt)
        self._not_before = 0.0

    def step(self) -> None:
        """Continue a run that was cut off, or begin one if it is time."""
        if monotonic() < self._not_before:
            return
        registry, caller = self._runner.registry, self._runner.caller
        interval, scope = self._settings.interval_seconds, self._scope.text
        if not (registry.cut_off(scope) or registry.turn(caller, interval, scope)):
            return
        try:
            self._runner.run(self._scope, apply=self._settings.apply)
        except (BusyError, HaltedError, RunLostError):
            log.info("reconcile.left_to_another")
        except (JobError, InboxUnavailableError) as error:
            # It continues from where it stopped once that is fixed.
            self._not_before = monotonic() + PUT_OFF_SECONDS
            log.warning("reconcile.put_off", reason=error.reason, error=str(error))

    def _halt(self, seconds: float) -> bool:
        return self._stopping.wait(seconds) if seconds else self.stopping
