"""Runs that reconcile, upon the works: each as a process that can be cut off at any step."""

from collections.abc import Iterable
from typing import Any

import httpx2

from inbox.intake import Intake
from inbox.state.assignments import AssignmentRegistry
from tests.engine import KEYS
from tests.histories.altered import Altered
from tests.histories.line import Crash
from tests.histories.works import Works
from worker.reconcile.progress import Progress, Scope
from worker.reconcile.runner import Runner
from worker.settings.worker import WorkerSettings


CODES = Scope()


class Reconciler:
    """
    Runs reconciliations; the next run may be cut off at a step, as by `kill -9`.

    Steps are the calls to the API and the writes to the store, each before it is made and after.
    """

    def __init__(self, works: Works, monkeypatch: Any) -> None:
        self._works = works
        self._steps = 0
        self._crash_at = 0
        #: What its calls meet on their way.
        self.way = Altered(works.shop.transport)
        self._waited = 0.0
        monkeypatch.setattr("worker.reconcile.runner.monotonic", lambda: self._waited)
        self._cut(monkeypatch, httpx2.Client, "send")
        self._cut(monkeypatch, AssignmentRegistry, "_step")
        self._cut(monkeypatch, Intake, "accept")

    def run(
        self,
        scope: Scope = CODES,
        *,
        apply: bool,
        crash_at: int = 0,
        settings: dict[str, str] | None = None,
    ) -> Progress:
        """
        Begin a run, or continue with one that was cut off.

        Raises:
            Crash: it was cut off at the step asked for.
        """
        self._steps, self._crash_at = 0, crash_at
        try:
            return self._runner(settings or {}, of_customers=bool(scope.customers)).run(
                scope, apply=apply
            )
        finally:
            self._crash_at = 0

    def bodies(self) -> list[bytes]:
        """Write the bodies of what was found and not delivered yet."""
        runner = self._runner({})
        return [body for _, body in runner.bodies(list(runner.registry.missing()))]

    @property
    def registry(self) -> AssignmentRegistry:
        """What is known."""
        return self._runner({}).registry

    def _runner(self, settings: dict[str, str], *, of_customers: bool = False) -> Runner:
        project = self._works.shop.settings
        environ = {
            "PERKS_BACKEND": "voucherify",
            "VOUCHERIFY_API_URL": "http://sandbox",
            "VOUCHERIFY_APP_ID": project.app_id,
            "VOUCHERIFY_APP_TOKEN": project.app_token,
            "VOUCHERIFY_RATE_LIMIT": "1000000/minute",
            "RECONCILE_BUDGET_SHARE": "1",
            "RECONCILE_GRACE_SECONDS": "0",
        }
        return Runner(
            WorkerSettings.from_environ(environ | settings),
            self._works.store,
            self._wait,
            of_customers=of_customers,
            # A dead run's lock is over by the time that another process continues.
            caller="a run",
            client=httpx2.Client(transport=self.way, base_url="http://sandbox"),
            now=self._works.shop.now,
        )

    def _wait(self, seconds: float) -> bool:
        if seconds:
            # It passes at once. The store's own time does not: what its gate remembers is taken.
            self._waited += seconds
            self._works.store.delete(KEYS.gate + "perks")
        return False

    def _cut(self, monkeypatch: Any, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def step(*args: Any, **options: Any) -> Any:
            self._step()
            answer = original(*args, **options)
            self._step()
            return answer

        monkeypatch.setattr(owner, name, step)

    def _step(self) -> None:
        if self._crash_at:
            self._steps += 1
            if self._steps == self._crash_at:
                raise Crash
            # Nothing is done any more by a process that is gone, not even giving up the lock.
            if self._steps > self._crash_at:
                raise Crash


def taken_back(works: Works) -> dict[str, int]:
    """Return how often each ended assignment's reward was taken back."""
    reported = works.shop.call("GET", "/removals")["holders"]
    return {holder: each["times"] for holder, each in reported.items()}


def referees(made: dict[str, Any]) -> list[str]:
    """List the assignments of all referees of a scene."""
    return [each["holder"] for code in made["codes"] for each in code["referees"]]


def deliver(works: Works, bodies: Iterable[bytes]) -> None:
    """Let webhooks arrive and be worked on."""
    for body in bodies:
        works.deliver(body)
    works.complete()
