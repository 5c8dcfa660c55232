from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time, cut to the milliseconds that Voucherify shows."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def stamp(moment: datetime) -> str:
    """Write a moment as Voucherify does: UTC, milliseconds, a Z at the end."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
