from dataclasses import dataclass, field

from settings import Reader
from settings.parsers import one_of, optional_web_address
from worker.crm.hubspot.settings import HubSpotSettings
from worker.secrets import signing_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmSettings:
    """Which backend tells the CRM, and how it is reached."""

    backend: str
    http_url: str
    http_secret: str = field(repr=False)
    hubspot: HubSpotSettings

    @classmethod
    def read(cls, reader: Reader) -> "CrmSettings":
        """Read these settings as part of the worker's; what the backend needs is required."""
        backend = reader.read("CRM_BACKEND", one_of("dry-run", "hubspot", "http"), "dry-run")
        found = cls(
            backend=backend,
            http_url=reader.read("CRM_HTTP_URL", optional_web_address, ""),
            http_secret=reader.read("CRM_HTTP_SECRET", signing_secret, ""),
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
