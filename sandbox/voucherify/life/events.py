"""Events and their envelope, after Voucherify's "Project webhooks"."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import (
    Activity,
    Campaign,
    Customer,
    Transaction,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.shapes.campaigns import simple_campaign
from sandbox.voucherify.shapes.customers import simple_customer
from sandbox.voucherify.shapes.vouchers import balance, transaction, voucher
from sandbox.webhooks.sender import WebhookSender
from sandbox.webhooks.sendouts import Sendout
from sandbox.webhooks.signature import compact


PROJECT = "proj_perkhookSandbox"
WEBHOOK = "wh_perkhookSandbox"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who caused an event; everything that one request caused shares the group."""

    group_id: str
    source: dict[str, Any]
    # Sends the webhooks of what it causes; None sends none.
    sender: WebhookSender | None = None


def by_api(group_id: str, app_id: str, sender: WebhookSender | None = None) -> Origin:
    """Name a call with an API key as the cause."""
    key = {"name": "Sandbox key", "app_id": app_id}
    return Origin(group_id, {"channel": "API", "api_key": key}, sender)


def by_person(group_id: str, sender: WebhookSender | None) -> Origin:
    """Name a person at the dashboard as the cause."""
    user = {"id": "user_perkhookSandbox"}
    return Origin(group_id, {"channel": "USER_PORTAL", "user": user}, sender)


def by_automation(group_id: str) -> Origin:
    """Name Voucherify itself as the cause."""
    return Origin(group_id, {"channel": "WORKFLOW"})


def record(
    store: Store,
    customer: Customer,
    event_type: str,
    data: dict[str, Any],
    *,
    campaign: Campaign | None,
    origin: Origin,
    at: datetime,
) -> Activity:
    """Add an event to a customer's activity."""
    activity = event(store, event_type, data, origin, at, campaign=campaign)
    store.add_activity(customer.id, activity)
    return activity


def record_balance(
    store: Store, card: Voucher, change: Transaction, customer: Customer, origin: Origin
) -> None:
    """Record in a customer's activity that a card got credits or points."""
    is_gift, campaign = card.type is VoucherType.GIFT, store.campaigns[card.campaign_id]
    kind = "gift.balance_added" if is_gift else "loyalty_card.points_added"
    data = {
        "customer": simple_customer(customer),
        "campaign": simple_campaign(campaign, store.campaigns),
        "voucher": voucher(card, store.campaigns),
        "balance": balance(card, change),
        "transaction": transaction(card, change),
    }
    event_type = f"customer.voucher.{kind}"
    record(
        store, customer, event_type, data, campaign=campaign, origin=origin, at=change.created_at
    )


def event(
    store: Store,
    event_type: str,
    data: dict[str, Any],
    origin: Origin,
    at: datetime,
    *,
    campaign: Campaign | None = None,
) -> Activity:
    """Make an event that is in no customer's activity yet."""
    return Activity(
        id=store.ids.new("evcus"),
        type=event_type,
        data=data,
        event_source=origin.source,
        group_id=origin.group_id,
        campaign_id=campaign.id if campaign else None,
        campaign_type=campaign.campaign_type if campaign else None,
        created_at=at,
    )


def announce(store: Store, origin: Origin, entity_id: str, event: Activity) -> None:
    """Send an event, of a customer or of something else, to the webhook of its origin."""
    if origin.sender is None:
        return
    sent_at, sendout_id = store.clock.now(), store.ids.new("whs")
    envelope = {
        "id": sendout_id,
        "project_id": store.options.project_id,
        "created_at": stamp(sent_at),
        "type": event.type,
        "data": event.data,
        "source": {"id": WEBHOOK, "object": "webhook", "target_url": origin.sender.url},
        "event": {
            "id": event.id,
            "type": event.type,
            "created_at": stamp(event.created_at),
            "entity_id": entity_id,
            "group_id": event.group_id,
            "event_source": event.event_source,
        },
    }
    body = store.options.webhooks.apply(compact(envelope))
    origin.sender.send(Sendout(sendout_id, event.type, body, sent_at, entity_id))
