"""The project's webhooks, after Voucherify's Management API reference, "List webhooks"."""

from flask import Blueprint

from sandbox.clock import stamp
from sandbox.voucherify.api import calls
from sandbox.voucherify.data.errors import ApiError, not_found
from sandbox.voucherify.life.events import PROJECT, WEBHOOK
from sandbox.world import Answer, World, locked, world


blueprint = Blueprint("management", __name__, url_prefix="/management/v1")


@blueprint.before_request
def check_keys() -> None:
    """Let only calls with the management keys pass: the project's own keys are no help here."""
    settings = world().settings
    id_, token = settings.management_id, settings.management_token
    if not calls.keys_match({"X-Management-Id": id_, "X-Management-Token": token}):
        raise ApiError(401, "unauthorized", "Unauthorized", "The management keys are not right")


blueprint.before_request(calls.check_call)


@blueprint.get("/projects/<project_id>/webhooks")
@locked
def list_webhooks(sandbox: World, project_id: str) -> Answer:
    """List webhooks: the one of the project, in the state in which the sender has it."""
    if project_id != PROJECT:
        raise not_found("project", project_id)
    webhook = {
        "id": WEBHOOK,
        "object": "webhook",
        "created_at": stamp(sandbox.started_at),
        "target_url": sandbox.sender.url,
        "events": list(sandbox.sender.events),
        "active": sandbox.sender.active,
    }
    return {"object": "list", "data_ref": "data", "data": [webhook], "total": 1}
