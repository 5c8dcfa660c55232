"""What every call to the REST API passes: its keys, and the specification, which is strict."""

import hmac
from typing import Any

from flask import Response, g, jsonify, request

from sandbox.voucherify.api.specification import Operation, operation
from sandbox.voucherify.data.errors import ApiError, invalid_payload, invalid_query
from sandbox.voucherify.life.events import Origin, by_api
from sandbox.world import World, world


_NAMES = {str: "string", int: "integer", dict: "object", list: "array"}

#: Answers that say that the call itself was wrong, rather than what it asked for.
_BROKEN = {
    "invalid_payload": "body",
    "invalid_query_params": "query",
    "page_over_limit": "query",
    "unauthorized": "keys",
}


def check_keys() -> None:
    """Let only calls with the project's keys pass ("Authentication")."""
    settings = world().settings
    if not keys_match({"X-App-Id": settings.app_id, "X-App-Token": settings.app_token}):
        details = "X-App-Id and X-App-Token do not match a project"
        raise ApiError(401, "unauthorized", "Unauthorized", details)


def keys_match(keys: dict[str, str]) -> bool:
    """Return whether a call has these headers; compared in constant time, all of them."""
    right = [
        hmac.compare_digest(request.headers.get(name, "").encode(), key.encode())
        for name, key in keys.items()
    ]
    return all(right)


def check_call() -> None:
    """Refuse a call that has another form than the specification says."""
    wanted = operation("GET" if request.method == "HEAD" else request.method, request.path)
    if wanted is None:
        return  # the path is answered as an unknown one, and kept as a violation
    if request.method == "DELETE" and "/holders/" in request.path:
        sandbox = world()
        with sandbox.lock:
            sandbox.deleted_holders += 1
    _check_query(wanted)
    _check_body(wanted)


def request_id() -> str:
    """Return the id of this call; what it causes carries it as group_id."""
    if "request_id" not in g:
        g.request_id = world().ids.request()
    return str(g.request_id)


def origin() -> Origin:
    """Name this call as the cause of an event."""
    sandbox = world()
    return by_api(request_id(), sandbox.settings.app_id, sandbox.sender)


def body() -> dict[str, Any]:
    """Return the JSON object that was sent."""
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise invalid_payload("Body must be a JSON object")
    return value


def answer_error(error: ApiError) -> Response:
    """Write an error in Voucherify's shape."""
    rule = _BROKEN.get(error.key or "") if error.breaks_a_rule else None
    _keep(world(), error, rule)
    response = jsonify(error.as_json(request_id()))
    response.status_code = error.code
    return response


def answer_unknown_path(rest: str) -> Response:
    """Answer a path that the API does not have."""
    del rest
    details = f"Cannot find {request.method} {request.path}"
    error = ApiError(404, "not_found", "Resource not found", details)
    _keep(world(), error, "path")
    return answer_error(error)


def _keep(sandbox: World, error: ApiError, rule: str | None) -> None:
    """Keep a call that was refused for its form, so that a test can ask for such calls."""
    if rule is None or not request.path.startswith(("/v1/", "/management/")):
        return
    call = {"rule": rule, "method": request.method, "path": request.path}
    with sandbox.lock:
        sandbox.violations.append({**call, "details": str(error), "status": error.code})


def _check_query(wanted: Operation) -> None:
    for name in request.args:
        is_filter = wanted.filters and name.startswith(("filters[", "[filters]"))
        if not is_filter and name not in wanted.query:
            raise invalid_query(f"{name} is not a parameter of this endpoint")


def _check_body(wanted: Operation) -> None:
    if wanted.body is None:
        if request.get_data():
            raise invalid_payload("This endpoint takes no body")
        return
    if request.mimetype != "application/json":
        raise invalid_payload("Content-Type must be application/json")
    fields = body()
    for name in wanted.required - fields.keys():
        raise invalid_payload(f"Body must have required property '{name}'")
    for name, value in fields.items():
        expected = wanted.body.get(name)
        if expected is None:
            raise invalid_payload(f"Property .{name} is not a property of this endpoint")
        # JSON's true is no integer, though Python's is.
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            raise invalid_payload(f"Property .{name} must be {_NAMES[expected]}")
