from flask import Blueprint, request

from sandbox.world import Answer, world


blueprint = Blueprint("shop", __name__)


@blueprint.post("/shop/perks")
def take_back() -> Answer:
    """Record that the shop took a perk back; the same Idempotency-Key never does it twice."""
    sandbox = world()
    with sandbox.lock:
        taken, repeat = sandbox.shop.take(dict(request.headers), request.get_data())
    return {"takeback": taken.id, "repeat": repeat}, 200 if repeat else 201
