"""Customers and campaigns that are deleted, and the webhooks that say so."""

from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import Campaign, Customer
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.life import events
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.life.removals import delete_voucher
from sandbox.voucherify.shapes import bodies, render
from sandbox.webhooks.sender import WebhookSender


def delete_campaign(
    store: Store,
    campaign: Campaign,
    *,
    origin: Origin,
    sender: WebhookSender,
    announce: bool,
    loses_redemptions: bool,
) -> list[str]:
    """
    Delete a campaign, all its codes and who holds them ("Delete campaign"); answers 404 then.

    The real service does it bit by bit; that it also removes the redemptions is documented.
    """
    ended = []
    for voucher_id in store.register.find(campaign.id, after=None, before=None).ids():
        voucher = store.vouchers[voucher_id]
        ended += delete_voucher(store, voucher, origin=origin, sender=sender, announce=announce)
        if loses_redemptions:
            store.deleted.update(
                each.id for each in store.redemptions.values() if each.voucher_id == voucher_id
            )
    store.deleted.add(campaign.id)
    return ended


def tell_campaign_deleted(
    store: Store, campaign: Campaign, *, origin: Origin, sender: WebhookSender
) -> None:
    """Send `campaign.deleted`: of no customer."""
    at = store.clock.now()
    data = {"campaign": bodies.simple_campaign(campaign, store), "deleted_at": stamp(at)}
    event = events.happening(store, "campaign.deleted", data, origin, at)
    events.announce_of(store, sender, campaign.id, event)


def tell_customer_deleted(
    store: Store, customer: Customer, *, origin: Origin, sender: WebhookSender, shape: str
) -> None:
    """Send `customer.deleted`, "full" as its example is, or with what its schema requires only."""
    at = store.clock.now()
    known = render.customer(customer)
    shown: dict[str, Any] = {
        "summary": {"redemptions": {"total_redeemed": 0}, "orders": {"total_count": 0}},
        "loyalty": {"points": 0, "referred_customers": 0, "campaigns": {}},
        "referrals": known["referrals"],
        "object": "customer",
    }
    if shape == "full":
        # A deleted customer's name in the shop is free again.
        source_id = f"{customer.source_id}_deleted{stamp(at)}"
        shown = {**known, **shown, "source_id": source_id, "updated_at": stamp(at)}
    event = events.happening(store, "customer.deleted", {"customer": shown}, origin, at)
    events.announce(store, sender, customer, event)
