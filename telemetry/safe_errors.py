"""
Describing errors without data.

The message of a foreign exception can hold anything: a key of the payload, an address with ids
in it, a piece of a body. So only its type and the places in the code are shown. Our own
exceptions derive from SafeMessageError.
"""

import traceback
from collections.abc import Iterator
from types import TracebackType


class SafeMessageError(Exception):
    """Base of exceptions whose message is ours and holds nothing personal."""


def describe(error: BaseException) -> str:
    """Return one line about an error that may be logged, stored and shown."""
    if isinstance(error, SafeMessageError):
        return str(error)
    return f"{type_name(error)} at {_place(error.__traceback__)}"


def type_name(error: BaseException) -> str:
    """Return the name of an error's class."""
    kind = type(error)
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )


def safe_traceback(error: BaseException) -> str:
    """Return the traceback of an error and of its causes, without foreign messages."""
    lines: list[str] = []
    for link in chain(error):
        head = (
            f"{type_name(link)}: {link}" if isinstance(link, SafeMessageError) else type_name(link)
        )
        frames = "".join(traceback.format_tb(link.__traceback__))
        lines.append(f"{frames}{head}")
    return "\ncaused by:\n".join(lines)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes; ends even if they form a ring."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        # Not `or`: an error may have a length, and be false when that is 0.
        if error.__cause__ is not None:
            error = error.__cause__
        else:
            error = None if error.__suppress_context__ else error.__context__


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    if not frames:
        return "an unknown place"
    last = frames[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno} in {last.name}"
