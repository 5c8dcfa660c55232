from collections.abc import Mapping
from dataclasses import dataclass, replace

from inbox.durability.barrier import Durability
from settings.reader import Reader
from settings.store_address import StoreAddress
from settings.variables import common


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
            store=read_store(reader),
            connections=reader.read(common.STORE_CONNECTIONS),
            dedupe_window_seconds=reader.read(common.DEDUPE_WINDOW_SECONDS),
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


def read_store(reader: Reader) -> StoreAddress:
    """Read where the store is, and which keys in it are ours."""
    at, prefix = reader.read(common.REDIS_URL), reader.read(common.STORE_PREFIX)
    if None in (at, prefix):
        # One of them is wrong, which is reported already.
        return at
    return with_prefix(reader, at, prefix, common.STORE_PREFIX.name)


def with_prefix(reader: Reader, at: StoreAddress, prefix: str, name: str) -> StoreAddress:
    """Return the address with the prefix that a variable of this name gives."""
    if at.is_cluster and "{" not in prefix:
        reader.problem(
            name,
            "must hold a part in braces where REDIS_URL is a cluster, such as {shoes}:, so that "
            "all keys are on one server",
        )
    return replace(at, prefix=prefix)


def read_durability(reader: Reader) -> Durability:
    """Read what those who write for others to rely on wait for."""
    return reader.read(common.ACCEPT_DURABILITY, Durability)
