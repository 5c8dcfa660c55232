from collections.abc import Callable
from typing import Any

import pytest

from settings.parsers import text, whole_number
from settings.reader import Reader, SettingsError
from settings.variable import ALL, Use, Variable


def variable(name: str, parse: Callable[[str], Any], default: str | None = None) -> Variable[Any]:
    """Declare a variable."""
    return Variable(name, parse, default, ALL, Use.EXPERT, "")


NUMBER = whole_number(1, 9)
A = variable("A", NUMBER, "3")


def test_a_set_variable_is_parsed() -> None:
    """A variable's text, blanks around it taken off, goes through its parser."""
    reader = Reader({"A": " 7\n"})

    assert reader.read(A) == 7
    assert reader.read(A, str) == "7"
    reader.finish()


@pytest.mark.parametrize("environ", [{}, {"A": ""}, {"A": "  "}])
def test_an_empty_variable_counts_as_unset(environ: dict[str, str]) -> None:
    """The default, written as a person would set it, stands in for nothing and for blanks."""
    reader = Reader(environ)

    assert reader.read(A) == 3
    reader.finish()


def test_everything_wrong_stands_in_one_message() -> None:
    """What is missing, wrong, or wrong together is collected and reported once, in order."""
    reader = Reader({"B": "sesame", "D": "4"})
    reader.read(variable("A", text))
    reader.read(variable("B", NUMBER))
    reader.read(variable("B", NUMBER))
    reader.read(variable("C", NUMBER, "0"), str)
    reader.read(variable("D", NUMBER))
    reader.problem("D", "does not go with B")

    with pytest.raises(SettingsError) as found:
        reader.finish()

    assert found.value.problems == (
        "A is required and not set",
        "B must be a whole number from 1 to 9",
        "C must be a whole number from 1 to 9",
        "D does not go with B",
    )
    assert str(found.value) == (
        "perkhook cannot start, the environment is wrong:\n"
        "  - A is required and not set\n"
        "  - B must be a whole number from 1 to 9\n"
        "  - C must be a whole number from 1 to 9\n"
        "  - D does not go with B"
    )
    assert "sesame" not in repr(found.value)


def test_only_wrong_values_are_collected() -> None:
    """A fault of a parser is not taken for a wrong value."""

    def broken(_: str) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Reader({"A": "1"}).read(variable("A", broken))
