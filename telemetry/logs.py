"""
Structured logs: a constant event name, then ids as keys and values.

Bodies, names, addresses, headers and secrets never go into a log. Records of libraries take the
same path, and errors are written without the messages of foreign exceptions.

Our own lines bypass the standard library's records, which took a third of the processor time of
accepting a webhook.
"""

import json
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from telemetry.safe_errors import SafeMessageError, chain, safe_traceback, type_name
from telemetry.settings import TelemetrySettings


#: Libraries that log too much at INFO: addresses of calls, and a line or two for each task that
#: our own lines describe better.
_QUIET = ("httpx2", "httpcore2", "celery.app.trace", "celery.worker.strategy", "kombu")

#: Warns at each try to connect; `store.unavailable` says it once.
_REPEATS_ITSELF = "celery.worker.consumer.consumer"


def configure_logs(
    settings: TelemetrySettings, *, process: str, stream: TextIO | None = None
) -> None:
    """
    Send everything this process logs to one stream in one format.

    Args:
        settings: the format.
        process: its name, written in each line.
        stream: where lines go; None for standard output.
    """
    stream = stream or sys.stdout
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_process(process),
        _write_errors_safely,
    ]
    renderer: Processor = (
        _as_json
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    Lines.stream = stream
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_clean_foreign_records, *shared],
            pass_foreign_args=True,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # A line that cannot be written would be shown on standard error, with its arguments.
    logging.raiseExceptions = False
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(_REPEATS_ITSELF).setLevel(logging.ERROR)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=Lines,
        cache_logger_on_first_use=True,
    )


class Lines:
    """
    Writes each line in one piece, so that those of several threads do not mix.

    Attributes:
        stream: where all lines go, those of loggers made before it was set as well.
    """

    stream: ClassVar[TextIO] = sys.stdout

    def __init__(self, *names: str) -> None:
        """Ignore the names that structlog gives to loggers."""

    def msg(self, line: str) -> None:
        """Write a line; one that cannot be written must not fail a webhook."""
        with suppress(Exception):
            self.stream.write(f"{line}\n")
            self.stream.flush()

    debug = info = warning = error = critical = exception = msg


#: One for all lines: json.dumps with options makes a new one each time.
_ENCODER: Final = json.JSONEncoder(default=repr)


def _as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return _ENCODER.encode(event)


def _add_process(process: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return add


def _clean_foreign_records(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Remove an error's message from the sentence that a library made with it."""
    args = event.pop("positional_args", None) or ()
    values = args.values() if isinstance(args, Mapping) else args
    errors = [value for value in values if isinstance(value, BaseException)]
    if (attached := _error_of(event.get("exc_info"))) is not None:
        errors.append(attached)
    if not errors:
        return event
    # The arguments may hold the message as text; the sentence without them is constant.
    sentence = str(event["_record"].msg)
    for error in errors:
        for link in chain(error):
            if not isinstance(link, SafeMessageError):
                for said in _sayings(link):
                    sentence = sentence.replace(said, type_name(link))
    event["event"] = sentence
    return event


def _sayings(error: BaseException) -> list[str]:
    """Return the texts by which an error's data may be in a sentence, longest first."""
    found = {arg for arg in error.args if isinstance(arg, str)}
    # A foreign error may fail to describe itself.
    with suppress(Exception):
        found |= {str(error), repr(error)}
    return sorted(found - {""}, key=len, reverse=True)


def _write_errors_safely(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    error = _error_of(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = safe_traceback(error)
    return event


def _error_of(info: Any) -> BaseException | None:
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    return error if isinstance(error, BaseException) else None
