import os
import random
import socket
import sys
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from celery import bootsteps
from celery.signals import task_unknown, worker_shutdown, worker_shutting_down
from redis import RedisError

from inbox.admin.fleet import Fleet
from inbox.jobs import Jobs
from inbox.plans import Plans
from inbox.retention import Retention
from inbox.store.connection import connect
from settings.reader import SettingsError
from telemetry.safe_errors import type_name
from telemetry.sentry import configure_sentry
from telemetry.traces import configure_traces
from worker.backends.registry import check_backends
from worker.broker.rights import log_missing_rights
from worker.broker.transport import foreign_message
from worker.build import make_services
from worker.periodic.checkins import CheckIns
from worker.periodic.loop import PeriodicTask
from worker.periodic.plans import PlanTask
from worker.periodic.reaper import Reaper
from worker.periodic.retention import RetentionRun
from worker.periodic.start import start_watches
from worker.run.flow import Flow
from worker.run.plan import PlanMaker
from worker.run.stopping import Stopping
from worker.runtime import runtime_of
from worker.services import Services


log = structlog.get_logger()


def _tell_present(
    fleet: Fleet,
    caller: str,
    interval: float,
    services: Services,
    swept: bool,
) -> None:
    fleet.tell_present(
        caller,
        interval,
        brake=services.brake,
        brake_campaign=services.brake_campaign,
        gates=services.gates,
        swept=swept,
    )


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit, which waits for the threads.
    os._exit(code)


class RuntimeStep(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """
    Gives a worker what its jobs act with, and takes it down when the worker stops.

    Celery orders this step and the pool by chance. Both start before the first message is
    taken, and what jobs act with is given up only when all steps have stopped, so a job
    that runs on while the worker stops has all it needs.
    """

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._sweeper: Reaper | None = None
        self._planner: PlanTask | None = None
        self._watches: tuple[PeriodicTask, ...] = ()
        self._services: Services | None = None
        self._flow: Flow | None = None
        self._stopping = Stopping()
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
        """Connect the collaborators and begin sweeping."""
        runtime = runtime_of(worker.app)
        settings = runtime.settings
        if settings is None:
            raise RuntimeError("only a worker that has read its settings can run jobs")
        configure_sentry(settings.broker.telemetry, process="worker")
        configure_traces(settings.broker.telemetry)
        queues = runtime.queues
        caller = f"{socket.gethostname()}:{os.getpid()}"
        store = connect(
            settings.broker.inbox.store,
            max_connections=settings.broker.inbox.connections,
            answer_timeout=5.0,
            name="perkhook-worker",
        )
        with suppress(RedisError):
            log_missing_rights(store, queues)
        jobs = Jobs(
            store,
            lease_seconds=settings.broker.lease_seconds,
            dedupe_window_seconds=settings.broker.inbox.dedupe_window_seconds,
            removal_memory_seconds=settings.removal_memory_seconds,
        )
        self._services = make_services(settings, store)
        flow = Flow(
            jobs=jobs,
            table=runtime.table,
            services=self._services,
            schedule=settings.retry_schedule_seconds,
            lease_seconds=settings.broker.lease_seconds,
            chance=random.random,
            max_event_age_seconds=settings.max_event_age_seconds,
            project=settings.perks.voucherify_project_id,
            stopping=self._stopping,
            dry_run=runtime.dry_run,
        )
        runtime.flow = self._flow = flow
        self._listen(flow, jobs)
        self._stopping.watch(self._force, _leave)
        keeper = Retention(
            store,
            settings.keep,
            dedupe_window_seconds=settings.broker.inbox.dedupe_window_seconds,
        )
        interval = settings.reclaim_interval_seconds
        self._sweeper = Reaper(
            jobs,
            caller,
            queues,
            interval,
            RetentionRun(keeper),
            swept=CheckIns(store, caller, interval).tell,
            present=partial(_tell_present, Fleet(store), caller, interval, self._services),
        )
        self._sweeper.start()
        self._watches = start_watches(settings, store, caller)
        planning = PlanMaker(
            table=runtime.table,
            services=self._services,
            chance=random.random,
            stopping=self._stopping,
        )
        self._planner = PlanTask(Plans(store), planning)
        self._planner.start()
        worker_shutdown.connect(self._give_up_connections, sender=worker, weak=False)
        log.info(
            "worker.started",
            perks=settings.perks.backend,
            crm=settings.crm.backend,
            queues=list(queues),
        )

    def _listen(self, flow: Flow, jobs: Jobs) -> None:
        """Hear of messages that Celery would only log."""

        def run_without_code(id: str, **_: Any) -> None:  # noqa: A002 - the signal's name for it
            # The job of a handler that a deployment took away: it fails as `no_handler`.
            flow.run(id)

        def stop(**_: Any) -> None:
            self._stopping.begin()

        worker_shutting_down.connect(stop, weak=False)
        task_unknown.connect(run_without_code, weak=False)
        foreign_message.connect(lambda **_: jobs.count_foreign(), weak=False)

    def close(self, worker: Any) -> None:
        """Begin to stop, whether a signal told of it or not, and give back what was not begun."""
        self._stopping.begin()
        running = set(self._flow.running_tasks()) if self._flow else set()
        try:
            worker.consumer.task_consumer.channel.give_back(running.__contains__)
        except Exception as error:  # noqa: BLE001 - the sweep finds these messages, if later
            log.warning("worker.messages_not_given_back", error=type_name(error))

    def _force(self) -> None:
        """Give back the jobs that still run, because the process ends in a moment."""
        log.error("worker.forced_end", jobs=self._flow.give_back() if self._flow else 0)

    def stop(self, worker: Any) -> None:  # noqa: ARG002 - Celery passes it
        """Stop what runs beside the jobs."""
        for loop in (*self._watches, self._planner, self._sweeper):
            if loop is not None:
                loop.stop()

    terminate = stop

    def _give_up_connections(self, **_: Any) -> None:
        if self._services is not None:
            self._services.perks.close()
            self._services.crm.close()
        log.info("worker.stopped")
