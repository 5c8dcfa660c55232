"""The shop's own CRM service and its own perks service: both take signed calls."""

from flask import Blueprint, request

from sandbox.services.log import SignedLog
from sandbox.world import Answer, world


blueprint = Blueprint("services", __name__)


@blueprint.post("/crm/events")
def take_note() -> Answer:
    """Store a note about a customer; the same Idempotency-Key never makes a second one."""
    return _take(world().crm, "note")


@blueprint.post("/shop/perks")
def take_back() -> Answer:
    """Record that the shop took a perk back; the same Idempotency-Key never does it twice."""
    return _take(world().shop, "takeback")


def _take(log: SignedLog, kind: str) -> Answer:
    with world().lock:
        entry, repeat = log.take(dict(request.headers), request.get_data())
    return {kind: entry.id, "repeat": repeat}, 200 if repeat else 201
