import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.fields import Amount, Whole


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (900, 900),
        (0, 0),
        (-250, -250),
        (900.0, 900),
        (-0.0, 0),
        (1e17, 10**17),
        ("900", 900),
        ("-12", -12),
        ("0900", 900),
        ("900.00", 900),
        (12.5, Decimal("12.5")),
        (0.1, Decimal("0.1")),
        ("33.333", Decimal("33.333")),
        (10**18 - 1, 10**18 - 1),
        ("9" * 18 + "." + "9" * 18, Decimal("9" * 18 + "." + "9" * 18)),
    ],
    ids=repr,
)
def test_reads_numbers_and_numeric_strings(value: object, amount: int | Decimal) -> None:
    """Whole amounts become int, others Decimal as written, whichever way they arrive."""
    read = Amount().deserialize(value)
    assert read == amount
    assert type(read) is type(amount)


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        math.nan,
        math.inf,
        -math.inf,
        10**18,
        -(10**18),
        10**600,
        1e18,
        1e300,
        1e-300,
        "1" * 19,
        "0." + "1" * 19,
        "1" * 100_000,
        "",
        " 5",
        "5 ",
        "+5",
        "1e3",
        "1_000",
        "1,000",
        ".5",
        "5.",
        "٣",
        "NaN",
        "Infinity",
        [5],
        {"amount": 5},
    ],
    ids=lambda value: str(value)[:20] or "empty",
)
def test_refuses_what_is_no_amount(value: object) -> None:
    """Booleans, infinities, over-long digits and other spellings are no amounts."""
    with pytest.raises(ValidationError):
        Amount().deserialize(value)


@pytest.mark.parametrize(("value", "number"), [(3, 3), (3.0, 3), ("3", 3), ("3.0", 3)], ids=repr)
def test_a_count_is_whole(value: object, number: int) -> None:
    """A count is read however a whole number is written."""
    assert Whole().deserialize(value) == number


@pytest.mark.parametrize("value", [2.5, "2.5", True, "two", [2]], ids=repr)
def test_a_count_has_no_fraction(value: object) -> None:
    """A fraction, a boolean and a word are no counts."""
    with pytest.raises(ValidationError):
        Whole().deserialize(value)


@given(st.one_of(st.integers(), st.floats(), st.text(), st.decimals().map(str)))
def test_an_amount_is_exact_or_refused(value: float | str) -> None:
    """No value makes the field fail otherwise, and none that it takes is changed."""
    try:
        read = Amount().deserialize(value)
    except ValidationError:
        return
    assert read is not None
    assert -(10**18) < read < 10**18
    assert read == (value if isinstance(value, int) else Decimal(str(value)))
