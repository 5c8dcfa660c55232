from typing import Any

from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.records import Role, VoucherType
from sandbox.voucherify.life import events
from sandbox.voucherify.life.assignments import assign
from sandbox.voucherify.life.campaigns import add_campaign, card_campaign, publish_code
from sandbox.voucherify.life.customers import add_customer
from sandbox.voucherify.life.ledger import Posting, post, transaction_type
from sandbox.voucherify.life.people import person
from sandbox.world import World


def odd_assignment(world: World, role: Role, kind: VoucherType, balance: int) -> dict[str, Any]:
    """
    Make an assignment in any role to a voucher of any type.

    Webhooks may have every combination; the published API makes only discount codes with
    referrers and referees, and cards with owners.
    """
    store = world.store
    if role is Role.OWNER:
        voucher = publish_code(world, card_campaign(world, kind), role=role)
    else:
        voucher = publish_code(
            world, add_campaign(world, "Bring a friend", "REFERRAL_PROGRAM", kind)
        )
    if balance and kind is not VoucherType.CODE:
        why = Why(Cause.PURCHASE)
        addition = transaction_type(kind, "ADDITION")
        post(store, voucher, Posting(balance, addition, source="API", why=why))
    holder = next(iter(store.holders_of(voucher.id)))
    if role is Role.REFEREE:
        customer = add_customer(store, person(world.ids.number()))
        origin = events.by_api(world.ids.request(), world.settings.app_id)
        holder = assign(store, voucher, customer, origin=origin, sender=None)
    return {
        "campaign": holder.campaign_id,
        "voucher": {"id": voucher.id, "code": voucher.code},
        "customer": holder.customer_id,
        "holder": holder.id,
    }
