"""
Structured logs: a constant event name, then ids as keys and values.

Bodies, names, addresses, headers and secrets never go into a log. Records of libraries go
through the same pipe, and errors are written without the messages of foreign exceptions.
"""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from telemetry.safe_errors import safe_traceback
from telemetry.settings import TelemetrySettings


#: Libraries that tell more than the house wants at INFO: addresses of calls, a line or two
#: for each task that our own lines already tell better.
_QUIET = ("httpx", "httpcore", "celery.app.trace", "celery.worker.strategy", "kombu")


def configure_logs(settings: TelemetrySettings, *, process: str) -> None:
    """Send everything this process logs to standard output in one format."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_process(process),
        _tell_errors_safely,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared[:-1], _tell_errors_safely],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _tell_errors_safely,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _add_process(process: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return add


def _tell_errors_safely(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    info: Any = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = safe_traceback(error)
    return event
