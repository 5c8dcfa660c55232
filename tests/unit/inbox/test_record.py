"""Records of completed deliveries: packed small, and read as they were."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.dictionary.records import Made
from inbox.archive.record import TIMES, Record, pack, unpack
from inbox.model.effect import EffectState


TEXT = st.text(max_size=40)
TIME = st.integers(0, 2**42)
FIELDS = st.fixed_dictionaries(
    {"state": TEXT, "holder": TEXT, "customer": TEXT},
    optional={
        **dict.fromkeys(sorted(TIMES), TIME.map(str)),
        **dict.fromkeys(("event", "job", "amount", "outcome"), TEXT),
    },
)


def test_the_times_of_an_effect_are_its_states() -> None:
    """A state that is added is packed as a time as well."""
    assert frozenset(EffectState) == TIMES


@given(
    received=TIME,
    age=st.integers(0, 2**40),
    erased=st.none() | TIME,
    facts=st.dictionaries(st.sampled_from(["holder", "customer", "event_id", "role"]), TEXT),
    ended=st.dictionaries(TEXT, TEXT, max_size=3),
    effects=st.dictionaries(TEXT, FIELDS, max_size=3),
    same=st.booleans(),
)
def test_any_record_is_read_as_it_was(
    *,
    received: int,
    age: int,
    erased: int | None,
    facts: dict[str, str],
    ended: dict[str, str],
    effects: dict[str, dict[str, str]],
    same: bool,
) -> None:
    """What is written once, as a difference or in short comes back in full and in its order."""
    delivery = "0123456789abcdef" * 2
    if same:
        for fields in effects.values():
            fields |= {"holder": facts.get("holder", ""), "job": f"{delivery}:revoke"}
    record = Record(
        delivery=delivery,
        received=received,
        completed=received + age,
        erased=erased,
        facts=facts,
        ended=ended,
        effects=effects,
    )

    found = unpack(delivery, pack(record))

    assert found == record
    assert [list(each) for each in found.effects.values()] == [
        list(each) for each in effects.values()
    ]


@pytest.mark.parametrize(("dry", "most"), [(False, 270), (True, 140)])
def test_an_ordinary_record_is_small(*, dry: bool, most: int) -> None:
    """A removal with two effects takes some 240 bytes, one of a dry run 120."""
    made = Made(3)
    sizes = [len(pack(made.removal(dry=dry))) for _ in range(200)]

    assert sum(sizes) / len(sizes) < most


def test_a_record_of_a_newer_release_is_refused() -> None:
    """A process that cannot read it says so, and guesses nothing."""
    record = next(islice(Made(1).records(), 1))

    with pytest.raises(ValueError, match="newer perkhook"):
        unpack(record.delivery, b"\x02" + pack(record)[1:])
