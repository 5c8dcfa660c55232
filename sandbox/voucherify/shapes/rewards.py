"""The data of reward events, after Voucherify's reference of webhook events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import MATERIAL, Customer, Tier, Voucher, VoucherType
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import CustomEvent, Redemption, Trigger
from sandbox.voucherify.shapes.bodies import simple_campaign, simple_customer, simple_voucher


@dataclass(frozen=True, slots=True)
class Source:
    """Which referral earned a reward, and what was given: no voucher is a thing."""

    tier: Tier
    code: Voucher
    referrer: Customer
    trigger: Trigger
    voucher: Voucher | None


def rewarded(store: Store, source: Source) -> dict[str, Any]:
    """
    Build the body of `customer.rewarded`.

    That its redemption is the referee's is not documented. A tier can be set to leave it
    out, and what is left then leads to no referee.
    """
    trigger, shown = source.trigger, source.tier.linked
    redemption = _redemption(store, source, trigger) if isinstance(trigger, Redemption) else None
    custom_event = custom(store, trigger) if isinstance(trigger, CustomEvent) else None
    return {
        **_about(store, source),
        "redemption": redemption if shown else None,
        "reward": _reward(store, source),
        "referral_tier": {
            "id": source.tier.id,
            "campaign_id": source.code.campaign_id,
            "banner": "Thank you for bringing a friend",
            "parameters": _parameters(source, by_redemption=bool(redemption)),
        },
        "balance": _balance(source),
        "custom_event": custom_event if shown else None,
        "customer_event": None,
    }


def _parameters(source: Source, *, by_redemption: bool) -> dict[str, Any]:
    """
    Show what a tier rewards for.

    Source: `SimpleReferralTier`, whose `parameters` have an event type and a segment, and whose
    example of an id is a segment's. That "Minimum unique referee redemptions" is such a segment
    of referrers is read from that, and from the guide's words on its filter.
    """
    event = "customer.redemption.succeeded" if by_redemption else "customer.custom_event"
    if source.tier.habits.minimum is None:
        return {"event_type": event}
    segment = f"seg_{source.tier.id.removeprefix('reft_')}"
    return {"event_type": "customer.segment.entered", "segment": {"id": segment}}


def reward_redemption(store: Store, source: Source, *, state: str, at: datetime) -> dict[str, Any]:
    """Build the body of `customer.reward_redemptions.pending` and `.completed`."""
    leads_to = source.trigger.id if source.tier.linked else None
    kind = "redemption" if isinstance(source.trigger, Redemption) else "custom_event"
    return {
        **_about(store, source),
        "reward_redemption": {
            "id": store.ids.new("rewr"),
            "state": state,
            "created_at": stamp(at),
            "updated_at": None,
            "voucher_id": source.code.id,
            "campaign_id": source.code.campaign_id,
            "customer_id": source.referrer.id,
            "reward_assignment_id": _assignment_id(source.tier),
            "source_id": leads_to,
            "source_type": kind,
        },
        "reward": _reward(store, source),
        "source": {"id": leads_to, "type": kind},
        "balance": None,
    }


def _about(store: Store, source: Source) -> dict[str, Any]:
    referrer = simple_customer(source.referrer)
    return {
        "customer": referrer,
        "holder": dict(referrer),
        "voucher": simple_voucher(_told_of(source), store),
        "campaign": simple_campaign(store.campaigns[source.code.campaign_id], store),
    }


def _told_of(source: Source) -> Voucher:
    on_card = source.tier.habits.about == "card" and source.voucher is not None
    return source.voucher if on_card and source.voucher else source.code


def _redemption(store: Store, source: Source, redemption: Redemption) -> dict[str, Any]:
    shown = {
        "id": redemption.id,
        "customer_id": redemption.customer_id,
        "date": stamp(redemption.created_at),
        "order": {"id": redemption.order_id, "object": "order"},
        "customer": simple_customer(store.customers[redemption.customer_id]),
        "result": "SUCCESS",
        "status": "SUCCEEDED",
        "related_object_type": "voucher",
        "related_object_id": source.code.id,
        "voucher": simple_voucher(source.code, store),
        "object": "redemption",
    }
    unsaid = {"customer": "customer_id", "customer_id": "customer"}.get(source.tier.habits.names)
    return {name: value for name, value in shown.items() if name != unsaid}


def custom(store: Store, event: CustomEvent) -> dict[str, Any]:
    """Show a custom event that a referral code came with ("Custom event")."""
    code = store.vouchers[event.voucher_id]
    return {
        "id": event.id,
        "object": "event",
        "type": event.type,
        "customer": simple_customer(store.customers[event.customer_id]),
        "referral": {"referrer_id": code.referrer_id, "code": code.code, "id": code.id},
        "loyalty": None,
        "metadata": {},
        "created_at": stamp(event.created_at),
    }


def _reward(store: Store, source: Source) -> dict[str, Any]:
    tier = source.tier
    reward: dict[str, Any] = {
        "assignment_id": _assignment_id(tier),
        "id": tier.reward_id,
        "object": "reward",
        "name": "Thank you",
        "type": MATERIAL if source.voucher is None else "CAMPAIGN",
    }
    if source.voucher is None:
        reward["product"] = {"id": "prod_perkhookMug", "source_id": "mug", "name": "Mug"}
    elif source.voucher.type is VoucherType.CODE or tier.habits.reward_as == "voucher":
        reward["voucher"] = simple_voucher(source.voucher, store)
    else:
        campaign = {"id": tier.campaign_id, "balance": tier.amount, "type": tier.kind}
        reward["parameters"] = {"campaign": campaign}
    return reward


def _balance(source: Source) -> dict[str, int] | None:
    shown = source.tier.habits.balance
    if source.voucher is None or source.voucher.type is VoucherType.CODE or shown == "null":
        return None
    unit = "amount" if source.voucher.type is VoucherType.GIFT else "points"
    nothing = {"amount": 0, "points": 0} if shown == "both" else {}
    return {**nothing, unit: source.tier.amount}


def _assignment_id(tier: Tier) -> str:
    return tier.reward_id.replace("rew_", "rewa_")
