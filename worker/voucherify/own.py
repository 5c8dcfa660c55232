"""
What Voucherify's own answers are, by call; any other answer is not believed
(`worker.http_client.answers`).

Source: Voucherify API reference. Errors hold `code` (the status) and `message`, mostly `key`; every
404 of a call that is made here has the key `not_found` and names the thing by `resource_id` and
`resource_type`.
"""

from collections.abc import Callable
from typing import Any, Final

from worker.http_client.answers import ACCOUNT, Call


#: Types of the things that calls name, as `resource_type` has them.
VOUCHER: Final = "voucher"
CUSTOMER: Final = "customer"
CAMPAIGN: Final = "campaign"
REDEMPTION: Final = "redemption"


#: Reasons of errors that are about the account, and so about every call.
ACCOUNT_REASONS: Final = frozenset(f"voucherify_answered_{status}" for status in ACCOUNT)


def own_error(status: int, content: Any) -> bool:
    """Return whether Voucherify wrote an error: it repeats the status, and has a key or message."""
    return (
        isinstance(content, dict)
        and content.get("code") == status
        and any(isinstance(content.get(name), str) for name in ("key", "message"))
    )


def no_such(kind: str, name: str) -> Callable[[Any], bool]:
    """Return the check that an error says: there is no thing of this type and name."""

    def says(content: Any) -> bool:
        if content.get("key") != "not_found" or content.get("resource_type") not in {kind, None}:
            return False
        found = content.get("resource_id")
        if found is None:
            return str(content.get("details")).endswith(f" with id {name}")
        return bool(found == name)

    return says


def one(kind: str, name: str) -> Call:
    """Describe a call that reads one thing by its id, or by a name of its own."""
    return Call(
        gives=lambda content: is_thing(content, name),
        wrote=own_error,
        missing=no_such(kind, name),
    )


def page_of(kind: str, name: str, *, field: str = "data") -> Call:
    """Describe a call that lists what belongs to one thing."""
    return Call(
        gives=lambda content: is_page(content, field),
        wrote=own_error,
        missing=no_such(kind, name),
    )


def page(field: str = "data") -> Call:
    """Describe a call that lists things of the project, which always exists."""
    return Call(gives=lambda content: is_page(content, field), wrote=own_error)


def change(kind: str, name: str, gives: Callable[[dict[str, Any]], bool]) -> Call:
    """Describe a call that changes one thing, and what its answer must hold."""
    return Call(
        gives=lambda content: isinstance(content, dict) and gives(content),
        wrote=own_error,
        missing=no_such(kind, name),
        changes=True,
    )


def is_thing(content: Any, name: str) -> bool:
    """Return whether this is the requested thing."""
    return isinstance(content, dict) and name in {
        found
        for each in ("id", "code", "source_id", "name")
        if isinstance(found := content.get(each), str)
    }


def is_page(content: Any, field: str) -> bool:
    """Return whether this is a page of a list, so that nothing else is read as an empty one."""
    return (
        isinstance(content, dict)
        and isinstance(content.get(field), list)
        and content.get("object", "list") == "list"
    )


def error_key(content: Any) -> str | None:
    """Read an error's key, a slug such as not_found; `details` holds ids and stays out."""
    key = content.get("key") if isinstance(content, dict) else None
    known = isinstance(key, str) and len(key) <= 60 and key.replace("_", "").isalnum()
    return key if known else None
