"""
A shop's own handlers: modules that HANDLERS names, imported as Python imports modules.

One message at the start of the process lists all problems. Of foreign errors it shows only type
and place, because their words could hold a secret.
"""

import importlib
import inspect
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Final

from inbox.keys import DELIVERIES_QUEUE
from schemas import EVENTS
from settings.identifiers import ALL, MODULE
from settings.reader import SettingsError
from telemetry.safe_errors import SafeMessageError, type_name
from worker.handlers import HandlerTable, Registration, load_handlers
from worker.handlers.registry import registered
from worker.settings.kept import Kept, longest_kept, longest_sum


#: Longest name of a handler, so that ids stay short and metrics have it as a label.
LONGEST_NAME: Final = 60

#: More waits are a mistake.
MOST_RETRIES: Final = 100
LONGEST_WAIT_SECONDS: Final = 604_800


#: A queue is a list of the store beside Celery's own keys (inbox/keys.py).
_QUEUE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CELERYS: Final = ("unacked", "celery")


def load_table(modules: Sequence[str]) -> HandlerTable:
    """
    Return the handlers of this project and of a shop's modules.

    Raises:
        SettingsError: names all problems of these modules and their handlers.
    """
    ours = load_handlers()
    own: dict[str, Registration] = {}
    problems: list[str] = []
    for module in modules:
        problem = _import(module)
        found = {} if problem else _brought_by(module)
        if not (problem or found):
            problem = "has no handler: no function in it is decorated with @handles(…)"
        if problem:
            problems.append(f"HANDLERS: {module} {problem}")
        own |= found
    our_queues = {DELIVERIES_QUEUE, *ours.queues}
    for name, handler in sorted(own.items()):
        problems += (
            f"HANDLERS: {handler.run.__module__}.{name} {what}"
            for what in wrong_with(handler, our_queues)
        )
    if problems:
        raise SettingsError(problems)
    return HandlerTable(dict(sorted({**ours.by_name, **own}.items())))


def dry_run_names(names: Sequence[str], table: HandlerTable) -> frozenset[str]:
    """
    Return the names of the handlers that run dry.

    Raises:
        SettingsError: some of the names are no own handler's.
    """
    own = frozenset(name for name, handler in table.by_name.items() if handler.own)
    unknown = [name for name in names if name not in {ALL, *own}]
    if unknown:
        raise SettingsError(
            [
                f"HANDLERS_DRY_RUN names {name}, which is no handler of the modules in HANDLERS"
                for name in unknown
            ]
        )
    return own if ALL in names else frozenset(names)


def check_retries(table: HandlerTable, kept: Kept) -> None:
    """
    Hold the retries of own handlers to what the ledger remembers of their steps.

    Args:
        table: all handlers.
        kept: the worker's settings, which fit each other.

    Raises:
        SettingsError: names each handler whose step could be forgotten and taken again.
    """
    memory, failed = kept.memory or 0, kept.failed or 0
    problems = [
        f"HANDLERS: {handler.run.__module__}.{name} has retries that add up to too long for "
        f"FAILED_KEEP_SECONDS: they may add up to {longest_sum(memory, failed)} s, so that its "
        "retry still finds its steps in the ledger, which forgets after REMOVAL_MEMORY_SECONDS"
        for name, handler in sorted(table.by_name.items())
        if handler.retries and failed > longest_kept(memory, handler.retries)
    ]
    if problems:
        raise SettingsError(problems)


def wrong_with(handler: Registration, our_queues: set[str]) -> Iterator[str]:
    """Yield the problems of a shop's handler; without any it can be served."""
    if len(handler.name) > LONGEST_NAME:
        yield f"has a name longer than {LONGEST_NAME} letters"
    yield from _wrong_queue(handler.queue, our_queues)
    if not handler.event_types:
        yield "names no event type"
    # A list in place of several words is an easy mistake.
    for number, each in enumerate(map(str, handler.event_types), start=1):
        if each not in EVENTS:
            # Repeated only if it has the form of one: it may be a secret, pasted by mistake.
            said = each if re.fullmatch(r"[a-z_.]{1,80}", each) else "?"
            yield f"wants an event type that no schema describes: {said} (the {number}. it names)"
    if not _are_waits(handler.retries):
        yield (
            f"must have as retries a tuple of seconds from 0 to {LONGEST_WAIT_SECONDS}, at most "
            f"{MOST_RETRIES} of them, or () for no other try"
        )
    if not _takes_three(handler):
        yield "must be a plain function of (event, services, job)"


def _wrong_queue(queue: object, our_queues: set[str]) -> Iterator[str]:
    if not isinstance(queue, str) or not _QUEUE.fullmatch(queue):
        yield "must have a queue called by a-z, 0-9 and _, at most 40 letters, a letter first"
    elif queue in our_queues:
        yield (
            f"has the queue {queue}, which is this project's: its jobs would share threads and "
            "breaker with those of another downstream"
        )
    elif queue.startswith(_CELERYS):
        yield f"has the queue {queue}, a name that Celery uses"


def _are_waits(retries: object) -> bool:
    if retries is None:
        return True
    if not isinstance(retries, tuple | list) or len(retries) > MOST_RETRIES:
        return False
    return all(
        isinstance(each, int | float)
        and not isinstance(each, bool)
        and math.isfinite(each)
        and 0 <= each <= LONGEST_WAIT_SECONDS
        for each in retries
    )


def _takes_three(handler: Registration) -> bool:
    if inspect.iscoroutinefunction(handler.run) or inspect.isgeneratorfunction(handler.run):
        return False
    try:
        inspect.signature(handler.run).bind(None, None, None)
    except (TypeError, ValueError):
        return False
    return True


def _import(module: str) -> str:
    """Import a module; return what went wrong, or ''."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and f"{module}.".startswith(f"{error.name}."):
            return "is not found: its folder must be in PYTHONPATH"
        missing = error.name if error.name and MODULE.fullmatch(error.name) else "a module"
        return f"cannot be imported: it needs {missing}, which is not found"
    except SyntaxError as error:
        file = PurePath(error.filename or "?").name
        return f"cannot be imported: {type_name(error)} in {file}, line {error.lineno}"
    except SafeMessageError as error:
        return f"cannot be imported: {error}"
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a shop's module raises
        return f"cannot be imported: {type_name(error)} in {_line_of(error)}"
    return ""


def _line_of(error: BaseException) -> str:
    """Return the innermost line outside the import machinery."""
    place, trace = "an unknown place", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith("<"):
            place = f"{PurePath(file).name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _brought_by(module: str) -> dict[str, Registration]:
    """Return the handlers of a module, of its submodules, and those that it imports."""
    inside = list(vars(importlib.import_module(module)).values())
    return {
        name: handler
        for name, handler in registered().items()
        if handler.own
        and (
            f"{handler.run.__module__}.".startswith(f"{module}.")
            or any(handler.run is each for each in inside)
        )
    }
