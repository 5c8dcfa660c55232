from dataclasses import dataclass, field

from inbox.rate import Rate, rate
from settings import Reader
from settings.parsers import one_of, optional_web_address, web_address
from worker.revocation.policies import Policies
from worker.secrets import signing_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class PerksSettings:
    """Which backend takes perks back, and how it is reached."""

    backend: str
    http_url: str
    http_secret: str = field(repr=False)
    voucherify_url: str
    voucherify_app_id: str = field(repr=False)
    voucherify_app_token: str = field(repr=False)
    #: The project that the keys belong to; empty if it is not known.
    voucherify_project_id: str
    voucherify_rate: Rate
    policies: Policies

    @classmethod
    def read(cls, reader: Reader) -> "PerksSettings":
        """Read these settings as part of the worker's; what the backend needs is required."""
        backend = reader.read("PERKS_BACKEND", one_of("dry-run", "voucherify", "http"), "dry-run")
        found = cls(
            backend=backend,
            http_url=reader.read("PERKS_HTTP_URL", optional_web_address, ""),
            http_secret=reader.read("PERKS_HTTP_SECRET", signing_secret, ""),
            voucherify_url=reader.read(
                "VOUCHERIFY_API_URL", web_address, "https://api.voucherify.io"
            ),
            voucherify_app_id=reader.read("VOUCHERIFY_APP_ID", header_text, ""),
            voucherify_app_token=reader.read("VOUCHERIFY_APP_TOKEN", header_text, ""),
            voucherify_project_id=reader.read("VOUCHERIFY_PROJECT_ID", header_text, ""),
            # The smallest plan's limit, so that nobody's access is blocked by surprise.
            voucherify_rate=reader.read("VOUCHERIFY_RATE_LIMIT", rate, "100/minute"),
            policies=Policies.read(reader),
        )
        when = f"when PERKS_BACKEND is {backend}"
        if backend == "http":
            needed = {"PERKS_HTTP_URL": found.http_url, "PERKS_HTTP_SECRET": found.http_secret}
            reader.require(needed, when)
        if backend == "voucherify":
            found.require_keys(reader, when)
        return found

    def require_keys(self, reader: Reader, when: str) -> None:
        """Note which of Voucherify's keys are missing where they are needed."""
        needed = {
            "VOUCHERIFY_APP_ID": self.voucherify_app_id,
            "VOUCHERIFY_APP_TOKEN": self.voucherify_app_token,
        }
        reader.require(needed, when)


def header_text(value: str) -> str:
    """Take what can stand in a header."""
    if not (value.isascii() and value.isprintable()):
        raise ValueError("must be printable ASCII")
    return value
