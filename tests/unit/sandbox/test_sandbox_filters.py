import pytest
from werkzeug.datastructures import MultiDict

from sandbox.voucherify.api.filters import Filters
from sandbox.voucherify.data.errors import ApiError


RECORD = {"holder_role": "REFEREE", "campaign_id": "camp_1", "created_at": "2025-02-03T00:00:00Z"}


def filters(*pairs: tuple[str, str]) -> Filters:
    """Read filters of query parameters."""
    return Filters.read(MultiDict(pairs), fields=RECORD)


@pytest.mark.parametrize("notation", ["filters[{}]", "[filters][{}]"])
@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("$is", ["REFEREE"], True),
        ("$is", ["OWNER"], False),
        ("$is_not", ["OWNER"], True),
        ("$in", ["OWNER", "REFEREE"], True),
        ("$not_in", ["OWNER", "REFEREE"], False),
    ],
)
def test_both_notations_mean_the_same(
    notation: str, condition: str, values: list[str], expected: bool
) -> None:
    """The notation of the guide and that of the reference select alike."""
    field = notation.format("holder_role")
    pairs = [
        (f"{field}[conditions][{condition}][{index}]", value) for index, value in enumerate(values)
    ]
    assert filters(*pairs).match(RECORD) is expected


@pytest.mark.parametrize(
    ("condition", "date", "expected"),
    [
        ("$after", "2025-02-02T00:00:00Z", True),
        ("$after", "2025-02-04T00:00:00Z", False),
        ("$before", "2025-02-04T00:00:00Z", True),
        ("$before", "2025-02-03T00:00:00.00+00:00", False),
        ("$after", "2025-02-03T01:00:00.500001+02:00", True),
    ],
)
def test_times_are_compared(condition: str, date: str, expected: bool) -> None:
    """A time before or after another is selected."""
    assert (
        filters((f"filters[created_at][conditions][{condition}]", date)).match(RECORD) is expected
    )


@pytest.mark.parametrize(
    ("junction", "expected"), [("AND", False), ("OR", True), ("and", False), ("or", True)]
)
def test_junction_joins_conditions(junction: str, expected: bool) -> None:
    """One true and one false condition hold under OR only."""
    wanted = filters(
        ("filters[junction]", junction),
        ("filters[holder_role][conditions][$is]", "REFEREE"),
        ("filters[campaign_id][conditions][$is]", "camp_2"),
    )
    assert wanted.match(RECORD) is expected


@pytest.mark.parametrize(
    "name",
    [
        "filters[shoe_size][conditions][$is]",
        "filters[holder_role][conditions][$like]",
        "filters[holder_role]",
        "filters[junction]",
    ],
)
def test_what_is_not_documented_is_refused(name: str) -> None:
    """A filter that the reference does not know is an error, not a wider answer."""
    with pytest.raises(ApiError) as caught:
        filters((name, "x"))
    assert caught.value.code == 400


@pytest.mark.parametrize("date", ["yesterday", "2025-02-03T00:00:00"])
def test_what_is_no_moment_is_refused(date: str) -> None:
    """A moment must be a whole date with its zone, or it is not known which it is."""
    with pytest.raises(ApiError):
        filters(("filters[created_at][conditions][$after]", date)).match(RECORD)


def test_other_parameters_are_no_filters() -> None:
    """Paging parameters beside the filters do not disturb them."""
    assert not filters(("limit", "5"), ("order", "-id"))
