from dataclasses import dataclass

from settings.reader import Reader
from settings.variables import common, web


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
            host=reader.read(web.HOST),
            port=reader.read(web.PORT),
            processes=reader.read(web.WEB_CONCURRENCY),
            drain_seconds=reader.read(web.DRAIN_SECONDS),
            one_core=reader.read(common.ONE_CORE),
        )
