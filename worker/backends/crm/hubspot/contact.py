"""The customer as a contact in HubSpot, and its properties: pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas import HolderAssignmentDeleted, read_timestamp
from worker.backends.crm.hubspot.properties import CAMPAIGN, HOLDER, REMOVED_AT


#: HubSpot takes 65,536 characters; that is too long to read in a contact's sidebar.
LONGEST_TEXT: Final = 500

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ContactGoneError(Exception):
    """The contact was deleted after it was found."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact with its requested properties."""

    id: str
    properties: Mapping[str, Any]


def contact_in(result: dict[str, Any]) -> Contact | None:
    """Read a contact from a batch's results, or None. Its id can be part of a path."""
    name, properties = result.get("id"), result.get("properties")
    if not (isinstance(name, str) and name.isascii() and name.isdecimal()):
        return None
    return Contact(name, properties) if isinstance(properties, dict) else None


def ids_of(event: HolderAssignmentDeleted) -> list[str]:
    """Return the ids that the shop may know the customer by: its own, and Voucherify's."""
    source_id = event.customer.source_id if event.customer else None
    ids = [(each or "").strip() for each in (source_id, event.holder.customer_id)]
    return [each for each in dict.fromkeys(ids) if each]


def email_of(event: HolderAssignmentDeleted) -> str | None:
    """Return the customer's e-mail address as HubSpot writes it, in lower case."""
    email = ((event.customer and event.customer.email) or "").strip().lower()
    return email if "@" in email else None


def removal_properties(event: HolderAssignmentDeleted) -> dict[str, str]:
    """Return the properties that a removal sets on the contact."""
    return {
        REMOVED_AT: moment_text(event.event.created_at),
        CAMPAIGN: campaign_of(event),
        HOLDER: event.holder.id[:LONGEST_TEXT],
    }


def campaign_of(event: HolderAssignmentDeleted) -> str:
    """Return the campaign's name, or else its id."""
    name = (event.campaign and event.campaign.name) or event.holder.campaign_id
    return name.strip()[:LONGEST_TEXT]


def is_older(event: HolderAssignmentDeleted, contact: Contact) -> bool:
    """Return whether the contact shows a later removal already: events come in any order."""
    shown = _moment(contact.properties.get(REMOVED_AT))
    return shown is not None and _cut(event.event.created_at) < shown


def moment_text(moment: datetime) -> str:
    """Write a moment as HubSpot does: UTC, milliseconds, a Z at the end."""
    return f"{_cut(moment):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _cut(moment: datetime) -> datetime:
    # HubSpot keeps milliseconds: what it shows must not seem older than what was sent.
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _moment(shown: Any) -> datetime | None:
    """Read a date and time: ISO 8601 in this version, epoch milliseconds in older ones."""
    if not isinstance(shown, str):
        return None
    if shown.isascii() and shown.isdecimal() and len(shown) <= 14:
        return _EPOCH + timedelta(milliseconds=int(shown))
    return read_timestamp(shown)
