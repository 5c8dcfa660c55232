from collections.abc import Mapping
from dataclasses import dataclass, field

from inbox.durability import Durability
from inbox.settings import InboxSettings, read_durability
from receiver.callers import CallerRule, parse_allowed
from receiver.listen import ListenSettings
from settings import Reader
from settings.parsers import whole_number, words
from telemetry.settings import TelemetrySettings


#: A shorter secret can be guessed; Voucherify's own are longer.
SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverSettings:
    """All that the receiver takes from its environment."""

    inbox: InboxSettings
    telemetry: TelemetrySettings
    listen: ListenSettings
    secrets: tuple[bytes, ...] = field(repr=False)
    max_body_bytes: int
    durability: Durability
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
        found = cls(
            inbox=InboxSettings.read(reader),
            telemetry=TelemetrySettings.read(reader),
            listen=ListenSettings.read(reader),
            secrets=reader.read("VOUCHERIFY_WEBHOOK_SECRETS", webhook_secrets),
            max_body_bytes=reader.read("MAX_BODY_BYTES", whole_number(1024, 67_108_864), "1048576"),
            durability=read_durability(reader),
            callers=CallerRule(
                allowed=reader.read("ALLOWED_IPS", parse_allowed, ""),
                proxy_hops=reader.read("TRUSTED_PROXY_HOPS", whole_number(0, 10), "0"),
            ),
        )
        reader.finish()
        return found


def webhook_secrets(value: str) -> tuple[bytes, ...]:
    """Take comma-separated secrets, newest first."""
    secrets = words(value)
    if not secrets:
        raise ValueError("must name at least one secret")
    if any(len(secret) < SHORTEST_SECRET for secret in secrets):
        raise ValueError(f"holds a secret shorter than {SHORTEST_SECRET} characters")
    # Bytes that are no UTF-8 reach os.environ as lone surrogates; here they are bytes again.
    return tuple(secret.encode(errors="surrogateescape") for secret in secrets)
