"""Customers as the REST API and the events show them, after Voucherify's API reference."""

from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import Activity, Customer


def customer(record: Customer) -> dict[str, Any]:
    """Show a customer ("Get customer")."""
    return {
        "id": record.id,
        "source_id": record.source_id,
        "name": record.name,
        "email": record.email,
        "metadata": record.metadata,
        "referrals": {"total": len(record.referrals), "campaigns": record.referrals},
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.updated_at),
        "object": "customer",
    }


def simple_customer(record: Customer) -> dict[str, Any]:
    """Show a customer as events do."""
    return {
        "id": record.id,
        "name": record.name,
        "email": record.email,
        "source_id": record.source_id,
        "metadata": dict(record.metadata),
        "object": "customer",
    }


def activity(record: Activity, *, shape: str) -> dict[str, Any]:
    """
    Show what happened to a customer ("List customer activity").

    The reference has no example, and its words allow both shapes of the data.
    """
    nested = {"data": record.data, "event_source": record.event_source}
    return {
        "id": record.id,
        "type": record.type,
        "data": nested if shape == "nested" else record.data,
        "created_at": stamp(record.created_at),
        "group_id": record.group_id,
    }
