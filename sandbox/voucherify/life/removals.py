"""How assignments end other than by being removed: the published API tells of none of it."""

from sandbox.voucherify.data.records import Customer, Holder, Role, Voucher
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.life.assignments import tell_assigned, unassign
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.life.holding import hold
from sandbox.webhooks.sender import WebhookSender


def delete_customer(
    store: Store, customer: Customer, *, origin: Origin, sender: WebhookSender, announce: bool
) -> list[str]:
    """Delete a customer, whose assignments end with or without a webhook; answers 404 then."""
    ended = _end(
        store, list(store.redeemables_of(customer.id)), origin=origin, sender=sender, tell=announce
    )
    store.deleted.add(customer.id)
    return ended


def delete_voucher(
    store: Store, voucher: Voucher, *, origin: Origin, sender: WebhookSender, announce: bool
) -> list[str]:
    """Delete a code or a card, whose holders go with or without a webhook; answers 404 then."""
    ended = _end(
        store, list(store.holders_of(voucher.id)), origin=origin, sender=sender, tell=announce
    )
    store.delete_voucher(voucher)
    return ended


def republish(
    store: Store,
    voucher: Voucher,
    customer: Customer,
    *,
    origin: Origin,
    sender: WebhookSender,
    announce: bool,
) -> Holder:
    """Give a code or a card to another customer, as its new referrer or owner."""
    role = Role.REFERRER if voucher.is_referral_code else Role.OWNER
    before = [each for each in store.holders_of(voucher.id) if each.role is role]
    _end(store, before, origin=origin, sender=sender, tell=announce)
    voucher.holder_id = customer.id
    if voucher.is_referral_code:
        voucher.referrer_id = customer.id
    voucher.updated_at = store.clock.now()
    holder = hold(store, voucher, customer, role)
    tell_assigned(store, holder, customer, origin=origin, sender=sender if announce else None)
    return holder


def _end(
    store: Store, holders: list[Holder], *, origin: Origin, sender: WebhookSender, tell: bool
) -> list[str]:
    for holder in holders:
        if tell:
            unassign(store, holder, origin=origin, sender=sender)
        else:
            holder.ended_at = store.clock.now()
            store.remove_holder(holder)
    return [each.id for each in holders]
