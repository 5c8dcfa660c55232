"""The project's webhooks, after Voucherify's Management API reference, "List webhooks"."""

import hmac
from typing import Any

from flask import Blueprint, request

from sandbox.clock import stamp
from sandbox.voucherify.api import strict
from sandbox.voucherify.data.errors import ApiError, not_found
from sandbox.voucherify.life.events import PROJECT, WEBHOOK
from sandbox.world import Answer, World, world


blueprint = Blueprint("management", __name__, url_prefix="/management/v1")


@blueprint.before_request
def check_keys() -> None:
    """Let only calls with the management keys pass: the project's own keys are no help here."""
    settings = world().settings
    wanted = {
        "X-Management-Id": settings.management_id,
        "X-Management-Token": settings.management_token,
    }
    right = [
        hmac.compare_digest(request.headers.get(name, "").encode(), key.encode())
        for name, key in wanted.items()
    ]
    if not all(right):
        raise ApiError(401, "unauthorized", "Unauthorized", "The management keys are not right")


blueprint.before_request(strict.check_call)


@blueprint.get("/projects/<project_id>/webhooks")
def list_webhooks(project_id: str) -> Answer:
    """List webhooks: the one of the project, in the state in which the sender has it."""
    if project_id != PROJECT:
        raise not_found("project", project_id)
    sandbox = world()
    with sandbox.lock:
        data = [_webhook(sandbox)]
    return {"object": "list", "data_ref": "data", "data": data, "total": len(data)}


def _webhook(sandbox: World) -> dict[str, Any]:
    return {
        "id": WEBHOOK,
        "object": "webhook",
        "created_at": stamp(sandbox.started_at),
        "target_url": sandbox.sender.url,
        "events": list(sandbox.sender.events),
        "active": sandbox.sender.active,
    }
