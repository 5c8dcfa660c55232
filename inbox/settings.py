from collections.abc import Mapping
from dataclasses import dataclass

from inbox.durability import Durability
from settings import Reader
from settings.parsers import one_of, whole_number
from settings.store_address import StoreAddress, store_address


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """Where the inbox is, by how many connections a process asks it, how long it remembers."""

    store: StoreAddress
    connections: int
    dedupe_window_seconds: int

    @classmethod
    def read(cls, reader: Reader) -> "InboxSettings":
        """Read what every process needs to find the inbox."""
        return cls(
            store=reader.read("REDIS_URL", store_address, "redis://127.0.0.1:6379/0"),
            # A command takes some 100 µs, so a few serve all threads.
            connections=reader.read("STORE_CONNECTIONS", whole_number(1, 64), "4"),
            dedupe_window_seconds=reader.read(
                "DEDUPE_WINDOW_SECONDS", whole_number(60, 31_536_000), "604800"
            ),
        )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "InboxSettings":
        """
        Read these settings alone.

        Raises:
            SettingsError: names everything that is wrong.
        """
        reader = Reader(environ)
        found = cls.read(reader)
        reader.finish()
        return found


def read_durability(reader: Reader) -> Durability:
    """Read what those who write for others to rely on wait for."""
    return reader.read("ACCEPT_DURABILITY", durability, "memory")


def durability(value: str) -> Durability:
    """Take one of the words."""
    return Durability(one_of(*Durability)(value))
