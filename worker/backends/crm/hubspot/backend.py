from schemas import HolderAssignmentDeleted
from worker.backends.crm.hubspot.client import EMAIL, HubSpotClient
from worker.backends.crm.hubspot.contact import (
    Contact,
    ContactGoneError,
    email_of,
    ids_of,
    is_older,
    removal_properties,
)
from worker.backends.crm.hubspot.note import marker_of, note_about
from worker.errors import NeedsPersonError
from worker.job import Job
from worker.settings.crm import HubSpotSettings


class HubSpotCrm:
    """
    Notifies HubSpot: sets three properties of the customer's contact, and adds one note to it.

    The contact is found by batch reads, first by a property that holds the customer's id in the
    shop or in Voucherify, then by e-mail address. A batch read needs a property with unique
    values, which rules out two contacts with the same id. It shows what was written a moment ago
    and counts like any call; the search lags, and is limited to five calls a second for a whole
    account.

    Notes have no idempotency keys. Each contains the removed assignment's id as a marker, and the
    contact's notes are searched for it before one is made. A removal is one job that one worker
    runs at a time, so no other note can come in between.

    Calls: 4 for a contact without notes, 5 with up to a hundred, and 1 more for each further
    hundred notes and for a contact found by e-mail address; 2 if there is no contact.
    """

    def __init__(self, client: HubSpotClient, id_property: str) -> None:
        self._client = client
        self._id_property = id_property

    @classmethod
    def from_settings(cls, settings: HubSpotSettings) -> "HubSpotCrm":
        """Make the backend with a client of its own."""
        return cls(HubSpotClient(settings.url, settings.token), settings.id_property)

    def note_removal(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Report that the customer's assignment was removed."""
        contact = self._find(event, job)
        if contact is None:
            return "no contact in HubSpot"
        try:
            later = self._set_properties(contact, event, job)
            noted = self._note(contact, event, job)
        except ContactGoneError:
            return f"no contact in HubSpot any more: {contact.id} was deleted"
        return f"{noted} on HubSpot contact {contact.id}{later}"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _find(self, event: HolderAssignmentDeleted, job: Job) -> Contact | None:
        ids = ids_of(event)
        found = self._read(ids, self._id_property, event, job) if ids else []
        email = email_of(event)
        if not found and email is not None:
            found = self._read([email], EMAIL, event, job)
            for contact in found:
                self._check_is_same_customer(contact, ids, event)
        if len(found) > 1:
            raise NeedsPersonError(
                "several HubSpot contacts are this customer: "
                f"{', '.join(contact.id for contact in found)} (holder {event.holder.id})"
            )
        return found[0] if found else None

    def _read(
        self, values: list[str], by: str, event: HolderAssignmentDeleted, job: Job
    ) -> list[Contact]:
        wanted = [self._id_property, *removal_properties(event)]
        return self._client.contacts(values, by=by, properties=wanted, job=job)

    def _check_is_same_customer(
        self, contact: Contact, ids: list[str], event: HolderAssignmentDeleted
    ) -> None:
        held = str(contact.properties.get(self._id_property) or "").strip()
        if held and held not in ids:
            raise NeedsPersonError(
                f"HubSpot contact {contact.id} has the customer's e-mail address, and another "
                f"customer's id in {self._id_property} (holder {event.holder.id})"
            )

    def _set_properties(self, contact: Contact, event: HolderAssignmentDeleted, job: Job) -> str:
        """Set them unless a later removal did; return the words for that."""
        if is_older(event, contact):
            return ", which shows a later removal"
        wanted = removal_properties(event)
        if any(contact.properties.get(name) != value for name, value in wanted.items()):
            self._client.update_contact(contact.id, wanted, job)
        return ""

    def _note(self, contact: Contact, event: HolderAssignmentDeleted, job: Job) -> str:
        marker = marker_of(event)
        if any(marker in body for body in self._client.note_bodies(contact.id, job)):
            return "noted before"
        self._client.create_note(note_about(event, contact.id), marker, job)
        return "noted"
