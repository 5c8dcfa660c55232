"""The endpoints, strict about bodies: a field that is not documented is refused."""

import hmac
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request

from sandbox.hubspot.bodies import ids_in, object_in, text_map, texts_in
from sandbox.hubspot.errors import HubSpotError, invalid, missing, not_found
from sandbox.hubspot.store import Record
from sandbox.world import Answer, World, locked, world


VERSION: Final = "2026-09"
ASSOCIATIONS_PAGE: Final = 500
NOTE_TO_CONTACT: Final = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}

blueprint = Blueprint("hubspot", __name__, url_prefix="/crm")
seeding = Blueprint("hubspot_seeding", __name__, url_prefix="/sandbox/hubspot")


@blueprint.before_request
def check_token() -> None:
    """Let only calls with the private app's token pass."""
    given = request.headers.get("Authorization", "")
    right = f"Bearer {world().settings.hubspot_token}"
    if not hmac.compare_digest(given.encode(), right.encode()):
        raise HubSpotError(
            401,
            "INVALID_AUTHENTICATION",
            "Authentication credentials not found. This API supports OAuth 2.0 authentication",
        )


@blueprint.errorhandler(HubSpotError)
@seeding.errorhandler(HubSpotError)
def answer_error(error: HubSpotError) -> Response:
    """Write an error in HubSpot's shape."""
    response = jsonify(error.as_json())
    response.status_code = error.status
    return response


@blueprint.post(f"/objects/{VERSION}/contacts/batch/read")
@locked
def read_contacts(sandbox: World) -> Answer:
    """Read contacts by id, or by a property with unique values."""
    body = object_in(request, {"inputs", "properties"}, {"idProperty", "propertiesWithHistory"})
    by = body.get("idProperty")
    if by is not None and not (isinstance(by, str) and sandbox.hubspot.is_unique(by)):
        raise HubSpotError(
            400, "VALIDATION_ERROR", f"Unable to perform read by non-unique 0-1 property {by}"
        )
    wanted = ids_in(body)
    found = {name: sandbox.hubspot.find(name, by) for name in wanted}
    return _batch("CONTACT", found, texts_in(body, "properties"))


@blueprint.patch(f"/objects/{VERSION}/contacts/<name>")
@locked
def update_contact(sandbox: World, name: str) -> Answer:
    """Set properties of a contact."""
    properties = text_map(object_in(request, {"properties"}, set()), "properties")
    contact = sandbox.hubspot.contact(name)
    sandbox.hubspot.update(contact, properties)
    return contact.as_json(list(properties))


@blueprint.post(f"/objects/{VERSION}/notes")
@locked
def create_note(sandbox: World) -> Answer:
    """Make a note; without associations it would stand on no timeline."""
    body = object_in(request, {"properties"}, {"associations"})
    contacts = [_target(each) for each in body.get("associations", [])]
    note = sandbox.hubspot.add_note(text_map(body, "properties"), contacts)
    return note.as_json(), 201


@blueprint.post(f"/objects/{VERSION}/notes/batch/read")
@locked
def read_notes(sandbox: World) -> Answer:
    """Read notes by id."""
    body = object_in(request, {"inputs", "properties"}, {"propertiesWithHistory"})
    found = {name: sandbox.hubspot.notes.get(name) for name in ids_in(body)}
    return _batch("NOTE", found, texts_in(body, "properties"))


@blueprint.post(f"/associations/{VERSION}/contacts/notes/batch/read")
@locked
def read_associations(sandbox: World) -> Answer:
    """List the notes of contacts, page by page; a contact without notes is an error of its own."""
    body = object_in(request, {"inputs"}, set())
    cursors = {each["id"]: each.get("after") for each in body["inputs"] if isinstance(each, dict)}
    results, errors = [], []
    for contact in ids_in(body, more={"after"}):
        notes = [each.id for each in sandbox.hubspot.notes.values() if contact in each.contacts]
        start = int(cursors.get(contact) or 0)
        if notes:
            results.append(_page(contact, notes, start))
        else:
            errors.append(
                missing(
                    f"No note is associated with contact {contact}.",
                    {"fromObjectId": [contact]},
                    subCategory="crm.associations.NO_ASSOCIATIONS_FOUND",
                )
            )
    return _completed(results, errors)


@blueprint.post(f"/properties/{VERSION}/contacts")
@locked
def create_property(sandbox: World) -> Answer:
    """Define a contact property."""
    required = {"name", "label", "groupName", "type", "fieldType"}
    body = object_in(request, required, {"description", "hasUniqueValue", "hidden", "formField"})
    if not all(isinstance(body[name], str) for name in required):
        raise invalid("names and types are strings")
    return sandbox.hubspot.add_property(body), 201


@blueprint.get(f"/properties/{VERSION}/contacts/<name>")
@locked
def read_property(sandbox: World, name: str) -> Answer:
    """Show how a property is defined."""
    found = sandbox.hubspot.properties.get(name)
    if found is None:
        raise not_found(f"property {name}")
    return found


@seeding.post("/contacts")
@locked
def seed_contact(sandbox: World) -> Answer:
    """Add a contact with these properties; {"email": …, "voucherify_source_id": …}."""
    return sandbox.hubspot.add_contact(text_map({"_": request.get_json()}, "_")).as_json(), 201


@seeding.delete("/contacts/<name>")
@locked
def drop_contact(sandbox: World, name: str) -> Answer:
    """Delete a contact as a person does; its notes stay behind."""
    del sandbox.hubspot.contacts[sandbox.hubspot.contact(name).id]
    return {}


def _target(association: Any) -> str:
    try:
        (kind,) = association["types"]
        target, wrong = association["to"]["id"], kind != NOTE_TO_CONTACT
    except (KeyError, TypeError, ValueError) as problem:
        raise invalid("associations need to.id and types") from problem
    if wrong or not isinstance(target, str):
        raise invalid("no such association type from notes to contacts")
    return target


def _page(contact: str, notes: list[str], start: int) -> dict[str, Any]:
    kind = {"category": "HUBSPOT_DEFINED", "typeId": 201, "label": None}
    end = start + ASSOCIATIONS_PAGE
    page: dict[str, Any] = {
        "from": {"id": contact},
        "to": [{"toObjectId": each, "associationTypes": [kind]} for each in notes[start:end]],
    }
    return page | ({"paging": {"next": {"after": str(end)}}} if end < len(notes) else {})


def _batch(kind: str, found: dict[str, Record | None], properties: list[str]) -> Answer:
    lost = [name for name, record in found.items() if record is None]
    words = f"Could not get some {kind} objects, they may be deleted or not exist."
    records = [record for record in found.values() if record is not None]
    return _completed(
        [each.as_json(properties) for each in records], [missing(words, {"ids": lost})] * bool(lost)
    )


def _completed(results: list[Any], errors: list[Any]) -> Answer:
    more = {"numErrors": len(errors), "errors": errors} if errors else {}
    return {"status": "COMPLETE", "results": results, **more}, 207 if errors else 200
