"""The data of events, after Voucherify's reference of webhook events."""

from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import (
    Campaign,
    Customer,
    Holder,
    Reward,
    Transaction,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.shapes import render


_VALUES = {
    VoucherType.CODE: "discount",
    VoucherType.GIFT: "gift",
    VoucherType.LOYALTY: "loyalty_card",
}


def assignment(
    store: Store, holder: Holder, code: Voucher, campaign: Campaign, customer: Customer
) -> dict[str, Any]:
    """
    Build the body of both assignment events.

    As in Voucherify's examples the voucher is the referrer's code, not the referee's
    card; no field says when the assignment ended, nor, usually, what it had earned.
    """
    listed = {
        key: value for key, value in render.holder(holder, whole=True).items() if key != "metadata"
    }
    return {
        "holder": {**listed, "publication_id": None},
        "voucher": {**simple_voucher(code, store), "category_id": None, "categories": []},
        "campaign": simple_campaign(campaign, store),
        "customer": simple_customer(customer),
    }


def balance_added(
    store: Store, card: Voucher, change: Transaction, customer: Customer
) -> dict[str, Any]:
    """Build the body of the event that a card got credits or points."""
    return {
        "customer": simple_customer(customer),
        "campaign": simple_campaign(store.campaigns[card.campaign_id], store),
        "voucher": render.voucher(card, store),
        "balance": render.balance(card, change),
        "transaction": render.transaction(card, change),
    }


def simple_voucher(voucher: Voucher, store: Store) -> dict[str, Any]:
    """Show a voucher as events do: its own kind of value only, a gift without its history."""
    shown = render.voucher(voucher, store)
    for name in _VALUES.values():
        if name != _VALUES[voucher.type]:
            del shown[name]
    if voucher.type is VoucherType.GIFT:
        shown["gift"] = {name: shown["gift"][name] for name in ("amount", "balance", "effect")}
    return shown


def simple_customer(customer: Customer) -> dict[str, Any]:
    """Show a customer as events do."""
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "source_id": customer.source_id,
        "metadata": dict(customer.metadata),
        "object": "customer",
    }


def simple_campaign(campaign: Campaign, store: Store) -> dict[str, Any]:
    """Show a campaign as events do, as it is now."""
    return {
        "id": campaign.id,
        "name": campaign.name,
        "campaign_type": campaign.campaign_type,
        "type": "AUTO_UPDATE",
        "is_referral_code": campaign.campaign_type == "REFERRAL_PROGRAM",
        "voucher": {
            "type": campaign.voucher_type.value,
            "discount": render.DISCOUNT if campaign.reward else None,
            "gift": _of(campaign, VoucherType.GIFT, "amount"),
            "loyalty_card": _of(campaign, VoucherType.LOYALTY, "points"),
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


def _of(campaign: Campaign, kind: VoucherType, unit: str) -> dict[str, int] | None:
    """Show what a campaign's cards are published with; nothing is not shown."""
    if campaign.voucher_type is not kind or not campaign.card_amount:
        return None
    return {unit: campaign.card_amount}


def listed_campaign(campaign: Campaign, store: Store) -> dict[str, Any]:
    """Show a campaign as the REST API does ("Get campaign"), its reward always and in numbers."""
    shown = simple_campaign(campaign, store)
    del shown["is_referral_code"]
    reward = campaign.reward
    program = shown["referral_program"]
    if program is not None and reward is not None and reward.type is not VoucherType.CODE:
        program["referee_reward"] = {**_reward(reward, store), "amount": reward.amount}
    return {
        **shown,
        "use_voucher_metadata_schema": False,
        "vouchers_count": store.register.size(campaign.id),
        "creation_status": "DONE",
        "vouchers_generation_status": "DONE",
        "protected": False,
    }


def _reward(reward: Reward, store: Store) -> dict[str, Any]:
    return {
        "type": reward.type.value,
        "amount": str(reward.amount),
        "related_object_parent": {
            "id": reward.campaign_id,
            "name": store.campaigns[reward.campaign_id].name,
            "object": "CAMPAIGN",
        },
    }


def _referral_program(campaign: Campaign, store: Store) -> dict[str, Any] | None:
    reward = campaign.reward
    if reward is None:
        return None
    program: dict[str, Any] = {"conversion_event_type": "redemption"}
    if campaign.converts_by != "redemption":
        event = {"id": "ce_perkhookSandbox", "name": campaign.converts_by}
        program = {"conversion_event_type": "custom_event", "custom_event": event}
    # A discount is the campaign's own: the reference has no such type of a referee's reward.
    if campaign.shows_reward and reward.type is not VoucherType.CODE:
        program["referee_reward"] = _reward(reward, store)
    return program
