"""Sentry, with nothing personal: no bodies, no local variables, no foreign error messages."""

from typing import Any, Final

from telemetry.leaving import without_foreign_messages, without_surroundings
from telemetry.release import release
from telemetry.report import reports_as
from telemetry.settings import TelemetrySettings


#: Reports that wait to be sent; more are dropped, so an outage of Sentry costs some 100 kB.
MOST_WAITING: Final = 100

#: How long one call to Sentry may take, in a separate thread.
CALL_SECONDS: Final = 5

#: How long a process that ends tries to send waiting reports.
LAST_WORDS_SECONDS: Final = 2.0


def configure_sentry(settings: TelemetrySettings, *, process: str) -> None:
    """Report errors to Sentry if SENTRY_DSN is set; without it, the SDK is not even loaded."""
    if settings.sentry_dsn is None:
        return
    # 20 MB that a process without Sentry does not load.
    from multiprocessing.util import Finalize  # noqa: PLC0415

    import sentry_sdk  # noqa: PLC0415
    from sentry_sdk.transport import HttpTransport  # noqa: PLC0415

    class Bounded(HttpTransport):
        """Waits no longer than we say."""

        TIMEOUT = CALL_SECONDS

    sentry_sdk.init(
        dsn=settings.sentry_dsn,
        transport=Bounded,
        transport_queue_size=MOST_WAITING,
        # TCP keepalive: finds connections that a firewall dropped.
        keep_alive=True,
        environment=settings.sentry_environment,
        # Always given: without it the SDK would run git.
        release=settings.sentry_release or release(),
        default_integrations=False,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        enable_backpressure_handling=False,
        enable_metrics=False,
        send_client_reports=False,
        send_default_pii=False,
        spotlight=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        # None and not 0: with 0 the SDK would follow a foreign trace.
        traces_sample_rate=settings.sentry_traces_sample_rate or None,
        before_send=without_foreign_messages,
        before_send_transaction=without_surroundings,
    )
    # Scopes of other kinds belong to the thread that this runs in.
    sentry_sdk.get_global_scope().set_tag("process", process)
    reports_as(process)
    # Runs in the server's forked workers as well, where atexit's functions do not.
    Finalize(None, _say_last_words, exitpriority=0)


def _say_last_words(*_: Any) -> None:
    import sentry_sdk  # noqa: PLC0415 - see configure_sentry

    sentry_sdk.get_client().close(timeout=LAST_WORDS_SECONDS)
