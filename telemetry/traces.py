"""
Traces from a webhook to its handlers, for Sentry.

The receiver decides which webhooks are traced, by SENTRY_TRACES_SAMPLE_RATE. Only their
messages carry trace headers, and workers follow messages that carry them. Trace headers of a
caller are ignored: a signature does not cover headers.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from random import random
from typing import Any, Final, ParamSpec, TypeVar

from telemetry.settings import TelemetrySettings


P = ParamSpec("P")
R = TypeVar("R")

_rate = 0.0
_headers: ContextVar[str] = ContextVar("trace_headers", default="")

#: Sets how a traced run ended, in Sentry's words.
SetStatus = Callable[[str], object]

_NOTHING: Final[AbstractContextManager[SetStatus]] = nullcontext(lambda _: None)


def configure_traces(settings: TelemetrySettings) -> None:
    """Set the share of webhooks to trace; call it after `configure_sentry`, before `traced`."""
    global _rate  # noqa: PLW0603 - as the SDK, which is one per process
    _rate = settings.sentry_traces_sample_rate if settings.sentry_dsn is not None else 0.0


def traced(run: Callable[P, R], name: str) -> Callable[P, R]:
    """Return a function that traces a share of its calls; `run` itself if none is traced."""
    if not _rate:
        return run

    def sampled(*args: P.args, **kwargs: P.kwargs) -> R:
        if random() >= _rate:  # noqa: S311 - no secret depends on it
            return run(*args, **kwargs)
        with _transaction(name):
            return run(*args, **kwargs)

    return sampled


def trace_headers() -> str:
    """Return the headers by which a worker continues this trace, as the inside of a JSON object."""
    return _headers.get() if _rate else ""


def following(
    header: Callable[[str], Any], name: str, **tags: str
) -> AbstractContextManager[SetStatus]:
    """Continue the trace that a message's headers name, if this process traces."""
    if not _rate:
        return _NOTHING
    found = {key: header(key) for key in ("sentry-trace", "baggage")}
    if not isinstance(found["sentry-trace"], str):
        return _NOTHING
    return _followed({key: value for key, value in found.items() if value}, name, tags)


@contextmanager
def _transaction(name: str) -> Iterator[None]:
    import sentry_sdk  # noqa: PLC0415 - not loaded without a DSN

    with sentry_sdk.isolation_scope():
        begun: Any = sentry_sdk.start_transaction(
            name=name, op="http.server", source="route", sampled=True
        )
        # The SDK does not know our rate, and would report 1.
        begun.sample_rate = _rate
        with begun:
            headers = {"sentry-trace": begun.to_traceparent(), "baggage": sentry_sdk.get_baggage()}
            mark = _headers.set(
                json.dumps({key: value for key, value in headers.items() if value})[1:-1]
            )
            try:
                yield
            finally:
                _headers.reset(mark)


@contextmanager
def _followed(headers: dict[str, str], name: str, tags: dict[str, str]) -> Iterator[SetStatus]:
    import sentry_sdk  # noqa: PLC0415 - not loaded without a DSN

    with sentry_sdk.isolation_scope() as scope:
        for key, value in tags.items():
            scope.set_tag(key, value)
        continued = sentry_sdk.continue_trace(headers, op="queue.process", name=name, source="task")
        with sentry_sdk.start_transaction(continued) as begun:
            yield begun.set_status
