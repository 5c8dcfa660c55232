from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas import UnreadableBody, load_envelope, load_event
from schemas.catalogue import declared_names
from tests import samples


Path = tuple[str | int, ...]

NAMES = sorted(declared_names())
STRICT: set[Path] = {
    ("event",),
    ("event", "id"),
    ("event", "type"),
    ("event", "created_at"),
    ("data",),
    ("data", "holder"),
    *(
        ("data", "holder", name)
        for name in ("id", "customer_id", "holder_role", "redeemable_id", "campaign_id")
    ),
}

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["AMOUNT", "UNIT", "PERCENT", "FIXED", "REFEREE", "2025-01-01T00:00:00Z", "5"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=15,
)


def full() -> dict[str, Any]:
    """Build a body that holds every optional object, so that there are many places."""
    document = samples.assignment_deleted(referee_reward=samples.reward())
    category = {"id": "cat_1", "name": "Tea", "hierarchy": 1, "object": "category"}
    unit = {"effect": "ADD_NEW_ITEMS", "unit_type": "prod_1", "product": {"id": "prod_1"}}
    rules = {"period_type": "MONTH", "period_value": 3, "rounding_type": "END_OF_YEAR"}
    data = document["data"]
    data["voucher"] |= {
        "gift": {"amount": 5, "balance": 5},
        "loyalty_card": {"points": 5, "balance": 5},
        "categories": [category, dict(category)],
        "discount": {"type": "UNIT", "effect": "ADD_MANY_ITEMS", "units": [unit, dict(unit)]},
    }
    data["campaign"]["voucher"]["loyalty_card"] = {"points": 5, "expiration_rules": rules}
    data["campaign"]["referral_program"]["custom_event"] = {"id": "ms_1", "name": "brewed"}
    return document


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """List the path of everything in a document."""
    if path:
        yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def put(document: dict[str, Any], path: Path, value: Any) -> None:
    """Replace what stands at a path, if an earlier replacement has left the place."""
    holder: Any = document
    for step in path[:-1]:
        if not isinstance(holder, dict | list):
            return
        try:
            holder = holder[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(holder, dict) or (isinstance(holder, list) and path[-1] in range(len(holder))):
        holder[path[-1]] = value  # type: ignore[index]


def spelled(path: Path) -> str:
    """Write a path as events name it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]


TOLERANT = sorted((path for path in places(full()) if path not in STRICT), key=spelled)


@given(st.sampled_from(TOLERANT), JSON)
def test_any_value_at_a_tolerant_place_loads(path: Path, value: Any) -> None:
    """Whatever stands at a tolerant place, the event loads, and names only that place."""
    document = full()
    put(document, path, value)
    event = load_event(load_envelope(document))
    assert event is not None
    # A discount that is no longer what it was takes its neighbours' meaning with it.
    near = path[: path.index("discount") + 1] if "discount" in path else path
    assert all(named.startswith(spelled(near)) for named in event.unreadable)


@given(st.lists(st.tuples(st.sampled_from(TOLERANT), JSON), max_size=6))
def test_several_values_at_once_load_with_declared_names_only(
    replaced: list[tuple[Path, Any]],
) -> None:
    """However many places are damaged, paths hold declared names and the input is untouched."""
    document = full()
    for path, value in replaced:
        put(document, path, value)
    before = repr(document)
    event = load_event(load_envelope(document))
    assert event is not None
    words = {word for named in event.unreadable for word in named.split(".")}
    assert {word.split("[")[0] for word in words} <= declared_names()
    assert repr(document) == before


@given(JSON, st.sampled_from(["event", "data", "holder", None]))
def test_any_value_at_a_strict_place_loads_or_is_refused(value: Any, name: str | None) -> None:
    """Nothing but our own error comes out, whatever stands where a decision rests."""
    document = deepcopy(full())
    if name == "holder":
        document["data"]["holder"] = value
    elif name:
        document[name] = value
    try:
        load_event(load_envelope(document if name else value))
    except UnreadableBody as error:
        assert str(error)  # noqa: PT017 - that nothing else is raised is the point
        assert error.__context__ is None  # noqa: PT017 - same
