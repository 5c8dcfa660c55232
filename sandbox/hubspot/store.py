import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sandbox.clock import Clock, stamp
from sandbox.hubspot.errors import HubSpotError, not_found, wrong_values
from sandbox.ids import Ids


#: What every account has, as far as it matters here; `email` is unique by itself.
BUILT_IN: Final = {
    "contacts": {"email": "string", "firstname": "string", "lastname": "string"},
    "notes": {"hs_note_body": "string", "hs_timestamp": "datetime"},
}


@dataclass(slots=True)
class Record:
    """A contact or a note."""

    id: str
    properties: dict[str, str]
    created_at: datetime
    contacts: set[str] = field(default_factory=set)

    def as_json(self, wanted: list[str] | None = None) -> dict[str, Any]:
        """Show a record with the wanted properties; unknown ones are left out in silence."""
        values: dict[str, str | None] = {"hs_object_id": self.id}
        names = self.properties if wanted is None else wanted
        return {
            "id": self.id,
            "properties": values | {name: self.properties.get(name) for name in names},
            "createdAt": stamp(self.created_at),
            "updatedAt": stamp(self.created_at),
            "archived": False,
        }


class HubSpotStore:
    """What the account holds; the caller holds the sandbox's lock."""

    def __init__(self, ids: Ids, clock: Clock) -> None:
        self._ids = ids
        self._clock = clock
        self.contacts: dict[str, Record] = {}
        self.notes: dict[str, Record] = {}
        self.properties: dict[str, dict[str, Any]] = {}

    def is_unique(self, name: str) -> bool:
        """Return whether records can be read by a property."""
        return name == "email" or bool(self.properties.get(name, {}).get("hasUniqueValue"))

    def add_property(self, definition: dict[str, Any]) -> dict[str, Any]:
        """Define a contact property; a name is given once."""
        name = definition["name"]
        if name in self.properties or name in BUILT_IN["contacts"]:
            raise HubSpotError(
                409, "OBJECT_ALREADY_EXISTS", f"A property named '{name}' already exists."
            )
        self.properties[name] = {"hasUniqueValue": False, **definition}
        return self.properties[name]

    def find(self, value: str, by: str | None) -> Record | None:
        """Find a contact; e-mail addresses are compared without regard to case."""
        if by is None:
            return self.contacts.get(value)
        wanted = value.lower() if by == "email" else value
        return next(
            (each for each in self.contacts.values() if each.properties.get(by) == wanted), None
        )

    def contact(self, name: str) -> Record:
        """Return a contact."""
        found = self.contacts.get(name)
        if found is None:
            raise not_found(f"objectId are usually numeric. {name}")
        return found

    def add_contact(self, properties: dict[str, str]) -> Record:
        """Add a contact."""
        values = self._checked("contacts", properties, own=None)
        contact = Record(self._new_id(), values, self._clock.now())
        self.contacts[contact.id] = contact
        return contact

    def update(self, contact: Record, properties: dict[str, str]) -> None:
        """Set some properties of a contact."""
        contact.properties |= self._checked("contacts", properties, own=contact)

    def add_note(self, properties: dict[str, str], contacts: list[str]) -> Record:
        """Add a note; HubSpot requires its time and takes comments out of its HTML."""
        if not properties.get("hs_timestamp"):
            raise HubSpotError(
                400, "VALIDATION_ERROR", "Some required properties were not set: hs_timestamp"
            )
        targets = {self.contact(name).id for name in contacts}
        values = self._checked("notes", properties, own=None)
        values["hs_note_body"] = re.sub(r"<!--.*?-->", "", values.get("hs_note_body", ""))
        note = Record(self._new_id(), values, self._clock.now(), targets)
        self.notes[note.id] = note
        return note

    def _new_id(self) -> str:
        return str(70_000_000_000 + self._ids.number())

    def _checked(
        self, kind: str, properties: dict[str, str], *, own: Record | None
    ) -> dict[str, str]:
        types = dict(BUILT_IN[kind])
        if kind == "contacts":
            types |= {name: each["type"] for name, each in self.properties.items()}
        unknown = [name for name in properties if name not in types]
        if unknown:
            raise wrong_values(
                ("PROPERTY_DOESNT_EXIST", name, f'Property "{name}" does not exist')
                for name in unknown
            )
        found = dict(properties)
        for name, value in properties.items():
            if types[name] == "datetime" and value:
                found[name] = _moment(name, value)
            if name == "email":
                found[name] = value.lower()
        if kind == "contacts":
            self._check_unique(found, own)
        return found

    def _check_unique(self, properties: dict[str, str], own: Record | None) -> None:
        for name, value in properties.items():
            holder = self.find(value, name) if self.is_unique(name) and value else None
            if holder is not None and holder is not own:
                raise HubSpotError(
                    409, "CONFLICT", f"Contact already exists. Existing ID: {holder.id}"
                )


def _moment(name: str, value: str) -> str:
    try:
        if value.isdecimal():
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(value))
        else:
            moment = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        moment = datetime(1, 1, 1)  # noqa: DTZ001 - naive: not a moment
    if moment.tzinfo is None:
        raise wrong_values([("INVALID_DATE", name, f"{value} was not a valid date.")])
    return stamp(moment)
