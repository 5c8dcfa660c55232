"""
Whether what a round of `inbox.durability.barrier` is about is still there.

A store that was replaced by another meanwhile may lack it. A worker may also have handled it by
then, and folded it: then the index of the archive knows its name.
"""

from collections.abc import Collection
from typing import Final

from inbox.archive.places import DELIVERY, EFFECT, place_of
from inbox.keys import Keys


#: Counts those that are there. KEYS are, behind the first, each key. ARGV are, of each, the hash of
#: its name in the index and its field there: a receiver may write what is among KEYS of EVAL, and
#: of the index it may only read.
COUNT: Final = """local found = 0
for i = 2, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 or redis.call('HGET', ARGV[2 * i - 3], ARGV[2 * i - 2]) then
    found = found + 1
  end
end
return found"""


def words_of(names: Keys, first: str, written: Collection[str]) -> list[str | int | bytes]:
    """Return what EVAL is given behind a script that ends in `COUNT`: how many KEYS, KEYS, ARGV."""
    places = [place_of(*_kind(names, key)) for key in written]
    fields = [word for at in places for word in (at.key(names), at.field)]
    return [1 + len(written), first, *written, *fields]


def _kind(names: Keys, key: str) -> tuple[str, str]:
    """Return under which kind and name the archive would know a key."""
    if key.startswith(names.effect):
        return EFFECT, key.removeprefix(names.effect)
    return DELIVERY, key.removeprefix(names.delivery)
