from dataclasses import dataclass, field

from settings.reader import Reader
from settings.variables import downstream
from worker.settings.hubspot import HubSpotSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmSettings:
    """Which backend notifies the CRM, and how it is reached."""

    backend: str
    http_url: str
    http_secret: str = field(repr=False)
    hubspot: HubSpotSettings

    @classmethod
    def read(cls, reader: Reader) -> "CrmSettings":
        """Read these settings as part of the worker's; what the backend needs is required."""
        backend = reader.read(downstream.CRM_BACKEND)
        found = cls(
            backend=backend,
            http_url=reader.read(downstream.CRM_HTTP_URL),
            http_secret=reader.read(downstream.CRM_HTTP_SECRET),
            hubspot=HubSpotSettings.read(
                reader,
                why_required="is required when CRM_BACKEND is hubspot"
                if backend == "hubspot"
                else None,
            ),
        )
        if backend == "http":
            needed = {"CRM_HTTP_URL": found.http_url, "CRM_HTTP_SECRET": found.http_secret}
            reader.require(needed, "when CRM_BACKEND is http")
        return found
