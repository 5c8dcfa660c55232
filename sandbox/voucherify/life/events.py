"""Events and their envelope, after Voucherify's "Project webhooks"."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data import event_types
from sandbox.voucherify.data.records import Activity, Campaign, Customer
from sandbox.voucherify.data.store import Store
from sandbox.webhooks.sender import WebhookSender
from sandbox.webhooks.sendouts import Sendout
from sandbox.webhooks.signature import compact


ASSIGNED = event_types.ASSIGNED
UNASSIGNED = event_types.UNASSIGNED

PROJECT = "proj_perkhookSandbox"
WEBHOOK = "wh_perkhookSandbox"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who caused an event; everything that one request caused shares the group."""

    group_id: str
    source: dict[str, Any]


def by_api(group_id: str, app_id: str) -> Origin:
    """Name a call with an API key as the cause."""
    return Origin(
        group_id, {"channel": "API", "api_key": {"name": "Sandbox key", "app_id": app_id}}
    )


def by_person(group_id: str) -> Origin:
    """Name a person at the dashboard as the cause."""
    return Origin(group_id, {"channel": "USER_PORTAL", "user": {"id": "user_perkhookSandbox"}})


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
    activity = happening(store, event_type, data, origin, at, campaign=campaign)
    store.add_activity(customer.id, activity)
    return activity


def happening(
    store: Store,
    event_type: str,
    data: dict[str, Any],
    origin: Origin,
    at: datetime,
    *,
    campaign: Campaign | None = None,
) -> Activity:
    """Make an event that stands in nobody's activity yet."""
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


def announce(store: Store, sender: WebhookSender, customer: Customer, event: Activity) -> None:
    """Send an event of a customer to the project's webhook in the documented envelope."""
    announce_of(store, sender, customer.id, event)


def announce_of(store: Store, sender: WebhookSender, entity_id: str, event: Activity) -> None:
    """Send an event of a customer, or of something else."""
    sent_at = store.clock.now()
    sendout_id = store.ids.new("whs")
    envelope = {
        "id": sendout_id,
        "project_id": store.options.project_id,
        "created_at": stamp(sent_at),
        "type": event.type,
        "data": event.data,
        "source": {"id": WEBHOOK, "object": "webhook", "target_url": sender.url},
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
    sender.send(Sendout(sendout_id, event.type, body, sent_at, entity_id))
