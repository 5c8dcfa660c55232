"""Error bodies, as Voucherify's API reference describes them under "Errors"."""

from collections.abc import Iterable
from typing import Any


class ApiError(Exception):
    """An answer other than 2xx, in Voucherify's shape."""

    def __init__(
        self,
        code: int,
        key: str | None,
        message: str,
        details: str | None = None,
        *,
        resource_id: str | None = None,
        resource_type: str | None = None,
        breaks_a_rule: bool = True,
    ) -> None:
        super().__init__(details or message)
        self.code = code
        self.key = key
        # Whether a key that says so means a call that the specification does not allow.
        self.breaks_a_rule = breaks_a_rule
        self._fields = {
            "code": code,
            "key": key,
            "message": message,
            "details": details,
            "resource_id": resource_id,
            "resource_type": resource_type,
        }

    def as_json(self, request_id: str) -> dict[str, Any]:
        """Write the body; Voucherify leaves out the fields that say nothing."""
        known = {name: value for name, value in self._fields.items() if value is not None}
        return {**known, "request_id": request_id}


def not_found(resource_type: str, resource_id: str) -> ApiError:
    """Return the error for a thing that does not exist."""
    return ApiError(
        404,
        "not_found",
        "Resource not found",
        f"Cannot find {resource_type} with id {resource_id}",
        resource_id=resource_id,
        resource_type=resource_type,
    )


def invalid_payload(details: str) -> ApiError:
    """Return the error for a body without the documented form."""
    return ApiError(400, "invalid_payload", "Invalid payload", details)


def invalid_query(details: str) -> ApiError:
    """Return the error for a query parameter without the documented form."""
    return ApiError(400, "invalid_query_params", "Invalid query params", details)


def page_over_limit(last_page: int) -> ApiError:
    """Return the error for a page beyond the last one that is served."""
    return ApiError(
        400,
        "page_over_limit",
        f"Listing resource above {last_page} page is not supported",
        f"Property .page cannot be higher than {last_page}",
    )


def text(fields: dict[str, Any], name: str) -> str:
    """Return a field that must be a text."""
    value = optional_text(fields, name)
    if value is None:
        raise invalid_payload(f"Property .{name} must be string")
    return value


def optional_text(fields: dict[str, Any], name: str) -> str | None:
    """Return a field that is a text or not there."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid_payload(f"Property .{name} must be string")
    return value


def check_names(value: Iterable[str], known: Iterable[str], what: str) -> None:
    """
    Let only known names pass: a typo would make a test pass for nothing.

    Raises:
        ValueError: When a name is not one of ours.
    """
    if unknown := set(value) - set(known):
        raise ValueError(f"No such {what}: {', '.join(sorted(unknown))}.")
