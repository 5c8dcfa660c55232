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
    def read(cls, reader: Reader, *, why_required: str | None) -> "HubSpotSettings":
        """Read these settings as part of others; `why_required` ends the sentence if they are."""
        found = cls(
            url=reader.read(downstream.HUBSPOT_API_URL),
            token=reader.read(downstream.HUBSPOT_ACCESS_TOKEN),
            id_property=reader.read(downstream.HUBSPOT_ID_PROPERTY),
        )
        # None: the variable is set and wrong, which is reported already.
        if why_required is not None and found.token == "":
            reader.problem("HUBSPOT_ACCESS_TOKEN", why_required)
        return found

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "HubSpotSettings":
        """
        Read these settings alone.

        Raises:
            SettingsError: names every variable that is missing or wrong.
        """
        reader = Reader(environ)
        found = cls.read(reader, why_required="is required and not set")
        reader.finish()
        return found
