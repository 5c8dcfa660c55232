"""
The calls of HubSpot's REST API that a note needs.

The version is part of every path. HubSpot supports a dated version for 18 months; /v3/ and
/v4/ end in 2027 ("API versioning"). Personal data goes in bodies, never in addresses.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

import httpx2

from inbox.model.time import utc_now
from worker.backends.crm.hubspot import own
from worker.backends.crm.hubspot.answers import (
    batch_results,
    is_of,
    next_page,
    notes_in,
    objects_in,
)
from worker.backends.crm.hubspot.contact import Contact, ContactGoneError, contact_in
from worker.backends.crm.hubspot.refusals import (
    failure,
    unknown_outcome,
    unreadable,
    unusable_id_property,
)
from worker.http_client.answers import Call, Meaning, Reply, Verdict, judge
from worker.http_client.calls import because, check_time_left, reply_of, transport_error
from worker.http_client.client import make_client
from worker.http_client.failures import NOT_SENT
from worker.job import Job


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
        client: httpx2.Client | None = None,
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
        reply, verdict = self._ask("POST", f"{_CONTACTS}/batch/read", body, own.batch(), job)
        if verdict.meaning is Meaning.REFUSED and reply.status == 400 and by != EMAIL:
            raise unusable_id_property(by)
        contacts = {}
        for result in batch_results(self._content(reply, verdict)):
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
        call, body = own.record_set(contact), {"properties": properties}
        if self._send("PATCH", f"{_CONTACTS}/{contact}", body, call, job) is None:
            raise ContactGoneError

    def note_bodies(self, contact: str, job: Job) -> Iterator[str]:
        """
        Read what a contact's notes say, a hundred notes a call.

        From the associations and not from a search: the search index lags, and would show
        a contact without the note that was made a second ago.
        """
        notes = self._notes_of(contact, job)
        while some := list(islice(notes, BATCH)):
            body = {"properties": ["hs_note_body"], "inputs": [{"id": each} for each in some]}
            batch = self._send("POST", f"{_NOTES}/batch/read", body, own.batch(), job)
            yield from notes_in(batch, some)

    def create_note(self, note: dict[str, Any], marker: str, job: Job) -> None:
        """
        Make a note. Call it once: it is not idempotent.

        Raises:
            ContactGoneError: there is no such contact any more.
            PermanentError: the API refused; there is no note.
            RetryableError: not done, or (reason `hubspot_unknown_outcome`) perhaps done: the
                answer did not come, or is not HubSpot's own.
        """
        check_time_left(job)
        try:
            answer = self._client.post(self._url + _NOTES, json=note)
        except NOT_SENT as error:
            # The request was not sent.
            raise transport_error("hubspot", error) from error
        except httpx2.RequestError as error:
            raise unknown_outcome(why=because(error)) from error
        reply = reply_of(answer)
        if self._content(reply, judge(reply, own.note_made(marker))) is None:
            raise ContactGoneError

    def create_property(self, definition: dict[str, Any]) -> bool:
        """Create a contact property; False if there is one of that name already."""
        call = own.property_made(definition["name"])
        reply, verdict = self._ask("POST", _PROPERTIES, definition, call, None)
        if verdict.own and reply.status == 409:
            return False
        self._content(reply, verdict)
        return True

    def read_property(self, name: str) -> dict[str, Any]:
        """Read how a contact property is defined."""
        found = self._send("GET", f"{_PROPERTIES}/{name}", None, own.property_read(name), None)
        return found or {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _notes_of(self, contact: str, job: Job) -> Iterator[str]:
        wanted = {"id": contact}
        while True:
            body = {"inputs": [wanted]}
            batch = self._send("POST", _NOTES_OF_CONTACTS, body, own.batch(), job)
            after = None
            for result in batch_results(batch):
                if not is_of(result, contact):
                    raise unreadable("is about another contact")
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
        self, method: str, path: str, body: dict[str, Any] | None, call: Call, job: Job | None
    ) -> dict[str, Any] | None:
        """Make a call that may be repeated; None says that HubSpot itself does not find it."""
        return self._content(*self._ask(method, path, body, call, job))

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None, call: Call, job: Job | None
    ) -> tuple[Reply, Verdict]:
        """Make a call that may be repeated; without a job it is a person's, and has no lease."""
        if job is not None:
            check_time_left(job)
        try:
            reply = reply_of(self._client.request(method, self._url + path, json=body))
        except httpx2.RequestError as error:
            raise transport_error("hubspot", error) from error
        return reply, judge(reply, call)

    def _content(self, reply: Reply, verdict: Verdict) -> dict[str, Any] | None:
        if verdict.meaning is Meaning.NOT_THERE:
            return None
        if verdict.meaning is not Meaning.DONE:
            raise failure(reply, verdict, self._clock())
        found: dict[str, Any] = verdict.content
        return found
