from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response, jsonify
from redis import RedisError

from inbox.admin.fleet import Fleet
from inbox.durability.check import make_barrier, make_check
from inbox.durability.fencing import check_fencing
from inbox.errors import InboxUnavailableError, unavailable
from inbox.intake import Intake
from inbox.state.reports import Reports
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from receiver.answers import RETRY_AFTER_SECONDS, WEBHOOK_PATH, error_answer, register_errors
from receiver.description import description
from receiver.direct import DirectFlask
from receiver.guard import StoreGuard
from receiver.metrics.counters import Counters
from receiver.metrics.scrape import Metrics
from receiver.readiness import explain
from receiver.settings import ReceiverSettings
from receiver.webhook import ANSWER_SECONDS, Webhook
from telemetry.logs import configure_logs
from telemetry.sentry import configure_sentry
from telemetry.traces import configure_traces, trace_headers, traced


#: Where the application keeps its counters, for the process that serves it.
COUNTERS = "perkhook_counters"

T = TypeVar("T")


def create_app(settings: ReceiverSettings) -> Flask:
    """Build the receiver. Nothing connects before the first request."""
    configure_logs(settings.telemetry, process="receiver")
    configure_sentry(settings.telemetry, process="receiver")
    configure_traces(settings.telemetry)
    client = connect(
        settings.inbox.store, max_connections=settings.connections, name="perkhook-receiver"
    )
    intake = Intake(client)
    fleet, reports = Fleet(client), Reports(client)
    guard = StoreGuard(settings.connections)
    counters = Counters(lambda *counted: _ask(guard, lambda: reports.counts(*counted)))
    metrics = Metrics(counters, lambda: _or_none(guard, fleet.read))
    at, durability = settings.inbox.store, settings.durability
    barrier = make_barrier(at, durability, most_seconds=ANSWER_SECONDS)
    durability_check = make_check(at, durability)
    webhook = Webhook(
        lambda body: intake.accept(body, trace_headers()),
        metrics,
        guard,
        barrier,
        secrets=settings.secrets,
        callers=settings.callers,
        max_body_bytes=settings.max_body_bytes,
    )

    app = DirectFlask(__name__)
    app.extensions[COUNTERS] = counters
    # Every path means what it says: no answer that is not one of ours.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    register_errors(app, webhook.missed)

    app.direct("POST", WEBHOOK_PATH, traced(webhook.receive, f"POST {WEBHOOK_PATH}"))

    @app.get("/healthz")
    def healthz() -> Response:
        """Answer that the process lives."""
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> Response:
        """Answer whether a webhook could be accepted now."""
        try:
            guard.ask(intake.check)
            fenced = guard.ask(lambda: _fenced(client, settings))
            durability_check()
        except InboxUnavailableError as error:
            return error_answer(
                503,
                f"inbox_{error.reason}",
                explain(error, at),
                {"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        return jsonify(status="ready", **fenced)

    @app.get("/metrics")
    def prometheus() -> Response:
        """Write the fleet's counters and the inbox's state for Prometheus."""
        return Response(metrics.exposition(), mimetype="text/plain; version=0.0.4")

    @app.get("/openapi.json")
    def openapi() -> Response:
        """Describe these endpoints."""
        return Response(description(), mimetype="application/json")

    return app


def _fenced(client: StoreClient, settings: ReceiverSettings) -> dict[str, str]:
    """Return what the answer of a store with sentinels says besides; raises if it is refused."""
    if not settings.inbox.store.service:
        return {}
    return {"fencing": check_fencing(client, settings.durability, settings.fencing)}


def _or_none(guard: StoreGuard, question: Callable[[], T]) -> T | None:
    try:
        return _ask(guard, question)
    except InboxUnavailableError:
        return None


def _ask(guard: StoreGuard, question: Callable[[], T]) -> T:
    def ask() -> T:
        try:
            return question()
        except RedisError as error:
            raise unavailable(error) from error

    return guard.ask(ask)
