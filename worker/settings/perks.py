from dataclasses import dataclass, field

from inbox.model.rate import Rate
from settings.reader import Reader
from settings.variables import downstream
from worker.settings.policies import Policies


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
        backend = reader.read(downstream.PERKS_BACKEND)
        found = cls(
            backend=backend,
            http_url=reader.read(downstream.PERKS_HTTP_URL),
            http_secret=reader.read(downstream.PERKS_HTTP_SECRET),
            voucherify_url=reader.read(downstream.VOUCHERIFY_API_URL),
            voucherify_app_id=reader.read(downstream.VOUCHERIFY_APP_ID),
            voucherify_app_token=reader.read(downstream.VOUCHERIFY_APP_TOKEN),
            voucherify_project_id=reader.read(downstream.VOUCHERIFY_PROJECT_ID),
            voucherify_rate=reader.read(downstream.VOUCHERIFY_RATE_LIMIT, Rate.of),
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
