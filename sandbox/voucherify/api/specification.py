"""
What may be sent where, after the public specification of Voucherify's REST API.

Source: github.com/voucherifyio/voucherify-openapi, documentation/openapi, at 65c33a7. It
forbids undeclared properties and query names nowhere in so many words; they are refused
here because what the real service does with them is not documented.
"""

import re
from dataclasses import dataclass
from typing import Any, TypeAlias


#: A property's type, by its name in the specification.
Types: TypeAlias = dict[str, type]

_LISTING = frozenset({"limit", "order", "starting_after_id"})
_NUMBERED = frozenset({"limit", "page", "order"})
_CREATED = frozenset(
    {f"{name}[{end}]" for name in ("created_at", "[created_at]") for end in ("after", "before")}
)
_ACTIVITY = frozenset(
    {"start_date", "end_date", "campaign_id", "campaign_type", "category", "type"}
)
_PERSON: Types = {
    "name": str,
    "description": str,
    "email": str,
    "phone": str,
    "birthday": str,
    "birthdate": str,
    "address": dict,
    "metadata": dict,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method on one path: the query names and the body that it knows."""

    method: str
    path: re.Pattern[str]
    query: frozenset[str] = frozenset()
    filters: bool = False
    # None says that there must be no body.
    body: Types | None = None
    required: frozenset[str] = frozenset()


def _operation(method: str, path: str, *, base: str = "/v1", **more: Any) -> Operation:
    pattern = re.compile(base + re.sub(r"\{\w+\}", "[^/]+", path))
    return Operation(method=method, path=pattern, **more)


_BALANCE: Types = {"amount": int, "source_id": str, "reason": str}
_ROLLBACK: Types = {
    "reason": str,
    "tracking_id": str,
    "customer": dict,
    "order": dict,
    "metadata": dict,
}
_HOLDERS: Types = {"holders": list, "metadata": dict}
_OF_CODE = ("/referrals/members/{code}/holders", "/referrals/{campaign}/members/{code}/holders")

OPERATIONS = (
    _operation("GET", "/campaigns", query=_NUMBERED | {"campaign_type"}),
    _operation("GET", "/campaigns/{campaign}"),
    _operation("GET", "/vouchers", query=_NUMBERED | _CREATED | {"campaign_id"}),
    _operation("GET", "/vouchers/{code}"),
    _operation("POST", "/vouchers/{code}/disable"),
    _operation("POST", "/vouchers/{code}/enable"),
    _operation("POST", "/vouchers/{code}/balance", body=_BALANCE, required=frozenset({"amount"})),
    _operation("GET", "/vouchers/{code}/transactions", query=_LISTING),
    _operation("GET", "/customers/{customer}"),
    _operation("PUT", "/customers/{customer}", body=_PERSON),
    _operation("GET", "/customers/{customer}/redeemables", query=_LISTING, filters=True),
    _operation("GET", "/customers/{customer}/activity", query=_LISTING | _ACTIVITY),
    *(_operation("GET", path, query=_LISTING, filters=True) for path in _OF_CODE),
    *(
        _operation("POST", path, body=_HOLDERS, required=frozenset({"holders"}))
        for path in _OF_CODE
    ),
    *(_operation("DELETE", path + "/{holder}") for path in _OF_CODE),
    _operation(
        "POST",
        "/redemptions/{redemption}/rollback",
        query=frozenset({"reason", "tracking_id"}),
        body=_ROLLBACK,
    ),
    _operation("GET", "/metadata-schemas"),
    _operation("GET", "/metadata-schemas/{resource}"),
    _operation("GET", "/projects/{project}/webhooks", base="/management/v1"),
)


def operation(method: str, path: str) -> Operation | None:
    """Find what the specification, as far as it is served here, says of a call."""
    for each in OPERATIONS:
        if each.method == method and each.path.fullmatch(path):
            return each
    return None
