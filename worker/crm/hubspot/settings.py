import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from settings import Reader
from settings.parsers import web_address


#: Internal names of properties ("Properties": lower case, digits, underscores).
_PROPERTY_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,99}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSpotSettings:
    """Which HubSpot account is told, and how its contacts are recognised."""

    url: str
    token: str = field(repr=False)
    id_property: str

    @classmethod
    def read(cls, reader: Reader, *, why_required: str | None) -> "HubSpotSettings":
        """Read these settings as part of others; `why_required` ends the sentence if they are."""
        found = cls(
            url=reader.read("HUBSPOT_API_URL", web_address, "https://api.hubapi.com"),
            token=reader.read("HUBSPOT_ACCESS_TOKEN", _bearer_token, ""),
            id_property=reader.read("HUBSPOT_ID_PROPERTY", _property_name, "voucherify_source_id"),
        )
        # None: the variable is set and wrong, which is told already.
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


def _bearer_token(value: str) -> str:
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("must be printable ASCII without blanks")
    return value


def _property_name(value: str) -> str:
    if not _PROPERTY_NAME.fullmatch(value):
        raise ValueError("must be a property's internal name: a-z, 0-9 and _, a letter first")
    return value
