import os
import random
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from celery import bootsteps
from celery.signals import task_unknown, worker_shutdown, worker_shutting_down

from inbox.jobs import Jobs
from inbox.plans import Plans
from inbox.retention import Retention
from inbox.state.reports import Reports
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from settings.reader import SettingsError
from telemetry.safe_errors import type_name
from telemetry.sentry import configure_sentry
from telemetry.traces import configure_traces
from worker.backends.registry import check_backends
from worker.broker.transport import foreign_message
from worker.build import make_jobs, make_services
from worker.periodic.checkins import CheckIns
from worker.periodic.checks import make_checks
from worker.periodic.loop import PeriodicTask
from worker.periodic.plans import PlanTask
from worker.periodic.reaper import Reaper
from worker.periodic.retention import RetentionRun
from worker.periodic.store_watch import StoreWatch
from worker.run.flow import Flow
from worker.run.plan import PlanMaker
from worker.run.stopping import Stopping
from worker.runtime import Runtime, runtime_of
from worker.services import Services
from worker.settings.worker import WorkerSettings


log = structlog.get_logger()


class RuntimeStep(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """
    Builds what a worker's jobs need when it starts, and closes it when it stops.

    Celery orders this step and the pool by chance. Both start before the first message is
    received, and connections are closed only when all steps have stopped, so a job that runs
    on while the worker stops has all it needs.
    """

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._stopping = Stopping()
        self._services: Services | None = None
        self._flow: Flow | None = None
        self._periodic: tuple[PeriodicTask, ...] = ()
        settings = runtime_of(worker.app).settings
        if settings is not None:
            try:
                check_backends(settings.perks, settings.crm)
            except SettingsError as error:
                sys.exit(str(error))

    def include_if(self, worker: Any) -> bool:
        """Run in every worker."""
        return runtime_of(worker.app).settings is not None

    def start(self, worker: Any) -> None:
        """Build what runs jobs, then start the periodic tasks."""
        runtime = runtime_of(worker.app)
        settings = runtime.settings
        if settings is None:
            raise RuntimeError("only a worker that has read its settings can run jobs")
        configure_sentry(settings.broker.telemetry, process="worker")
        configure_traces(settings.broker.telemetry)
        store = _connect(settings)
        jobs = make_jobs(settings, store)
        services = self._services = make_services(settings, store)
        flow = self._flow = runtime.flow = self._make_flow(runtime, settings, jobs, services)
        self._listen(flow, jobs)
        self._stopping.watch(self._force, _leave)
        self._periodic = self._make_tasks(runtime, settings, store, jobs, services)
        for task in self._periodic:
            task.start()
        worker_shutdown.connect(self._close_connections, sender=worker, weak=False)
        log.info(
            "worker.started",
            perks=settings.perks.backend,
            crm=settings.crm.backend,
            queues=list(runtime.queues),
        )

    def _make_flow(
        self, runtime: Runtime, settings: WorkerSettings, jobs: Jobs, services: Services
    ) -> Flow:
        return Flow(
            jobs=jobs,
            table=runtime.table,
            services=services,
            schedule=settings.retry_schedule_seconds,
            lease_seconds=settings.broker.lease_seconds,
            chance=random.random,
            max_event_age_seconds=settings.max_event_age_seconds,
            project=settings.perks.voucherify_project_id,
            stopping=self._stopping,
            dry_run=runtime.dry_run,
        )

    def _make_tasks(
        self,
        runtime: Runtime,
        settings: WorkerSettings,
        store: StoreClient,
        jobs: Jobs,
        services: Services,
    ) -> tuple[PeriodicTask, ...]:
        caller = f"{socket.gethostname()}:{os.getpid()}"
        interval = settings.reclaim_interval_seconds
        retention = Retention(
            store,
            settings.keep,
            dedupe_window_seconds=settings.broker.inbox.dedupe_window_seconds,
        )
        reaper = Reaper(
            jobs,
            caller,
            runtime.queues,
            interval,
            RetentionRun(retention),
            after=partial(
                _in_turn, CheckIns(store, caller, interval).check_in, StoreWatch(store).run
            ),
            present=partial(_report_present, Reports(store), caller, interval, services),
        )
        plans = PlanMaker(
            table=runtime.table, services=services, chance=random.random, stopping=self._stopping
        )
        checks = make_checks(settings, store, caller)
        return reaper, *checks, PlanTask(Plans(store), plans)

    def _listen(self, flow: Flow, jobs: Jobs) -> None:
        """Handle messages that Celery would only log."""

        def run_without_code(id: str, **_: Any) -> None:  # noqa: A002 - the signal's name for it
            # A job whose handler a deployment took away: it fails as `no_handler`.
            flow.run(id)

        def stop(**_: Any) -> None:
            self._stopping.begin()

        worker_shutting_down.connect(stop, weak=False)
        task_unknown.connect(run_without_code, weak=False)
        foreign_message.connect(lambda **_: jobs.count_foreign(), weak=False)

    def close(self, worker: Any) -> None:
        """Begin to stop, also without a signal, and give back messages whose jobs do not run."""
        self._stopping.begin()
        running = set(self._flow.running_tasks()) if self._flow else set()
        try:
            worker.consumer.task_consumer.channel.give_back(running.__contains__)
        except Exception as error:  # noqa: BLE001 - the reaper finds these messages later
            log.warning("worker.messages_not_given_back", error=type_name(error))

    def _force(self) -> None:
        """Give back the jobs that still run, because the process ends in a moment."""
        log.error("worker.forced_end", jobs=self._flow.give_back() if self._flow else 0)

    def stop(self, worker: Any) -> None:  # noqa: ARG002 - Celery passes it
        """Stop the periodic tasks."""
        for task in reversed(self._periodic):
            task.stop()

    terminate = stop

    def _close_connections(self, **_: Any) -> None:
        if self._services is not None:
            self._services.perks.close()
            self._services.crm.close()
        log.info("worker.stopped")


def _connect(settings: WorkerSettings) -> StoreClient:
    return connect(
        settings.broker.inbox.store,
        max_connections=settings.broker.inbox.connections,
        answer_timeout=5.0,
        name="perkhook-worker",
    )


def _report_present(
    reports: Reports, caller: str, interval: float, services: Services, reaped: bool
) -> None:
    reports.worker(
        caller,
        interval,
        cap=services.cap,
        campaign_cap=services.campaign_cap,
        breakers=services.breakers,
        reaped=reaped,
    )


def _in_turn(*steps: Callable[[], None]) -> None:
    for step in steps:
        step()


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit, which waits for the threads.
    os._exit(code)
