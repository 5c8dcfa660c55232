"""Vouchers and who holds them as the REST API and the events show them."""

from collections.abc import Mapping
from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import (
    DISCOUNT,
    Campaign,
    Holder,
    Transaction,
    Voucher,
    VoucherType,
)


_VALUES = {
    VoucherType.CODE: "discount",
    VoucherType.GIFT: "gift",
    VoucherType.LOYALTY: "loyalty_card",
}
_BALANCE_TYPES = {VoucherType.GIFT: "gift_voucher", VoucherType.LOYALTY: "loyalty_card"}


def voucher(record: Voucher, campaigns: Mapping[str, Campaign]) -> dict[str, Any]:
    """Show a voucher ("Get voucher")."""
    values = {**dict.fromkeys(_VALUES.values()), _VALUES[record.type]: _value(record)}
    return {
        "id": record.id,
        "code": record.code,
        "campaign": campaigns[record.campaign_id].name,
        "campaign_id": record.campaign_id,
        "type": record.type.value,
        **values,
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


def simple_voucher(record: Voucher, campaigns: Mapping[str, Campaign]) -> dict[str, Any]:
    """Show a voucher as events do: its own kind of value only, a gift without its history."""
    others = {name for kind, name in _VALUES.items() if kind is not record.type}
    shown = {key: each for key, each in voucher(record, campaigns).items() if key not in others}
    if record.type is VoucherType.GIFT:
        shown["gift"] = {name: shown["gift"][name] for name in ("amount", "balance", "effect")}
    return shown


def _value(record: Voucher) -> dict[str, Any]:
    """Show what a code takes off, a gift card's credits in cents, or a loyalty card's points."""
    match record.type:
        case VoucherType.CODE:
            return DISCOUNT
        case VoucherType.GIFT:
            return {
                "amount": record.credited,
                "subtracted_amount": record.subtracted,
                "redeemed_amount": record.spent,
                "balance": record.balance,
                "effect": "APPLY_TO_ORDER",
            }
        case VoucherType.LOYALTY:
            return {
                "points": record.credited,
                "expired_points": record.expired,
                "subtracted_points": record.subtracted,
                "redeemed_points": record.spent,
                "balance": record.balance,
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

    The schema requires every field. A faulty holder has nulls all the same, except for `whole`.
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


def redeemable(record: Holder, held: Voucher, campaigns: Mapping[str, Campaign]) -> dict[str, Any]:
    """Show what a customer holds ("List customer's redeemables")."""
    status = "ACTIVE" if held.active else "DISABLED"
    shown = {"type": "voucher", "voucher": voucher(held, campaigns), "status": status}
    return {**holder(record), "redeemable": shown}
