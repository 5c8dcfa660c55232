"""
HubSpot's REST API, as much of it as a note needs.

The version stands in every path. HubSpot supports a dated version for 18 months; /v3/ and
/v4/ end in 2027 ("API versioning"). What names a person goes in bodies, never in addresses.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

import httpx

from worker.crm.hubspot.answers import batch_results, document, next_page, objects_in
from worker.crm.hubspot.contact import Contact, ContactGoneError, contact_in
from worker.crm.hubspot.refusals import (
    is_not_found,
    refusal,
    unknown_outcome,
    unreadable,
    unusable_id_property,
)
from worker.outgoing import check_time_left, make_client, transport_error, utc_now
from worker.services import Job


VERSION: Final = "2026-09"
EMAIL: Final = "email"

#: A batch read takes at most a hundred ids.
BATCH: Final = 100

_CONTACTS: Final = f"/crm/objects/{VERSION}/contacts"
_NOTES: Final = f"/crm/objects/{VERSION}/notes"
_NOTES_OF_CONTACTS: Final = f"/crm/associations/{VERSION}/contacts/notes/batch/read"
_PROPERTIES: Final = f"/crm/properties/{VERSION}/contacts"


class HubSpotClient:
    """Calls the API with time limits; errors are ours and hold nothing personal."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        client: httpx.Client | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._url = url
        self._client = client or make_client()
        self._client.headers["Authorization"] = f"Bearer {token}"
        self._clock = clock

    def contacts(
        self, values: list[str], *, by: str, properties: list[str], job: Job
    ) -> list[Contact]:
        """
        Find contacts by e-mail address, or by a property with unique values.

        Raises:
            PermanentError: the property does not exist, or its values need not be unique.
        """
        body = {
            "idProperty": by,
            "properties": properties,
            "inputs": [{"id": value} for value in values],
        }
        answer = self._send("POST", f"{_CONTACTS}/batch/read", body, job)
        if answer.status_code == 400 and by != EMAIL:
            raise unusable_id_property(by)
        contacts = {}
        for result in batch_results(answer, self._clock()):
            contact = contact_in(result)
            if contact is None:
                raise unreadable("holds a contact without id or properties")
            contacts[contact.id] = contact
        return list(contacts.values())

    def update_contact(self, contact: str, properties: dict[str, str], job: Job) -> None:
        """
        Set properties; the same again changes nothing.

        Raises:
            ContactGoneError: there is no such contact any more.
        """
        self._judge(self._send("PATCH", f"{_CONTACTS}/{contact}", {"properties": properties}, job))

    def note_bodies(self, contact: str, job: Job) -> Iterator[str]:
        """
        Read what a contact's notes say, a hundred notes a call.

        From the associations and not from a search: the search index lags, and would show
        a contact without the note that was made a second ago.
        """
        notes = self._notes_of(contact, job)
        while some := list(islice(notes, BATCH)):
            body = {"properties": ["hs_note_body"], "inputs": [{"id": each} for each in some]}
            answer = self._send("POST", f"{_NOTES}/batch/read", body, job)
            for note in batch_results(answer, self._clock()):
                properties = note.get("properties")
                if not isinstance(properties, dict):
                    raise unreadable("holds a note without properties")
                yield str(properties.get("hs_note_body") or "")

    def create_note(self, note: dict[str, Any], job: Job) -> None:
        """
        Make a note. Call it once: it is not idempotent.

        Raises:
            ContactGoneError: there is no such contact any more.
            PermanentError: the API refused; there is no note.
            RetryableError: not done, or (reason `hubspot_unknown_outcome`) perhaps done.
        """
        check_time_left(job)
        try:
            answer = self._client.post(self._url + _NOTES, json=note)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # The request was not sent.
            raise transport_error("hubspot", error) from error
        except httpx.RequestError as error:
            raise unknown_outcome() from error
        if answer.status_code >= 500 or answer.status_code == 408:
            raise unknown_outcome()
        self._judge(answer)

    def create_property(self, definition: dict[str, Any]) -> bool:
        """Create a contact property; False if there is one of that name already."""
        answer = self._send("POST", _PROPERTIES, definition, None)
        if answer.status_code == 409:
            return False
        self._check(answer)
        return True

    def read_property(self, name: str) -> dict[str, Any]:
        """Read how a contact property is defined."""
        answer = self._send("GET", f"{_PROPERTIES}/{name}", None, None)
        self._check(answer)
        return document(answer)

    def close(self) -> None:
        """Give up connections."""
        self._client.close()

    def _notes_of(self, contact: str, job: Job) -> Iterator[str]:
        wanted = {"id": contact}
        while True:
            answer = self._send("POST", _NOTES_OF_CONTACTS, {"inputs": [wanted]}, job)
            after = None
            for result in batch_results(answer, self._clock()):
                for each in objects_in(result, "to"):
                    note = each.get("toObjectId")
                    if not isinstance(note, str | int):
                        raise unreadable("holds an association without an id")
                    yield str(note)
                after = next_page(result, wanted.get("after"))
            if after is None:
                return
            wanted = {"id": contact, "after": after}

    def _send(
        self, method: str, path: str, body: dict[str, Any] | None, job: Job | None
    ) -> httpx.Response:
        """Make a call that may be repeated; without a job it is a person's, and has no lease."""
        if job is not None:
            check_time_left(job)
        try:
            return self._client.request(method, self._url + path, json=body)
        except httpx.RequestError as error:
            raise transport_error("hubspot", error) from error

    def _judge(self, answer: httpx.Response) -> None:
        if is_not_found(answer):
            raise ContactGoneError
        self._check(answer)

    def _check(self, answer: httpx.Response) -> None:
        if not answer.is_success:
            raise refusal(answer, self._clock())
