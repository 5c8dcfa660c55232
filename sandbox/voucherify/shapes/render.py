"""Records as the REST API shows them, after Voucherify's API reference."""

from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import (
    Activity,
    Customer,
    Holder,
    Transaction,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import Redemption


# What a referral code takes off the referee's own order, in cents.
DISCOUNT = {"type": "AMOUNT", "effect": "APPLY_TO_ORDER", "amount_off": 700}

_BALANCE_TYPES = {VoucherType.GIFT: "gift_voucher", VoucherType.LOYALTY: "loyalty_card"}


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


def voucher(record: Voucher, store: Store) -> dict[str, Any]:
    """Show a voucher ("Get voucher")."""
    is_gift, is_loyalty = record.type is VoucherType.GIFT, record.type is VoucherType.LOYALTY
    return {
        "id": record.id,
        "code": record.code,
        "campaign": store.campaigns[record.campaign_id].name,
        "campaign_id": record.campaign_id,
        "type": record.type.value,
        "discount": DISCOUNT if record.type is VoucherType.CODE else None,
        "gift": gift(record) if is_gift else None,
        "loyalty_card": loyalty_card(record) if is_loyalty else None,
        "start_date": None,
        "expiration_date": None,
        "active": record.active,
        "metadata": {},
        "redemption": {"quantity": None, "redeemed_quantity": record.uses},
        "holder_id": record.holder_id,
        "referrer_id": record.referrer_id,
        "is_referral_code": record.is_referral_code,
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.updated_at),
        "object": "voucher",
    }


def gift(card: Voucher) -> dict[str, Any]:
    """Show a gift card's credits, in cents."""
    return {
        "amount": card.credited,
        "subtracted_amount": card.subtracted,
        "redeemed_amount": card.spent,
        "balance": card.balance,
        "effect": "APPLY_TO_ORDER",
    }


def loyalty_card(card: Voucher) -> dict[str, Any]:
    """Show a loyalty card's points."""
    return {
        "points": card.credited,
        "expired_points": card.expired,
        "subtracted_points": card.subtracted,
        "redeemed_points": card.spent,
        "balance": card.balance,
    }


def balance(card: Voucher, change: Transaction, *, unit: str = "amount") -> dict[str, Any]:
    """Show a balance after a change ("Update voucher balance"): no transaction id in it."""
    return {
        unit: change.amount,
        "total": change.total,
        "balance": change.balance,
        "type": _BALANCE_TYPES[card.type],
        "operation_type": change.operation_type,
        "object": "balance",
        "related_object": {"type": "voucher", "id": card.id},
    }


def transaction(card: Voucher, record: Transaction) -> dict[str, Any]:
    """Show a transaction ("List voucher transactions")."""
    unit = "amount" if card.type is VoucherType.GIFT else "points"
    return {
        "id": record.id,
        "source_id": record.source_id,
        "voucher_id": card.id,
        "campaign_id": card.campaign_id,
        "source": record.source,
        "reason": record.reason,
        "type": record.type,
        "details": {"balance": balance(card, record, unit=unit), **record.details},
        "related_transaction_id": record.related_id,
        "created_at": stamp(record.created_at),
    }


def holder(record: Holder, *, whole: bool = False) -> dict[str, Any]:
    """
    Show an assignment ("List referral code holders").

    The schema requires every field; an odd holder has nulls all the same, but for `whole`.
    """
    shown = {
        "id": record.id,
        "created_at": stamp(record.created_at),
        "redeemable_id": record.voucher_id,
        "redeemable_object": "voucher",
        "campaign_id": record.campaign_id,
        "campaign_type": record.campaign_type,
        "voucher_type": record.voucher_type.value,
        "customer_id": record.customer_id,
        "holder_role": record.role.value,
        "metadata": record.metadata,
        "object": "redeemable_holder",
    }
    return shown if whole else {**shown, **dict.fromkeys(record.nulls)}


def redeemable(record: Holder, store: Store) -> dict[str, Any]:
    """Show what a customer holds ("List customer's redeemables")."""
    held = store.vouchers[record.voucher_id]
    return {
        **holder(record),
        "redeemable": {
            "type": "voucher",
            "voucher": voucher(held, store),
            "status": "ACTIVE" if held.active else "DISABLED",
        },
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


def rollback(record: Redemption, reason: str | None, at: str, store: Store) -> dict[str, Any]:
    """Show a redemption taken back ("Rollback redemption"): its order is cancelled."""
    return {
        "id": record.rollback_id,
        "object": "redemption_rollback",
        "date": at,
        "customer_id": record.customer_id,
        "redemption": record.id,
        "reason": reason,
        "result": "SUCCESS",
        "status": "SUCCEEDED",
        "order": {"id": record.order_id, "status": "CANCELED", "object": "order"},
        "voucher": voucher(store.vouchers[record.voucher_id], store),
    }
