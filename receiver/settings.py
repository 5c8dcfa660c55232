import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from inbox.durability.barrier import Durability
from inbox.durability.fencing import Fencing
from inbox.settings import InboxSettings, read_durability
from receiver.callers import CallerRule
from receiver.server.listen import ListenSettings
from settings.reader import Reader, SettingsError
from settings.variables import common, web
from telemetry.settings import TelemetrySettings


#: Connections where a webhook waits for the store's disk and STORE_CONNECTIONS is not set. With
#: `appendfsync always` the store answers only after an fsync, and one fsync covers all writes that
#: have come by then: the more come at once, the fewer it does. Opened as they are needed.
FSYNC_CONNECTIONS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverSettings:
    """All that the receiver takes from its environment."""

    inbox: InboxSettings
    telemetry: TelemetrySettings
    listen: ListenSettings
    secrets: tuple[bytes, ...] = field(repr=False)
    max_body_bytes: int
    durability: Durability
    fencing: Fencing
    callers: CallerRule

    @property
    def connections(self) -> int:
        """
        How many connections to the store each of the server's processes may open, at least one.

        They share STORE_CONNECTIONS: how many processes there are is often the platform's choice
        (Heroku's Python buildpack sets WEB_CONCURRENCY), and its store counts all of them.
        """
        return max(1, self.inbox.connections // self.listen.processes)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "ReceiverSettings":
        """
        Read and check everything.

        Raises:
            SettingsError: names every variable that is missing or wrong.
        """
        reader = Reader(environ)
        durability = read_durability(reader)
        found = cls(
            inbox=_read_inbox(reader, durability),
            telemetry=TelemetrySettings.read(reader),
            listen=ListenSettings.read(reader),
            secrets=reader.read(web.VOUCHERIFY_WEBHOOK_SECRETS),
            max_body_bytes=reader.read(web.MAX_BODY_BYTES),
            durability=durability,
            fencing=reader.read(web.SENTINEL_FENCING, Fencing),
            callers=CallerRule(
                allowed=reader.read(web.ALLOWED_IPS),
                proxy_hops=reader.read(web.TRUSTED_PROXY_HOPS),
            ),
        )
        reader.finish()
        return found


def _read_inbox(reader: Reader, durability: Durability) -> InboxSettings:
    inbox = InboxSettings.read(reader)
    if durability is Durability.FSYNC and not reader.is_set(common.STORE_CONNECTIONS):
        return replace(inbox, connections=FSYNC_CONNECTIONS)
    return inbox


def load_settings(environ: Mapping[str, str]) -> ReceiverSettings:
    """Read the settings, or end the process with one message that names all that is wrong."""
    try:
        return ReceiverSettings.from_environ(environ)
    except SettingsError as error:
        sys.exit(str(error))
