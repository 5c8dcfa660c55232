"""The Lua scripts in `lua/`, each with what it uses of the shared parts in front."""

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from inbox import keys
from inbox.store.client import StoreClient
from inbox.store.packing import NEWEST
from inbox.store.script_call import ScriptCall


_FOLDER: Final = Path(__file__).parent / "lua"

#: Scripts that end work free memory, so a full store must not stop them. Only `accept`
#: is refused when `maxmemory` is reached, and it is refused before it wrote anything.
_MAY_RUN_WHEN_FULL: Final = "#!lua flags=allow-oom\n"
_REFUSED_WHEN_FULL: Final = "#!lua\n"
_READS: Final = "#!lua flags=no-writes\n"

#: What some scripts share beside `common.lua`: those in which an operator decides, and those
#: of the one run that may reconcile.
_SHARED: Final = {
    **dict.fromkeys(("effect_plan", "effect_begin", "effect_move", "effect_confirm"), "effect"),
    **dict.fromkeys(("budget_use", "budget_return"), "budget"),
    **dict.fromkeys(("retry", "discard", "release", "batch_step"), "decide"),
    **dict.fromkeys(
        ("reconcile_begin", "reconcile_code", "reconcile_resolve", "reconcile_move"), "reconcile"
    ),
}

#: Upper ends in seconds of the buckets of the time from received to completed.
DELAY_BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400)

#: Event types, each by whether a handler wants it, with their own counters.
MOST_EVENT_TYPES: Final = 100

#: What `inbox.keys` has beside the names of keys.
_OTHERS: Final = {
    "REMOVAL": keys.REMOVAL,
    "DELIVERIES_QUEUE": keys.DELIVERIES_QUEUE,
    "PROCESS": keys.PROCESS,
    "MOST_EVENT_TYPES": MOST_EVENT_TYPES,
    "NEWEST_PACKING": NEWEST,
    "BUCKETS": keys.BUCKETS,
}


#: What receivers run: it goes on during a move, until the source is closed.
_RECEIVES: Final = ("accept", "report_counts")

#: In front of a script that writes: during a move nobody else may (`inbox.move`).
_FENCE: Final = """if redis.call({asked}) == 1 then
  return redis.error_reply('MOVING this installation is being moved')
end
"""
_CLOSED: Final = _FENCE.format(asked="'HEXISTS', MOVING, 'closed'")
_MOVING: Final = _FENCE.format(asked="'EXISTS', MOVING")


#: Where a part of what scripts share begins: a constant or a function, at the start of a line.
_PART: Final = re.compile(r"^(?:local (?:function )?|function )(\w+)", re.MULTILINE)


class _Part(NamedTuple):
    """A part of what scripts share, and the words in it."""

    name: str
    text: str
    words: frozenset[str]


@cache
def _parts(prefix: str) -> tuple[_Part, ...]:
    """Return what every script may use: each name of `inbox.keys`, as a text, and `common.lua`."""
    known = {name.upper(): value for name, value in vars(keys.Keys(prefix)).items()} | _OTHERS
    names = "".join(f"local {name} = '{value}'\n" for name, value in known.items())
    # As texts, for they are names of fields.
    buckets = ", ".join(f"'{end:g}'" for end in DELAY_BUCKETS)
    names += f"local DELAY_BUCKETS = {{{buckets}}}\n"
    return _split(names + _read("common"))


def _split(text: str) -> tuple[_Part, ...]:
    begins = list(_PART.finditer(text))
    ends = [each.start() for each in begins[1:]] + [len(text)]
    pieces = [(each[1], text[each.start() : end]) for each, end in zip(begins, ends, strict=True)]
    return tuple(_Part(name, piece, _words(piece)) for name, piece in pieces)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", re.sub("--.*", "", text)))


def _with_used(parts: tuple[_Part, ...], text: str) -> str:
    """
    Write a script behind those parts that it uses, and that these use.

    The store makes every function anew at each call: with all of them in front of each script a
    removal took a tenth more of its time.
    """
    used, words = [text], set(_words(text))
    for part in reversed(parts):
        if part.name in words:
            used.append(part.text)
            words |= part.words
    return "".join(reversed(used))


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.lua").read_text(encoding="utf-8")


def load(client: StoreClient, name: str) -> ScriptCall:
    """Return the script `lua/<name>.lua`, callable on this client."""
    flags = _REFUSED_WHEN_FULL if name == "accept" else _MAY_RUN_WHEN_FULL
    fence = _CLOSED if name in _RECEIVES else _MOVING
    if name.startswith("read_"):
        flags, fence = _READS, ""
    names = client.names
    parts = _parts(names.prefix) + (_split(_read(_SHARED[name])) if name in _SHARED else ())
    return ScriptCall(client, flags + _with_used(parts, fence + _read(name)), names.guard)
