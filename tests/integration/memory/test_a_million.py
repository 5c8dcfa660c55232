"""Search in the ledger of a store that remembers a million removals."""

from collections.abc import Callable
from itertools import islice
from statistics import median
from typing import Any, Final

import pytest

from bench.remembering.filling import KINDS, fill
from bench.remembering.made import Made, MadeRemoval
from bench.remembering.steps import MEMORY, Past
from inbox.ledger import Effects
from inbox.store import scripts
from inbox.store.script_call import ScriptCall
from tests.engine import KEYS


MANY: Final = 1_000_000

#: Real removals among them, which are searched for: the oldest, the newest and some between.
REAL: Final = 20

#: The most that a search takes of the store's time, in µs.
MOST_US: Final = 5_000

#: Entries that one call makes.
A_CALL: Final = 500

#: Repeats the newest record under other names: a stand-in for months of removals. What `fold.lua`
#: does beside this (the hashes and keys that a record was made from) leaves nothing in the store.
_REPEAT: Final = """
local record = redis.call('XREVRANGE', ARCHIVE, '+', '-', 'COUNT', 1)[1][2][4]
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do
  local id = redis.sha1hex('made up ' .. n)
  local delivery, holder = string.sub(id, 1, 32), 'rh_' .. string.sub(id, 1, 18)
  local customer = 'cust_' .. string.sub(id, 3, 26)
  local entry = add_entry('a', server_now(), delivery, record)
  for _, name in ipairs({
    {'d:', delivery}, {'i:', REMOVAL .. holder}, {'e:', holder .. ':reward'},
    {'e:', holder .. ':customer_mark:' .. customer}, {'g:', 'vtx_' .. string.sub(id, 9, 26)},
    {'c:', customer},
  }) do
    local key, field = place_of(name[1], name[2])
    add_to_index(key, field, entry)
  end
end
"""


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_search_among_a_million_removals_takes_the_store_little_time(store: Any) -> None:
    """
    The effects of a customer and of a holder, and one effect, are found in under 5 ms each.

    Twenty removals are played by the product's own steps; the others repeat their records.
    """
    real = list(islice(Made(1).removals(), REAL))
    _fill(store, real)
    effects = Effects(store, memory_seconds=int(MEMORY.total_seconds()))

    searches: dict[str, Callable[[MadeRemoval], Any]] = {
        "customer": lambda each: list(effects.of(customer=each.customer)),
        "holder": lambda each: list(effects.of(holder=each.holder)),
        "effect": lambda each: effects.get(f"{each.holder}:reward"),
    }
    took = {
        name: [_timed(store, search, each) for each in real] for name, search in searches.items()
    }

    middle = {name: median(us for us, _ in found) for name, found in took.items()}
    print(store.xlen(KEYS.archive), {name: f"{us:.0f} µs" for name, us in middle.items()})  # noqa: T201 - shows where it stands
    assert store.xlen(KEYS.archive) >= MANY
    assert all(len(found) == 2 for name in ("customer", "holder") for _, found in took[name])
    assert [found.number("amount") for _, found in took["effect"]] == [each.amount for each in real]
    # On a busy machine the store itself may be made to wait, so one search says little.
    assert max(middle.values()) < MOST_US


def _fill(store: Any, real: list[MadeRemoval]) -> None:
    """Let the real ones lie among as many others, each with its names in the index."""
    past = Past(store)
    text = scripts._with_used(scripts._parts(KEYS.prefix), _REPEAT)
    repeat = ScriptCall(store, f"#!lua flags=allow-oom\n{text}", KEYS.guard)
    for number, each in enumerate(real):
        fill(past, KINDS["removal"], [each])
        end = MANY * (number + 1) // REAL
        for first in range(MANY * number // REAL, end, A_CALL):
            repeat(args=[first, min(first + A_CALL, end)])


def _timed(store: Any, search: Callable[[MadeRemoval], Any], each: MadeRemoval) -> tuple[int, Any]:
    """Search; return the store's time in µs, and what was found."""
    store.config_resetstat()
    found = search(each)
    stats = store.info("commandstats").items()
    ours = [stat for name, stat in stats if not name.startswith(("cmdstat_config", "cmdstat_info"))]
    return sum(stat["usec"] for stat in ours), found
