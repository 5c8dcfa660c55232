"""
Customers, and which metadata they may have ("Metadata", "Metadata schemas").

"Allow only defined metadata" refuses a call with any other property. Whether "Update customer"
merges metadata key by key is not said: it says that parameters which are not sent stay as they
are, and metadata is one parameter. Of the members of a loyalty program it is said, and merged.
"""

from typing import Any

from sandbox.voucherify.data.errors import ApiError, invalid_payload, optional_text
from sandbox.voucherify.data.records import Customer
from sandbox.voucherify.data.store import Store


_FIRST = ("Mira", "Jonas", "Wren", "Talia", "Piet", "Oona", "Dario", "Signe", "Kofi", "Lene")
_LAST = ("Vale", "Okoro", "Brandt", "Quist", "Marsh", "Ferro", "Lund", "Adeyemi", "Roth")


def add_customer(store: Store, fields: dict[str, Any]) -> Customer:
    """Make a customer of the fields of the reference's customer object."""
    moment, metadata = store.clock.now(), put_metadata(store, {}, fields.get("metadata") or {})
    customer = Customer(
        id=store.ids.new("cust"),
        source_id=optional_text(fields, "source_id"),
        name=optional_text(fields, "name"),
        email=optional_text(fields, "email"),
        created_at=moment,
        updated_at=moment,
        metadata=metadata,
    )
    store.add_customer(customer)
    return customer


def put_metadata(store: Store, old: dict[str, Any], new: Any) -> dict[str, Any]:
    """
    Return a customer's metadata after an update.

    Raises:
        ApiError: When it is no object, or not defined where the project's settings demand it.
    """
    if not isinstance(new, dict):
        raise invalid_payload("Property .metadata must be object")
    defined = store.options.defined_metadata
    unknown = [] if defined is None else sorted(set(new) - set(defined))
    if unknown:
        raise ApiError(
            400,
            store.options.undefined_metadata_key,
            "Metadata is invalid",
            f"Properties {', '.join(unknown)} are not defined in the metadata schema",
            breaks_a_rule=False,
        )
    return {**old, **new} if store.options.metadata_put == "merge" else dict(new)


def person(number: int) -> dict[str, str]:
    """Make up a customer; the same number is the same person."""
    first, last = _FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)]
    return {
        "name": f"{first} {last}",
        "email": f"{first}.{last}.{number}@mail.example".lower(),
        "source_id": f"shop-{number}",
    }
