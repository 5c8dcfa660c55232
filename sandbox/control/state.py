"""The endpoints that show what happened, and send webhooks by hand."""

from flask import Blueprint, Response, jsonify, request

from sandbox.control.snapshot import snapshot
from sandbox.voucherify.data.errors import not_found
from sandbox.webhooks.sendouts import Sendout
from sandbox.world import Answer, world


blueprint = Blueprint("state", __name__, url_prefix="/sandbox")


@blueprint.get("/state")
def get_state() -> Answer:
    """Show the state; ?part=cards&part=notes shows only those."""
    return snapshot(world(), request.args.getlist("part"))


@blueprint.get("/requests")
def get_requests() -> Response:
    """List the calls to the stand-ins; ?component=, ?method=, ?path= (a beginning) select."""
    sandbox, args = world(), request.args
    with sandbox.lock:
        found = sandbox.traffic.select(
            component=args.get("component"), method=args.get("method"), path=args.get("path")
        )
    return jsonify(found)


@blueprint.get("/violations")
def get_violations() -> Response:
    """List the calls to /v1 that the published specification does not allow."""
    sandbox, rule = world(), request.args.get("rule")
    with sandbox.lock:
        return jsonify([each for each in sandbox.violations if rule in {None, each["rule"]}])


@blueprint.post("/send")
def post_send() -> Answer:
    """Sign the body of this call as it is, and send it as a webhook."""
    sandbox = world()
    with sandbox.lock:
        sendout = Sendout(sandbox.ids.new("whs"), "raw", request.get_data(), sandbox.clock.now())
        sandbox.sender.send(sendout)
        return {"sendout": sendout.id}, 201


@blueprint.post("/sendouts/<sendout_id>/resend")
def post_resend(sendout_id: str) -> Answer:
    """Send the same body once more."""
    sendout = world().sender.resend(sendout_id)
    if sendout is None:
        raise not_found("sendout", sendout_id)
    return {"sendout": sendout.id}, 202
