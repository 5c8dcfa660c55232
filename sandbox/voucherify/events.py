"""Event bodies, after Voucherify's reference of webhook events and "Project webhooks"."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import now, stamp
from sandbox.sendouts import Sendout
from sandbox.signature import compact
from sandbox.voucherify import render
from sandbox.voucherify.records import Activity, Campaign, Customer, Holder, Voucher
from sandbox.voucherify.store import Store
from sandbox.webhooks import WebhookSender


ASSIGNED = "customer.holder.assignment.created"
UNASSIGNED = "customer.holder.assignment.deleted"

_PROJECT = "proj_perkhookSandbox"
_WEBHOOK = "wh_perkhookSandbox"


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
    activity = Activity(
        id=store.ids.new("evcus"),
        type=event_type,
        data=data,
        event_source=origin.source,
        group_id=origin.group_id,
        campaign_id=campaign.id if campaign else None,
        campaign_type=campaign.campaign_type if campaign else None,
        created_at=at,
    )
    store.add_activity(customer.id, activity)
    return activity


def announce(store: Store, sender: WebhookSender, customer: Customer, event: Activity) -> None:
    """Send an event to the project's webhook in the documented envelope."""
    sent_at = now()
    sendout_id = store.ids.new("whs")
    envelope = {
        "id": sendout_id,
        "project_id": _PROJECT,
        "created_at": stamp(sent_at),
        "type": event.type,
        "data": event.data,
        "source": {"id": _WEBHOOK, "object": "webhook", "target_url": sender.url},
        "event": {
            "id": event.id,
            "type": event.type,
            "created_at": stamp(event.created_at),
            "entity_id": customer.id,
            "group_id": event.group_id,
            "event_source": event.event_source,
        },
    }
    sender.send(Sendout(sendout_id, event.type, compact(envelope), sent_at, customer.id))


def assignment(
    store: Store, holder: Holder, code: Voucher, campaign: Campaign, customer: Customer
) -> dict[str, Any]:
    """
    Build the body of both assignment events.

    As in Voucherify's examples the voucher is the referrer's code, not the referee's
    card; no field says when the assignment ended, nor, usually, what it had earned.
    """
    listed = {key: value for key, value in render.holder(holder).items() if key != "metadata"}
    voucher = render.voucher(code, store)
    for other_kind in ("gift", "loyalty_card"):
        del voucher[other_kind]
    return {
        "holder": {**listed, "publication_id": None},
        "voucher": {**voucher, "category_id": None, "categories": []},
        "campaign": _campaign(campaign, store),
        "customer": _customer(customer),
    }


def balance_added(store: Store, holder: Holder, customer: Customer) -> dict[str, Any]:
    """Build the body of the event that a card got credits or points."""
    if holder.grant is None:
        return {}
    card, change = store.vouchers[holder.grant.card_id], holder.grant.transaction
    return {
        "customer": _customer(customer),
        "campaign": _campaign(store.campaigns[card.campaign_id], store),
        "voucher": render.voucher(card, store),
        "balance": render.balance(card, change),
        "transaction": render.transaction(card, change),
    }


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "source_id": customer.source_id,
        "metadata": dict(customer.metadata),
        "object": "customer",
    }


def _campaign(campaign: Campaign, store: Store) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "name": campaign.name,
        "campaign_type": campaign.campaign_type,
        "type": "AUTO_UPDATE",
        "is_referral_code": campaign.campaign_type == "REFERRAL_PROGRAM",
        "voucher": {
            "type": campaign.voucher_type.value,
            "discount": render.DISCOUNT if campaign.reward else None,
            "gift": None,
            "loyalty_card": None,
            "redemption": {"quantity": None, "redeemed_quantity": 0},
            "code_config": {
                "length": 6,
                "charset": "ABCDEFGHJKLMNPQRSTUVWXYZ23456789",
                "prefix": "",
                "postfix": "",
                "pattern": "######",
            },
        },
        "referral_program": _referral_program(campaign, store),
        "auto_join": False,
        "join_once": False,
        "active": True,
        "category_id": None,
        "category": None,
        "categories": [],
        "metadata": {},
        "start_date": None,
        "expiration_date": None,
        "description": None,
        "created_at": stamp(campaign.created_at),
        "updated_at": stamp(campaign.updated_at),
        "object": "campaign",
    }


def _referral_program(campaign: Campaign, store: Store) -> dict[str, Any] | None:
    reward = campaign.reward
    if reward is None:
        return None
    program: dict[str, Any] = {"conversion_event_type": "redemption"}
    if campaign.shows_reward:
        program["referee_reward"] = {
            "type": reward.type.value,
            "amount": str(reward.amount),
            "related_object_parent": {
                "id": reward.campaign_id,
                "name": store.campaigns[reward.campaign_id].name,
                "object": "CAMPAIGN",
            },
        }
    return program
