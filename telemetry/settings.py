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
    sentry_release: str | None = None
    #: Share of webhooks that are traced, from 0 to 1.
    sentry_traces_sample_rate: float = 0.0

    @classmethod
    def read(cls, reader: Reader) -> "TelemetrySettings":
        """Read these settings as part of a process's."""
        return cls(
            log_format=reader.read("LOG_FORMAT", one_of("json", "console"), "json"),
            sentry_dsn=reader.read("SENTRY_DSN", _dsn, ""),
            sentry_environment=reader.read("SENTRY_ENVIRONMENT", optional, ""),
            sentry_release=reader.read("SENTRY_RELEASE", optional, "")
            # Heroku tells these to dynos with the feature runtime-dyno-metadata.
            or reader.read("HEROKU_BUILD_COMMIT", optional, "")
            or reader.read("HEROKU_SLUG_COMMIT", optional, ""),
            sentry_traces_sample_rate=reader.read("SENTRY_TRACES_SAMPLE_RATE", _share, "0"),
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


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError("must be a number from 0 to 1")
    return share
