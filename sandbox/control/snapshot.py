from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sandbox.clock import as_json, stamp
from sandbox.voucherify.data.records import Holder, Voucher, VoucherType
from sandbox.voucherify.shapes.customers import customer as listed_customer
from sandbox.voucherify.shapes.vouchers import holder as listed_holder
from sandbox.voucherify.shapes.vouchers import transaction
from sandbox.voucherify.shapes.vouchers import voucher as listed_voucher
from sandbox.world import World


def snapshot(world: World, parts: list[str]) -> dict[str, Any]:
    """Show the whole state, or only the named parts of it."""
    with world.lock:
        return {name: show(world) for name, show in PARTS.items() if not parts or name in parts}


def card(voucher: Voucher) -> dict[str, Any]:
    """Show a gift or loyalty card with every change of its balance."""
    return {
        "id": voucher.id,
        "code": voucher.code,
        "type": voucher.type.value,
        "campaign": voucher.campaign_id,
        "customer": voucher.holder_id,
        "active": voucher.active,
        "balance": voucher.balance,
        "transactions": [transaction(voucher, each) for each in voucher.transactions],
    }


def assignment(holder: Holder) -> dict[str, Any]:
    """Show an assignment with what converted it, what it earned and when it ended."""
    trigger, grant = holder.trigger, holder.grant
    return {
        **listed_holder(holder, whole=True),
        "ended_at": holder.ended_at and stamp(holder.ended_at),
        "conversion": trigger and {"id": trigger.id, "at": stamp(trigger.created_at)},
        "grant": grant
        and {
            "card": grant.card_id,
            "transaction": grant.transaction.listed_id,
            "amount": grant.transaction.amount,
        },
    }


def books(voucher: Voucher) -> list[dict[str, Any]]:
    """Return why each change of a card was made; what it was published with has no transaction."""
    opening = [voucher.opening] if voucher.opening else []
    return [
        {
            "transaction": each.listed_id,
            "type": each.type,
            "amount": each.amount,
            "at": stamp(each.created_at),
            "why": each.why.cause.value,
            "of": each.why.of,
        }
        for each in (*opening, *voucher.transactions)
    ]


def _vouchers(world: World, show: Callable[[Voucher], Any], *, codes: bool) -> dict[str, Any]:
    vouchers = world.store.vouchers.values()
    return {each.id: show(each) for each in vouchers if (each.type is VoucherType.CODE) is codes}


def _codes(world: World) -> dict[str, Any]:
    campaigns = world.store.campaigns
    return _vouchers(world, lambda each: listed_voucher(each, campaigns), codes=True)


def _hubspot(world: World) -> dict[str, Any]:
    store = world.hubspot
    parts = {
        "contacts": [each.as_json() for each in store.contacts.values()],
        "notes": [
            {**each.as_json(), "contacts": sorted(each.contacts)} for each in store.notes.values()
        ],
        "properties": list(store.properties.values()),
    }
    return {name: part for name, part in parts.items() if part}


def _redemptions(world: World) -> dict[str, Any]:
    return {
        each.id: {
            "id": each.id,
            "customer": each.customer_id,
            "voucher": each.voucher_id,
            "order": each.order_id,
            "rollback": each.rollback_id,
            **({"amount": each.amount} if each.amount else {}),
        }
        for each in world.store.redemptions.values()
    }


PARTS: dict[str, Callable[[World], Any]] = {
    "customers": lambda world: {
        each.id: listed_customer(each) for each in world.store.customers.values()
    },
    "cards": lambda world: _vouchers(world, card, codes=False),
    "books": lambda world: _vouchers(world, books, codes=False),
    "codes": _codes,
    "assignments": lambda world: {
        each.id: assignment(each) for each in world.store.assignments.values()
    },
    "redemptions": _redemptions,
    "notes": lambda world: [each.as_json() for each in world.crm.entries()],
    "hubspot": _hubspot,
    "takebacks": lambda world: [each.as_json() for each in world.shop.entries()],
    "webhook": lambda world: {
        "url": world.sender.url,
        "active": world.sender.active,
        "events": list(world.sender.events),
        **asdict(world.sender.faults.shares),
    },
    "sendouts": lambda world: [each.as_json() for each in world.sender],
    "tier_rewards": lambda world: [asdict(each) for each in world.store.tier_rewards],
    "deleted": lambda world: sorted(world.store.deleted),
    "violations": lambda world: list(world.violations),
    "product_deleted_holders": lambda world: world.deleted_holders,
    "faults": lambda world: world.faults.as_json(),
    "requests": lambda world: [as_json(each) for each in world.traffic.requests],
}
