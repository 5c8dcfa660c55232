"""Names that others have given: a shop's modules and handlers, HubSpot's properties, campaigns."""

import re
from typing import Final

from settings.parsers import prefix, words


#: Every own handler, where handlers are named.
ALL: Final = "all"

MODULE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_HANDLER: Final = re.compile(r"[a-z][a-z0-9_]*")

#: Names of brands, which stand in the address of each page.
_BRAND: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)

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


def brands(value: str) -> tuple[tuple[str, str], ...]:
    """Parse brands with commas between, each `name=prefix`, to names and prefixes."""
    found = tuple(word.partition("=") for word in words(value))
    if not all(_BRAND.fullmatch(name) and equals for name, equals, _ in found):
        raise ValueError(
            "must be brands with commas between, each a name of a-z, 0-9 and hyphens with the "
            "STORE_PREFIX of its installation, such as shoes={shoes}:,hats={hats}:"
        )
    if len({name for name, _, _ in found}) < len(found):
        raise ValueError("must name each brand once")
    return tuple((name, prefix(begin)) for name, _, begin in found)
