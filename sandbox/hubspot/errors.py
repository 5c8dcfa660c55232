"""Error bodies, as HubSpot's documentation describes them under "Error handling"."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import uuid4


class HubSpotError(Exception):
    """An answer other than 2xx, in HubSpot's shape."""

    def __init__(self, status: int, category: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self._fields = {"message": message, "category": category, **more}

    def as_json(self) -> dict[str, Any]:
        """Write the body."""
        return {"status": "error", "correlationId": str(uuid4()), **self._fields}


def invalid(message: str) -> HubSpotError:
    """Return the error for a body without the documented form."""
    return HubSpotError(400, "VALIDATION_ERROR", f"Invalid input JSON: {message}")


def not_found(what: str) -> HubSpotError:
    """Return the error for a record that does not exist."""
    return HubSpotError(404, "OBJECT_NOT_FOUND", f"Object not found. {what}")


def wrong_values(problems: Iterable[tuple[str, str, str]]) -> HubSpotError:
    """Refuse property values; each problem is a code, the property's name and words."""
    known = list(problems)
    shown = [
        {"isValid": False, "message": words, "error": code, "name": name}
        for code, name, words in known
    ]
    errors = [
        {"message": words, "code": code, "context": {"propertyName": [name]}}
        for code, name, words in known
    ]
    message = f"Property values were not valid: {json.dumps(shown)}"
    return HubSpotError(400, "VALIDATION_ERROR", message, errors=errors)


def missing(message: str, context: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Write what a batch says of the records that it did not find."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": message,
        "context": context,
        **more,
    }
