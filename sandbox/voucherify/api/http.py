import hmac
from typing import Any

from flask import Response, current_app, g, jsonify, request

from sandbox.voucherify.api import strict
from sandbox.voucherify.data.errors import ApiError, invalid_payload
from sandbox.voucherify.life.events import Origin, by_api
from sandbox.world import world


def check_keys() -> None:
    """Let only calls with the project's keys pass ("Authentication")."""
    settings = world().settings
    given_id = request.headers.get("X-App-Id", "")
    given_token = request.headers.get("X-App-Token", "")
    right_id = hmac.compare_digest(given_id.encode(), settings.app_id.encode())
    right_token = hmac.compare_digest(given_token.encode(), settings.app_token.encode())
    if not (right_id and right_token):
        raise ApiError(
            401, "unauthorized", "Unauthorized", "X-App-Id and X-App-Token do not match a project"
        )


def request_id() -> str:
    """Return the id of this call; what it causes carries it as group_id."""
    if "request_id" not in g:
        g.request_id = world().ids.request()
    return str(g.request_id)


def origin() -> Origin:
    """Name this call as the cause of an event."""
    return by_api(request_id(), world().settings.app_id)


def body() -> dict[str, Any]:
    """Return the JSON object that was sent."""
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise invalid_payload("Body must be a JSON object")
    return value


def optional_text(fields: dict[str, Any], name: str) -> str | None:
    """Return a field that is a text or not there."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid_payload(f"Property .{name} must be string")
    return value


def answer_error(error: ApiError) -> Response:
    """Write an error in Voucherify's shape."""
    strict.note(world(), error)
    response = jsonify(error.as_json(request_id()))
    response.status_code = error.code
    return response


def answer_unknown_path(rest: str) -> Response:
    """Answer a path that the API does not have."""
    del rest
    details = f"Cannot find {request.method} {request.path}"
    current_app.logger.debug("unknown path: %s", details)
    error = ApiError(404, "not_found", "Resource not found", details)
    strict.note(world(), error, rule="path")
    return answer_error(error)
