from flask import Flask, Response, jsonify
from redis import RedisError

from inbox.confirm import make_barrier, make_check
from inbox.connection import connect
from inbox.desk import Desk
from inbox.errors import InboxUnavailableError, unavailable
from inbox.intake import Intake
from inbox.views import Stats
from receiver.answers import RETRY_AFTER_SECONDS, error_answer, register_errors
from receiver.description import description
from receiver.direct import DirectFlask
from receiver.gate import Gate
from receiver.metrics import Metrics
from receiver.readiness import told
from receiver.settings import ReceiverSettings
from receiver.webhook import ANSWER_SECONDS, Webhook
from telemetry.logs import configure_logs
from telemetry.sentry import configure_sentry


#: Sockets to the store. A command takes some 100 µs, so a few serve all threads.
CONNECTIONS = 4


def create_app(settings: ReceiverSettings) -> Flask:
    """Build the receiver. Nothing connects before the first request."""
    configure_logs(settings.telemetry, process="receiver")
    configure_sentry(settings.telemetry, process="receiver")
    client = connect(
        settings.inbox.redis_url, max_connections=CONNECTIONS, name="perkhook-receiver"
    )
    intake = Intake(client)
    desk = Desk(client, dedupe_window_seconds=settings.inbox.dedupe_window_seconds)
    gate = Gate(CONNECTIONS)
    metrics = Metrics(lambda: _stats(gate, desk))
    url, durability = settings.inbox.redis_url, settings.durability
    barrier = make_barrier(url, durability, most_seconds=ANSWER_SECONDS)
    durability_check = make_check(url, durability)
    webhook = Webhook(settings, intake, metrics, gate, barrier)

    app = DirectFlask(__name__)
    # Every path means what it says: no answer that is not one of ours.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    register_errors(app)

    app.direct("POST", "/webhooks/voucherify", webhook.receive)

    @app.get("/healthz")
    def healthz() -> Response:
        """Tell that the process lives."""
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> Response:
        """Tell whether a webhook could be accepted now."""
        try:
            gate.ask(intake.check)
            durability_check()
        except InboxUnavailableError as error:
            return error_answer(
                503, f"inbox_{error.reason}", told(error), {"Retry-After": str(RETRY_AFTER_SECONDS)}
            )
        return jsonify(status="ready")

    @app.get("/metrics")
    def prometheus() -> Response:
        """Write this process's counters and the inbox's state for Prometheus."""
        return Response(metrics.exposition(), mimetype="text/plain; version=0.0.4")

    @app.get("/openapi.json")
    def openapi() -> Response:
        """Describe these endpoints."""
        return Response(description(), mimetype="application/json")

    return app


def _stats(gate: Gate, desk: Desk) -> Stats | None:
    def ask() -> Stats:
        try:
            return desk.stats()
        except RedisError as error:
            raise unavailable(error) from error

    try:
        return gate.ask(ask)
    except InboxUnavailableError:
        return None
