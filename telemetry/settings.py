from dataclasses import dataclass, field

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
    if value and not (value.startswith(("http://", "https://")) and "@" in value):
        raise ValueError("must be a Sentry DSN such as https://key@sentry.example.com/1")
    return value or None
