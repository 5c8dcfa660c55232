from dataclasses import dataclass, field

from settings.reader import Reader
from settings.variables import common


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
            log_format=reader.read(common.LOG_FORMAT),
            sentry_dsn=reader.read(common.SENTRY_DSN),
            sentry_environment=reader.read(common.SENTRY_ENVIRONMENT),
            sentry_release=reader.read(common.SENTRY_RELEASE)
            or reader.read(common.HEROKU_BUILD_COMMIT)
            or reader.read(common.HEROKU_SLUG_COMMIT),
            sentry_traces_sample_rate=reader.read(common.SENTRY_TRACES_SAMPLE_RATE),
        )
