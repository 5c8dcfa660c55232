import pytest

from sandbox.ids import Ids
from sandbox.voucherify.data.ordered import Ordered


@pytest.fixture
def letters() -> Ordered[str]:
    """Five records, one of them removed again."""
    ordered: Ordered[str] = Ordered()
    for letter in "abcde":
        ordered.add(letter, letter.upper())
    ordered.remove("c")
    return ordered


@pytest.mark.parametrize(
    ("after", "descending", "expected"),
    [
        (None, False, "ABDE"),
        (None, True, "EDBA"),
        ("b", False, "DE"),
        ("d", True, "BA"),
        ("c", False, "DE"),
        ("c", True, "BA"),
        ("e", False, ""),
        ("a", True, ""),
    ],
)
def test_walks_from_an_id_in_both_directions(
    letters: Ordered[str], after: str | None, descending: bool, expected: str
) -> None:
    """A page starts after an id, even one that was removed meanwhile."""
    assert "".join(letters.walk(after=after, descending=descending)) == expected


def test_removed_records_leave_no_places_behind() -> None:
    """Adding and removing forever does not make the list longer forever."""
    ordered: Ordered[int] = Ordered()
    ids = Ids()
    for number in range(1000):
        name = ids.new("rh")
        ordered.add(name, number)
        if number % 10:
            ordered.remove(name)
    assert len(ordered) == 100
    assert len(ordered._ids) < 300
    assert list(ordered.walk()) == list(range(0, 1000, 10))


def test_ids_sort_in_the_order_of_their_making() -> None:
    """The texts of ids sort as the numbers do, also where a digit is added."""
    ids = Ids(first=14)
    made = [ids.new("vtx") for _ in range(300)]
    assert made == sorted(made)
    assert made[0] == "vtx_00000000000000000e"
