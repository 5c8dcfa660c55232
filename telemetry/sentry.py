"""Sentry, with nothing personal: no bodies, no local variables, no foreign error messages."""

import json
from typing import Any

from telemetry.safe_errors import SayableError, chain
from telemetry.settings import TelemetrySettings


_enabled = False


def configure_sentry(settings: TelemetrySettings, *, process: str) -> None:
    """Report errors to Sentry if SENTRY_DSN is set; without it, the SDK is not even loaded."""
    global _enabled  # noqa: PLW0603 - the SDK itself is one per process
    if settings.sentry_dsn is None:
        return
    import sentry_sdk  # noqa: PLC0415 - 20 MB that a process without Sentry need not load

    sentry_sdk.init(
        dsn=settings.sentry_dsn,
        environment=settings.sentry_environment,
        default_integrations=False,
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0.0,
        before_send=without_foreign_messages,
    )
    sentry_sdk.set_tag("process", process)
    _enabled = True


def report(error: BaseException, **tags: str) -> None:
    """Send an error that nobody expected, with ids to find it by."""
    if not _enabled:
        return
    import sentry_sdk  # noqa: PLC0415 - see configure_sentry

    with sentry_sdk.new_scope() as scope:
        for name, value in tags.items():
            scope.set_tag(name, value)
        sentry_sdk.capture_exception(error)


def trace_headers() -> str:
    """Give the headers that let a worker go on with this trace, as the inside of a JSON object."""
    if not _enabled:
        return ""
    import sentry_sdk  # noqa: PLC0415 - see configure_sentry

    headers = {"sentry-trace": sentry_sdk.get_traceparent(), "baggage": sentry_sdk.get_baggage()}
    return json.dumps({name: value for name, value in headers.items() if value})[1:-1]


def without_foreign_messages(event: Any, hint: dict[str, Any]) -> Any:
    """Keep of each exception its type and places, and the message only if it is ours."""
    ours: set[str] = set()
    for link in chain((hint.get("exc_info") or (None, None))[1]):
        if isinstance(link, SayableError):
            ours.add(str(link))
    for value in (event.get("exception") or {}).get("values", ()):
        if value.get("value") not in ours:
            value["value"] = ""
    for field in ("request", "extra", "user", "breadcrumbs", "server_name", "logentry", "message"):
        event.pop(field, None)
    return event
