from flask import Blueprint, request

from sandbox.world import Answer, world


blueprint = Blueprint("crm", __name__)


@blueprint.post("/crm/events")
def take_note() -> Answer:
    """Store a note about a customer; the same Idempotency-Key never makes a second one."""
    sandbox = world()
    with sandbox.lock:
        note, repeat = sandbox.crm.take(dict(request.headers), request.get_data())
    return {"note": note.id, "repeat": repeat}, 200 if repeat else 201
