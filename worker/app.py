import sys
from collections.abc import Mapping
from typing import Any, NoReturn

from celery import Celery
from celery.signals import celeryd_init, setup_logging
from kombu import Exchange, Queue

from inbox.keys import DELIVERIES_QUEUE, PROCESS, Keys
from settings.reader import SettingsError
from telemetry.logs import configure_logs
from telemetry.one_core import keep_to_one_core
from worker.broker.bulkhead import Bulkhead, BulkheadStep
from worker.broker.pool import HEALTH_SECONDS, share_connections
from worker.broker.transport import take_only_our_messages
from worker.handlers import HandlerTable
from worker.http_client import check_environment
from worker.http_client.environment import EnvironmentValueError
from worker.runtime import Runtime
from worker.settings.worker import BrokerSettings, WorkerSettings
from worker.shop.load import check_retries, dry_run_names, load_table
from worker.tasks import register_tasks


def create_celery(environ: Mapping[str, str]) -> Celery:
    """
    Return the Celery application that workers and Flower share.

    A worker reads its settings and secrets when it starts; Flower never has them.
    """
    settings = _broker_settings(environ)
    share_connections(settings.inbox.store, settings.inbox.connections)
    table = _table(settings.handlers, environ)
    queues = (DELIVERIES_QUEUE, *table.queues)
    # set_as_current=False: nothing may reach this application but through its own name.
    app = Celery("perkhook", set_as_current=False)
    app.conf.update(_configuration(settings, queues))
    # Handlers call downstreams, which may hang; reading a delivery makes no call.
    runtime = Runtime(table=table, queues=queues, bulkhead=Bulkhead(table.queues))
    app.perkhook = runtime
    # Flower makes one more for each further brand, and imports nothing of a worker's.
    app.create = create_celery
    app.conf.broker_transport_options["queue_order_strategy"] = runtime.bulkhead
    register_tasks(app, [PROCESS, *table.by_name])
    # By name: Flower makes this application too, and imports nothing that a worker runs.
    app.steps["worker"].add("worker.bootstep:RuntimeStep")
    app.steps["consumer"].add(BulkheadStep)

    def our_logs(**_: Any) -> None:
        configure_logs(settings.telemetry, process="worker")

    def read_worker_settings(**_: Any) -> None:
        try:
            settings = WorkerSettings.from_environ(environ)
            runtime.dry_run = dry_run_names(settings.dry_run, table)
            check_retries(table, settings.kept)
            check_environment()
        except SettingsError as error:
            sys.exit(str(error))
        except EnvironmentValueError as error:
            sys.exit(str(SettingsError([str(error)])))
        runtime.settings = settings
        take_only_our_messages(app)
        if settings.one_core:
            keep_to_one_core()

    setup_logging.connect(our_logs, weak=False)
    celeryd_init.connect(read_worker_settings, weak=False)
    return app


def _broker_settings(environ: Mapping[str, str]) -> BrokerSettings:
    try:
        return BrokerSettings.from_environ(environ)
    except SettingsError as error:
        _exit(environ, error)


def _table(modules: tuple[str, ...], environ: Mapping[str, str]) -> HandlerTable:
    try:
        return load_table(modules)
    except SettingsError as error:
        _exit(environ, error)


def _exit(environ: Mapping[str, str], error: SettingsError) -> NoReturn:
    """End the process with these problems and the worker's own, so that one start shows all."""
    problems = [*error.problems]
    try:
        WorkerSettings.from_environ(environ)
    except SettingsError as more:
        problems = [each for each in problems if each not in more.problems]
        problems += more.problems
    sys.exit(str(SettingsError(problems)))


def _configuration(settings: BrokerSettings, queues: tuple[str, ...]) -> dict[str, Any]:
    store = settings.inbox.store
    configuration: dict[str, Any] = {
        "broker_url": store.broker_url,
        "broker_connection_retry_on_startup": True,
        # A store that is full or read-only answers with errors, at which Celery would end the
        # worker; with this it connects again until the store works.
        "broker_channel_error_retry": True,
        "broker_transport_options": {
            # A worker that died keeps its messages this long by its own clock. The reaper has
            # sent their jobs again by then, so this only tidies up. Clocks differ by less than
            # a day, so no live worker loses messages.
            "visibility_timeout": 86_400,
            "global_keyprefix": Keys(store.prefix).celery,
            # Our messages have no priorities: one list for each queue, not four.
            "priority_steps": [0],
            "socket_connect_timeout": 3,
            "socket_timeout": 5,
            "health_check_interval": HEALTH_SECONDS,
        },
        "task_queues": [Queue(name, Exchange(name), routing_key=name) for name in queues],
        "task_default_queue": DELIVERIES_QUEUE,
        "task_create_missing_queues": False,
        "task_ignore_result": True,
        "accept_content": ["json"],
        # A message stays recorded under its worker until the job ends, so the reaper knows that
        # a worker has it.
        "task_acks_late": True,
        "worker_prefetch_multiplier": 1,
        # Jobs wait for the network nearly all of their time.
        "worker_pool": "threads",
        "worker_concurrency": settings.concurrency,
        "worker_send_task_events": True,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_consumer": "worker.broker.consumer:Consumer",
        "worker_cancel_long_running_tasks_on_connection_loss": False,
    }
    if store.tls:
        # Without these options kombu would check no certificate.
        configuration["broker_use_ssl"] = store.tls.options
    return configuration
