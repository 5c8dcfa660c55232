from collections.abc import Mapping
from dataclasses import dataclass

from settings import Reader
from settings.parsers import on_or_off, text, whole_number


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenSettings:
    """Where the server listens, with how many processes, and how it leaves."""

    host: str
    port: int
    processes: int
    drain_seconds: int
    one_core: bool

    @classmethod
    def read(cls, reader: Reader) -> "ListenSettings":
        """Read these settings as part of the receiver's."""
        return cls(
            host=reader.read("HOST", text, "0.0.0.0"),  # noqa: S104 - a load balancer comes from elsewhere
            port=reader.read("PORT", whole_number(1, 65_535), "8000"),
            processes=reader.read("WEB_CONCURRENCY", whole_number(1, 256), "1"),
            drain_seconds=reader.read("DRAIN_SECONDS", whole_number(0, 300), "5"),
            one_core=reader.read("ONE_CORE", on_or_off, "on"),
        )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "ListenSettings":
        """
        Read and check only these.

        Raises:
            SettingsError: names every variable of these that is wrong.
        """
        reader = Reader(environ)
        found = cls.read(reader)
        reader.finish()
        return found
