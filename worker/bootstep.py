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
from redis import Redis, RedisError

from inbox.admin.fleet import Fleet
from inbox.breaker import Gate
from inbox.durability.check import make_barrier
from inbox.jobs import Jobs
from inbox.ledger import SECURE_SECONDS, Effects
from inbox.plans import Plans
from inbox.privacy.erasure import Erasure
from inbox.retention import Keeper
from inbox.state.assignments import Book
from inbox.state.canary import CanaryBook
from inbox.state.learned import Learned
from inbox.store.connection import connect
from telemetry.safe_errors import type_name
from telemetry.sentry import configure_sentry
from telemetry.traces import configure_traces
from worker.backends.crm import make_crm
from worker.backends.perks import make_perks
from worker.broker.rights import tell_missing_rights
from worker.broker.transport import foreign_message
from worker.periodic.checkins import CheckIns
from worker.periodic.loop import Loop
from worker.periodic.plans import Planner
from worker.periodic.reaper import Sweeper
from worker.periodic.retention import Trimming
from worker.periodic.start import start_watches
from worker.run.flow import Flow
from worker.run.plan import Planning
from worker.run.stopping import Stopping
from worker.services import Services
from worker.settings.worker import WorkerSettings


log = structlog.get_logger()


def make_effects(settings: WorkerSettings, store: Redis) -> Effects:
    """Make the ledger with the settings' times and durability."""
    return Effects(
        store,
        memory_seconds=settings.removal_memory_seconds,
        in_flight_seconds=settings.in_flight_seconds,
        barrier=make_barrier(
            settings.broker.inbox.store, settings.durability, most_seconds=SECURE_SECONDS
        ),
    )


def make_services(settings: WorkerSettings, store: Redis) -> Services:
    """Make what handlers act on, with a gate before each downstream that is really called."""
    effects = make_effects(settings, store)
    perks, crm = settings.perks, settings.crm
    gates = {}
    if perks.backend != "dry-run":
        rate = perks.voucherify_rate if perks.backend == "voucherify" else None
        gates["perks"] = Gate(store, "perks", rate)
    if crm.backend != "dry-run":
        gates["crm"] = Gate(store, "crm")
    return Services(
        perks=make_perks(perks, effects, Learned(store)),
        crm=make_crm(crm),
        erasure=Erasure(store),
        gates=gates,
        brake=None if perks.backend == "dry-run" else settings.brake,
        brake_campaign=settings.brake_campaign,
        usual_calls=perks.policies.usual_calls,
        note_canary=CanaryBook(store).handled,
        remember=Book(store, memory_seconds=settings.removal_memory_seconds).remember,
        ledger=effects,
    )


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


class Running(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """
    Gives a worker what its jobs act with, and takes it down when the worker stops.

    Celery orders this step and the pool by chance. Both start before the first message is
    taken, and what jobs act with is given up only when all steps have stopped, so a job
    that runs on while the worker stops has all it needs.
    """

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._sweeper: Sweeper | None = None
        self._planner: Planner | None = None
        self._watches: tuple[Loop, ...] = ()
        self._services: Services | None = None
        self._stopping = Stopping()

    def include_if(self, worker: Any) -> bool:
        """Run in every worker."""
        return hasattr(worker.app, "perkhook_settings")

    def start(self, worker: Any) -> None:
        """Connect the collaborators and begin sweeping."""
        settings: WorkerSettings = worker.app.perkhook_settings
        configure_sentry(settings.broker.telemetry, process="worker")
        configure_traces(settings.broker.telemetry)
        queues = worker.app.perkhook_queues
        caller = f"{socket.gethostname()}:{os.getpid()}"
        store = connect(
            settings.broker.inbox.store,
            max_connections=settings.broker.inbox.connections,
            answer_timeout=5.0,
            name="perkhook-worker",
        )
        with suppress(RedisError):
            tell_missing_rights(store, queues)
        jobs = Jobs(
            store,
            lease_seconds=settings.broker.lease_seconds,
            dedupe_window_seconds=settings.broker.inbox.dedupe_window_seconds,
            removal_memory_seconds=settings.removal_memory_seconds,
        )
        self._services = make_services(settings, store)
        worker.app.perkhook_flow = Flow(
            jobs=jobs,
            table=worker.app.perkhook_table,
            services=self._services,
            schedule=settings.retry_schedule_seconds,
            lease_seconds=settings.broker.lease_seconds,
            chance=random.random,
            max_event_age_seconds=settings.max_event_age_seconds,
            project=settings.perks.voucherify_project_id,
            stopping=self._stopping,
            dry_run=worker.app.perkhook_dry_run,
        )
        self._listen(worker, jobs)
        self._stopping.watch(lambda: self._force(worker), _leave)
        keeper = Keeper(
            store,
            settings.keep,
            dedupe_window_seconds=settings.broker.inbox.dedupe_window_seconds,
        )
        interval = settings.reclaim_interval_seconds
        self._sweeper = Sweeper(
            jobs,
            caller,
            queues,
            interval,
            Trimming(keeper),
            swept=CheckIns(store, caller, interval).tell,
            present=partial(_tell_present, Fleet(store), caller, interval, self._services),
        )
        self._sweeper.start()
        self._watches = start_watches(settings, store, caller)
        planning = Planning(
            table=worker.app.perkhook_table,
            services=self._services,
            chance=random.random,
            stopping=self._stopping,
        )
        self._planner = Planner(Plans(store), planning)
        self._planner.start()
        worker_shutdown.connect(self._give_up_connections, sender=worker, weak=False)
        log.info(
            "worker.started",
            perks=settings.perks.backend,
            crm=settings.crm.backend,
            queues=list(queues),
        )

    def _listen(self, worker: Any, jobs: Jobs) -> None:
        """Hear of messages that Celery would only log."""

        def run_without_code(id: str, **_: Any) -> None:  # noqa: A002 - the signal's name for it
            # The job of a handler that a deployment took away: it fails as `no_handler`.
            worker.app.perkhook_flow.run(id)

        def stop(**_: Any) -> None:
            self._stopping.begin()

        worker_shutting_down.connect(stop, weak=False)
        task_unknown.connect(run_without_code, weak=False)
        foreign_message.connect(lambda **_: jobs.count_foreign(), weak=False)

    def close(self, worker: Any) -> None:
        """Begin to stop, whether a signal told of it or not, and give back what was not begun."""
        self._stopping.begin()
        running = {claim.task for claim in list(worker.app.perkhook_flow.running.values())}
        try:
            worker.consumer.task_consumer.channel.give_back(running.__contains__)
        except Exception as error:  # noqa: BLE001 - the sweep finds these messages, if later
            log.warning("worker.messages_not_given_back", error=type_name(error))

    def _force(self, worker: Any) -> None:
        """Give back the jobs that still run, because the process ends in a moment."""
        log.error("worker.forced_end", jobs=worker.app.perkhook_flow.give_back())

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
