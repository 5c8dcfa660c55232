"""What a job would do, found without doing it: no claim, no try, no lease, no effect."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import structlog

from inbox.errors import is_outage
from inbox.ids import delivery_of, name_of
from inbox.keys import PROCESS
from inbox.plans import WORK_SECONDS, PlanPreview, Request
from schemas import UnreadableBody
from telemetry.report import report
from telemetry.safe_errors import describe
from worker.effects.names import Origin
from worker.effects.steps import Steps
from worker.errors import PermanentError, PostponedError, RetryableError
from worker.handlers import HandlerTable, Registration
from worker.run.admission import Admission
from worker.run.fan_out import process
from worker.run.job import ClaimedJob
from worker.run.read import read
from worker.run.stopping import Stopping, given_back
from worker.services import Services


log = structlog.get_logger()

#: No call begins that could end after the operator has stopped waiting.
_SAFE_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMaker:
    """Makes plans with a worker's services."""

    table: HandlerTable
    services: Services
    chance: Callable[[], float]
    stopping: Stopping

    def make(self, request: Request) -> PlanPreview:
        """Return a plan, or a sentence on why none can be made."""
        try:
            return self._make(request, monotonic())
        except PostponedError as error:
            return _none(f"not now: {error}; again in {error.seconds:.0f} s")
        except RetryableError as error:
            return _none(f"a run would be tried again later: {error}")
        except (UnreadableBody, PermanentError) as error:
            return _none(f"a run would fail: {error}")
        except Exception as error:
            if is_outage(error):
                return _none(f"not now: {describe(error)}")
            log.exception("plan.unexpected_error", job=request.job)
            report(error, job=request.job, delivery=delivery_of(request.job))
            return _none(f"an unexpected error: {describe(error)}")

    def _make(self, request: Request, started: float) -> PlanPreview:
        if request.body is None:
            return _none("the job has changed since this was asked")
        name = name_of(request.job)
        if name == PROCESS:
            pending = process(request.body, self.table)
            names = ", ".join(name for name, _ in pending.handlers)
            steps = (f"hand it to {names}",) if names else ()
            return PlanPreview(steps=steps, reason=f"the body is read: {pending.outcome}")
        handler = self.table.by_name.get(name)
        if handler is None:
            return _none(f"a run would fail: no handler is called {name}, here or in HANDLERS")
        if handler.plan is None:
            steps = (handler.summary,) if handler.summary else ()
            return PlanPreview(steps=steps, reason="no reading is needed for this")
        return self._ask(request, handler, started)

    def _ask(self, request: Request, handler: Registration, started: float) -> PlanPreview:
        assert request.body is not None  # noqa: S101 - _make has checked
        assert handler.plan is not None  # noqa: S101 - the same
        event = read(request.body).event_for(handler.name)
        services = self.services
        began = datetime.fromtimestamp(request.now_ms / 1000, UTC)
        admission = Admission(
            services.breakers.get(handler.queue),
            # Not a run's name, so that these calls use none that a run has reserved.
            f"plan:{request.job}:{request.number}",
            self.chance(),
            reserve=services.usual_calls,
            check=self._check_stop,
            # A plan that makes no call can be made while the downstream is down.
            lazy=True,
        )
        with admission:
            job = ClaimedJob(
                id=request.job,
                delivery=delivery_of(request.job),
                deadline=started + WORK_SECONDS * _SAFE_SHARE,
                now=lambda: began,
                count_call=admission.count_call,
                limit_reached=admission.limit_reached,
                steps=Steps(None, Origin(handler=handler.name, event="", job=""), dry_run=True),
            )
            return handler.plan(event, services, job)

    def _check_stop(self) -> None:
        # A plan can be asked for again, so it leaves the time to the jobs.
        if self.stopping.begun:
            raise given_back()


def _none(why: str) -> PlanPreview:
    return PlanPreview(reason=why, possible=False)
