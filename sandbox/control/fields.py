"""What a call to the sandbox's own endpoints says."""

from typing import Any

from flask import request

from sandbox.voucherify.data.errors import invalid_payload


def fields() -> dict[str, Any]:
    """Return the JSON object that was sent; no body is an empty one."""
    value = request.get_json(silent=True) if request.content_length else {}
    if not isinstance(value, dict):
        raise invalid_payload("Body must be a JSON object")
    return value


def text(wanted: dict[str, Any], name: str) -> str:
    """Return a field that must be a text."""
    value = wanted.get(name)
    if not isinstance(value, str):
        raise invalid_payload(f"Property .{name} must be string")
    return value
