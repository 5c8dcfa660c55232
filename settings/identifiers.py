"""Names that others have given: a shop's modules and handlers, HubSpot's properties, campaigns."""

import re
from typing import Final

from settings.parsers import words


#: Every own handler, where handlers are named.
ALL: Final = "all"

MODULE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_HANDLER: Final = re.compile(r"[a-z][a-z0-9_]*")

#: Internal names of HubSpot's properties ("Properties": lower case, digits, underscores).
_PROPERTY: Final = re.compile(r"[a-z][a-z0-9_]{0,99}", re.ASCII)


def module_names(value: str) -> tuple[str, ...]:
    """Parse names of modules with commas between."""
    names = tuple(dict.fromkeys(words(value)))
    if not all(MODULE.fullmatch(name) for name in names):
        raise ValueError("must be names of Python modules with commas between, such as shop.events")
    return names


def handler_names(value: str) -> tuple[str, ...]:
    """Parse names of handlers with commas between, or `all`."""
    names = tuple(dict.fromkeys(words(value)))
    if not all(_HANDLER.fullmatch(name) for name in names):
        raise ValueError(f"must be names of handlers with commas between, or {ALL}")
    return names


def property_name(value: str) -> str:
    """Parse the internal name of a HubSpot property."""
    if not _PROPERTY.fullmatch(value):
        raise ValueError("must be a property's internal name: a-z, 0-9 and _, a letter first")
    return value


def campaign_ids(value: str) -> tuple[str, ...]:
    """Parse ids of campaigns with commas between."""
    found = words(value)
    # Voucherify lists no codes of a campaign that it does not know, and a run would find nothing.
    if not all(each.isascii() and each.isprintable() and " " not in each for each in found):
        raise ValueError("must be ids of campaigns with commas between, such as camp_1,camp_2")
    return found
