"""Every call is held against the specification; what it does not allow is refused and noted."""

from typing import Any

from flask import request

from sandbox.voucherify.api.specification import Operation, operation
from sandbox.voucherify.data.errors import ApiError, invalid_payload, invalid_query
from sandbox.world import World, world


_NAMES = {str: "string", int: "integer", dict: "object", list: "array"}

#: Answers that say that the call itself was wrong, rather than what it asked for.
_BROKEN = {
    "invalid_payload": "body",
    "invalid_query_params": "query",
    "page_over_limit": "query",
    "unauthorized": "keys",
}


def check_call() -> None:
    """Refuse a call that has another form than the specification says."""
    wanted = operation("GET" if request.method == "HEAD" else request.method, request.path)
    if wanted is None:
        return  # the path is answered, and noted, as one that is not known
    if request.method == "DELETE" and "/holders/" in request.path:
        sandbox = world()
        with sandbox.lock:
            sandbox.deleted_holders += 1
    _check_query(wanted)
    _check_body(wanted)


def note(sandbox: World, error: ApiError, *, rule: str | None = None) -> None:
    """Keep a call that was refused for its form, so that a test can ask for such calls."""
    rule = rule or (_BROKEN.get(error.key or "") if error.breaks_a_rule else None)
    if rule is None or not request.path.startswith(("/v1/", "/management/")):
        return
    with sandbox.lock:
        sandbox.violations.append(
            {
                "rule": rule,
                "method": request.method,
                "path": request.path,
                "details": str(error),
                "status": error.code,
            }
        )


def _check_query(wanted: Operation) -> None:
    for name in request.args:
        is_filter = wanted.filters and name.startswith(("filters[", "[filters]"))
        if not is_filter and name not in wanted.query:
            raise invalid_query(f"{name} is not a parameter of this endpoint")


def _check_body(wanted: Operation) -> None:
    sent = request.get_data()
    if wanted.body is None:
        if sent:
            raise invalid_payload("This endpoint takes no body")
        return
    if request.mimetype != "application/json":
        raise invalid_payload("Content-Type must be application/json")
    fields = request.get_json(silent=True)
    if not isinstance(fields, dict):
        raise invalid_payload("Body must be a JSON object")
    for name in wanted.required - fields.keys():
        raise invalid_payload(f"Body must have required property '{name}'")
    for name, value in fields.items():
        expected = wanted.body.get(name)
        if expected is None:
            raise invalid_payload(f"Property .{name} is not a property of this endpoint")
        if not _is(value, expected):
            raise invalid_payload(f"Property .{name} must be {_NAMES[expected]}")


def _is(value: Any, expected: type) -> bool:
    # JSON's true is no integer, though Python's is.
    return isinstance(value, expected) and not (expected is int and isinstance(value, bool))
