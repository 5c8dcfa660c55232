from typing import Any

from flask import Request

from sandbox.hubspot.errors import HubSpotError, invalid


#: A batch takes no more inputs.
_BATCH = 100


def object_in(request: Request, required: set[str], optional: set[str]) -> dict[str, Any]:
    """Return the JSON object that was sent, with these fields and no others."""
    if not request.is_json:
        raise HubSpotError(415, "VALIDATION_ERROR", "Unsupported Media Type")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise invalid("not an object")
    if lacking := required - set(body):
        raise invalid(f"lacks {', '.join(sorted(lacking))}")
    if unknown := set(body) - required - optional:
        raise invalid(f"unknown fields {', '.join(sorted(unknown))}")
    return body


def ids_in(body: dict[str, Any], *, more: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """Return the ids of a batch's inputs."""
    inputs = body["inputs"]
    if not isinstance(inputs, list) or not 0 < len(inputs) <= _BATCH:
        raise invalid(f"inputs must be 1 to {_BATCH} objects")
    for each in inputs:
        if not isinstance(each, dict) or set(each) - {"id"} - more or not _is_text(each.get("id")):
            raise invalid("an input is an object with an id")
    return [each["id"] for each in inputs]


def texts_in(body: dict[str, Any], name: str) -> list[str]:
    """Return a field that is a list of texts."""
    value = body[name]
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise invalid(f"{name} must be a list of strings")
    return value


def text_map(body: dict[str, Any], name: str) -> dict[str, str]:
    """Return a field that is an object of texts."""
    value = body[name]
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise invalid(f"{name} must be an object of strings")
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""
