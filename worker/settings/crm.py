from collections.abc import Mapping
from dataclasses import dataclass, field

from settings.reader import Reader
from settings.variables import downstream


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSpotSettings:
    """Which HubSpot account is notified, and how its contacts are recognised."""

    url: str
    token: str = field(repr=False)
    id_property: str

    @classmethod
    def read(cls, reader: Reader) -> "HubSpotSettings":
        """Read these settings as part of others; the token is "" if it is not set."""
        return cls(
            url=reader.read(downstream.HUBSPOT_API_URL),
            token=reader.read(downstream.HUBSPOT_ACCESS_TOKEN),
            id_property=reader.read(downstream.HUBSPOT_ID_PROPERTY),
        )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "HubSpotSettings":
        """
        Read these settings alone.

        Raises:
            SettingsError: names every variable that is missing or wrong.
        """
        reader = Reader(environ)
        found = cls.read(reader)
        reader.require({"HUBSPOT_ACCESS_TOKEN": found.token}, "and not set")
        reader.finish()
        return found


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
        found = cls(
            backend=reader.read(downstream.CRM_BACKEND),
            http_url=reader.read(downstream.CRM_HTTP_URL),
            http_secret=reader.read(downstream.CRM_HTTP_SECRET),
            hubspot=HubSpotSettings.read(reader),
        )
        needed = {
            "http": {"CRM_HTTP_URL": found.http_url, "CRM_HTTP_SECRET": found.http_secret},
            "hubspot": {"HUBSPOT_ACCESS_TOKEN": found.hubspot.token},
        }
        reader.require(needed.get(found.backend, {}), f"when CRM_BACKEND is {found.backend}")
        return found
