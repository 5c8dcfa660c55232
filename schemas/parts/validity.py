from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityTimeframe:
    """Periods that come again, both as ISO 8601 durations: valid for one, in each of the other."""

    interval: str | None = None
    duration: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyHours:
    """Hours of some days of the week, of which 0 is Sunday; the times have no zone."""

    start_time: str | None = None
    days_of_week: tuple[int, ...] | None = None
    expiration_time: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityHours:
    """Hours in which something is valid (`ValidityHours`)."""

    daily: tuple[DailyHours, ...] | None = None
