"""How assignments end other than by being removed, which the published API does not describe."""

from dataclasses import replace
from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import Campaign, Customer, Holder, Role, Voucher
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.life import events
from sandbox.voucherify.life.assignments import record_assigned, unassign
from sandbox.voucherify.life.cards import hold
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.shapes.campaigns import simple_campaign
from sandbox.voucherify.shapes.customers import customer as listed_customer


def delete_customer(
    store: Store, customer: Customer, *, origin: Origin, announce: bool
) -> list[str]:
    """Delete a customer, whose assignments end with or without a webhook; answers 404 then."""
    held = list(store.redeemables_of(customer.id))
    ended = _end(store, held, origin=origin, announce=announce)
    store.deleted.add(customer.id)
    return ended


def delete_voucher(store: Store, voucher: Voucher, *, origin: Origin, announce: bool) -> list[str]:
    """Delete a code or a card, whose holders go with or without a webhook; answers 404 then."""
    holders = list(store.holders_of(voucher.id))
    ended = _end(store, holders, origin=origin, announce=announce)
    store.delete_voucher(voucher)
    return ended


def delete_campaign(
    store: Store, campaign: Campaign, *, origin: Origin, announce: bool, loses_redemptions: bool
) -> list[str]:
    """
    Delete a campaign, all its codes and who holds them ("Delete campaign"); answers 404 then.

    The real service does it bit by bit; that it also removes the redemptions is documented.
    """
    ended = []
    for voucher_id in store.register.find(campaign.id).ids():
        voucher = store.vouchers[voucher_id]
        ended += delete_voucher(store, voucher, origin=origin, announce=announce)
        if loses_redemptions:
            redemptions = store.redemptions.values()
            store.deleted.update(each.id for each in redemptions if each.voucher_id == voucher_id)
    store.deleted.add(campaign.id)
    return ended


def republish(
    store: Store, voucher: Voucher, customer: Customer, *, origin: Origin, announce: bool
) -> Holder:
    """Assign a code or a card to another customer, as its new referrer or owner."""
    role = Role.REFERRER if voucher.is_referral_code else Role.OWNER
    before = [each for each in store.holders_of(voucher.id) if each.role is role]
    _end(store, before, origin=origin, announce=announce)
    voucher.holder_id = customer.id
    if voucher.is_referral_code:
        voucher.referrer_id = customer.id
    voucher.updated_at = store.clock.now()
    holder = hold(store, voucher, customer, role)
    record_assigned(store, holder, origin=origin if announce else replace(origin, sender=None))
    return holder


def announce_deleted_campaign(store: Store, campaign: Campaign, *, origin: Origin) -> None:
    """Send `campaign.deleted`: of no customer."""
    at, shown = store.clock.now(), simple_campaign(campaign, store.campaigns)
    data = {"campaign": shown, "deleted_at": stamp(at)}
    event = events.event(store, "campaign.deleted", data, origin, at)
    events.announce(store, origin, campaign.id, event)


def announce_deleted_customer(
    store: Store, customer: Customer, *, origin: Origin, shape: str
) -> None:
    """Send `customer.deleted`, "full" as its example is, or with what its schema requires only."""
    at, known = store.clock.now(), listed_customer(customer)
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
    event = events.event(store, "customer.deleted", {"customer": shown}, origin, at)
    events.announce(store, origin, customer.id, event)


def _end(store: Store, holders: list[Holder], *, origin: Origin, announce: bool) -> list[str]:
    for holder in holders:
        if announce:
            unassign(store, holder, origin=origin)
        else:
            holder.ended_at = store.clock.now()
            store.remove_holder(holder)
    return [each.id for each in holders]
