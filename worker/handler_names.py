"""How a shop names its modules and handlers in the environment."""

import re
from typing import Final

from settings.parsers import words


#: Every own handler, where handlers are named.
ALL: Final = "all"

MODULE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_HANDLER: Final = re.compile(r"[a-z][a-z0-9_]*")


def module_names(value: str) -> tuple[str, ...]:
    """Take names of modules with commas between."""
    names = tuple(dict.fromkeys(words(value)))
    if not all(MODULE.fullmatch(name) for name in names):
        raise ValueError("must be names of Python modules with commas between, such as shop.events")
    return names


def handler_names(value: str) -> tuple[str, ...]:
    """Take names of handlers with commas between, or `all`."""
    names = tuple(dict.fromkeys(words(value)))
    if not all(_HANDLER.fullmatch(name) for name in names):
        raise ValueError(f"must be names of handlers with commas between, or {ALL}")
    return names
