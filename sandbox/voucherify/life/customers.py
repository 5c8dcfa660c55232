from typing import Any

from sandbox.voucherify.api import http
from sandbox.voucherify.api.metadata import check
from sandbox.voucherify.data.errors import invalid_payload
from sandbox.voucherify.data.records import Customer
from sandbox.voucherify.data.store import Store


def add_customer(store: Store, fields: dict[str, Any]) -> Customer:
    """Make a customer of the fields of the reference's customer object."""
    metadata = fields.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise invalid_payload("Property .metadata must be object")
    check(store, metadata)
    moment = store.clock.now()
    customer = Customer(
        id=store.ids.new("cust"),
        source_id=http.optional_text(fields, "source_id"),
        name=http.optional_text(fields, "name"),
        email=http.optional_text(fields, "email"),
        created_at=moment,
        updated_at=moment,
        metadata=dict(metadata),
    )
    store.add_customer(customer)
    return customer
