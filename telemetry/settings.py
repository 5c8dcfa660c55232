from dataclasses import dataclass, field
from urllib.parse import urlsplit

from settings import Reader
from settings.parsers import one_of, optional


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetrySettings:
    """Where logs and errors go."""

    log_format: str = "json"
    sentry_dsn: str | None = field(default=None, repr=False)
    sentry_environment: str | None = None

    @classmethod
    def read(cls, reader: Reader) -> "TelemetrySettings":
        """Read these settings as part of a process's."""
        return cls(
            log_format=reader.read("LOG_FORMAT", one_of("json", "console"), "json"),
            sentry_dsn=reader.read("SENTRY_DSN", _dsn, ""),
            sentry_environment=reader.read("SENTRY_ENVIRONMENT", optional, ""),
        )


def _dsn(value: str) -> str | None:
    # The SDK would refuse the same, but later, and with the DSN in its message.
    try:
        parts = urlsplit(value)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname and parts.username)
        right = right and parts.path.rpartition("/")[2].isdecimal()
        _ = parts.port
    except ValueError:
        right = False
    if value and not right:
        raise ValueError("must be a Sentry DSN such as https://key@sentry.example.com/1")
    return value or None
