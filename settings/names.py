"""
Names that are nearly ours: a misspelt setting would leave its default in force.

`PERKS_BAKEND=voucherify` would be a dry run that seems to be a normal start.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Final


#: What is ours alone: an unknown variable with such a name is meant for perkhook.
PREFIXES: Final = (
    "CANARY_",
    "CRM_",
    "HUBSPOT_",
    "PERKS_",
    "RECONCILE_",
    "REVOCATION_",
    "VOUCHERIFY_",
)

#: Kubernetes and docker links describe each service `X` by variables of these names.
_SERVICE_LINK: Final = re.compile(
    r"_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?|ENV_\w+)$"
)

#: Shorter names are near too many others: HOST is near HOME.
_SHORTEST: Final = 7

#: From this length on two letters may differ, below it one.
_LONG: Final = 12

_WAY_OUT: Final = "name it in IGNORED_VARIABLES if it belongs to something else"


def near_misses(given: Iterable[str], read: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    """
    Find names that are set and nearly those of settings.

    Args:
        given: names in the environment but those that were read.
        read: names of the settings that a process reads, and whether they are set.

    Yields:
        A name and what is wrong with it.
    """
    unset = [each for each, is_set in read.items() if not is_set]
    prefixes = tuple(each for each in PREFIXES if any(name.startswith(each) for name in unset))
    for name in sorted(given):
        plain = name.upper().replace("-", "_")
        if _SERVICE_LINK.search(plain):
            continue
        near = [each for each in unset if is_near(plain, each)]
        if near:
            yield _shown(name), f"is no setting: write {near[0]}, or {_WAY_OUT}"
        elif plain.startswith(prefixes):
            yield _shown(name), f"is no setting of perkhook: remove it, or {_WAY_OUT}"


def tidy_for_flower(environ: MutableMapping[str, str]) -> bool:
    """
    Remove what Flower, which reads its variables itself, would end at with a traceback.

    These are empty numbers and flags, which count as unset here, and FLOWER_PORT as Kubernetes
    sets it for a service named flower (`tcp://10.0.0.9:5555`), though Flower's port is given
    otherwise (mher/flower#738).

    Returns:
        Whether FLOWER_PORT was set and no number.
    """
    for name in [each for each in environ if each.startswith("FLOWER_")]:
        if not environ[name].strip():
            del environ[name]
    found = environ.get("FLOWER_PORT", "1")
    if found.isascii() and found.isdecimal():
        return False
    del environ["FLOWER_PORT"]
    return True


def _shown(name: str) -> str:
    # A value may stand before "=" where a file is broken.
    return name if re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", name) else "a variable"


def is_near(name: str, known: str) -> bool:
    """Return whether a name differs from a known one by a slip: one letter, in a long name two."""
    if min(len(name), len(known)) < _SHORTEST:
        return False
    return distance(name, known) <= (2 if len(known) >= _LONG else 1)


def distance(one: str, other: str) -> int:
    """Count the letters to add, remove, change or swap with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, start=1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return row[-1]
