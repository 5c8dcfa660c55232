from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import ValidationError

from schemas.fields.base import IS_NO_TIMESTAMP, Declared


MAX_LENGTH: Final = 64


def read_timestamp(text: str) -> datetime | None:
    """
    Read an ISO 8601 timestamp as an aware one in UTC, or None if it is none.

    Voucherify writes `Z` or `+00:00` with two to six digits of a second and more; digits
    past the microsecond are cut off. A published example has stray blanks
    (`10: 24: 01.084Z`). All of its times are UTC, so one without a zone is taken as UTC.
    """
    if len(text) > MAX_LENGTH:
        return None
    moment = _parsed(text) or _parsed("".join(text.split()).upper())
    if moment is None:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # The first and the last day of the calendar have hours that UTC cannot hold.
        return None


class Timestamp(Declared[datetime]):
    """A moment, in UTC."""

    def read(self, value: Any) -> datetime:
        """Read an ISO 8601 timestamp."""
        if not isinstance(value, str):
            raise ValidationError("is not a string")
        moment = read_timestamp(value)
        if moment is None:
            raise ValidationError(IS_NO_TIMESTAMP)
        return moment


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
