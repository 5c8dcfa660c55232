import re
from decimal import Decimal
from typing import Any, Final, TypeVar

from marshmallow import ValidationError

from schemas.fields.simple import Declared


N = TypeVar("N", int, Decimal)

MAX_DIGITS: Final = 18
"""Digits before and after the point. Every amount in cents fits, and so do 64-bit stores."""

_LIMIT: Final = 10**MAX_DIGITS
_LEAST: Final = Decimal(1).scaleb(-MAX_DIGITS)

# Decimal itself would also take blanks, underscores, exponents and Arabic digits.
_WRITTEN = re.compile(rf"-?[0-9]{{1,{MAX_DIGITS}}}(?:\.[0-9]{{1,{MAX_DIGITS}}})?")


class Amount(Declared[int | Decimal]):
    """
    A number of cents, points or percent: an int when it is whole, else a Decimal.

    `referee_reward.amount` is a string in the webhook specification, an integer in the
    REST one and null in the production one; whole amounts may arrive as 900.0.
    """

    def read(self, value: Any) -> int | Decimal:
        """Read a number or a numeric string."""
        # A bool is an int to Python, but never an amount.
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValidationError("is not a number")
        if isinstance(value, int):
            return _in_range(value)
        return _from_text(value) if isinstance(value, str) else _from_float(value)


class Whole(Declared[int]):
    """A number of things, such as redemptions or months: an int, however it was written."""

    _amount = Amount()

    def read(self, value: Any) -> int:
        """Read a whole number or a string of digits."""
        number = self._amount.read(value)
        if not isinstance(number, int):
            raise ValidationError("is not a whole number")
        return number


def _from_text(value: str) -> int | Decimal:
    if not _WRITTEN.fullmatch(value):
        raise ValidationError("is not a number")
    return _simplest(Decimal(value))


def _from_float(value: float) -> int | Decimal:
    # The shortest text of a float is what the sender wrote: 0.1, not 0.1000…0055.
    number = Decimal(repr(value))
    if not number.is_finite():
        raise ValidationError("is not a number")
    if 0 < abs(number) < _LEAST:
        raise ValidationError("is out of range")
    return _simplest(_in_range(number))


def _in_range(number: N) -> N:
    if abs(number) >= _LIMIT:
        raise ValidationError("is out of range")
    return number


def _simplest(number: Decimal) -> int | Decimal:
    return int(number) if number == number.to_integral_value() else number
