"""The data of reward events, after Voucherify's reference of webhook events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import MATERIAL, Campaign, Customer, Tier, Voucher, VoucherType
from sandbox.voucherify.data.triggers import CustomEvent, Redemption, Trigger
from sandbox.voucherify.shapes.campaigns import simple_campaign
from sandbox.voucherify.shapes.customers import simple_customer
from sandbox.voucherify.shapes.vouchers import simple_voucher


@dataclass(frozen=True, slots=True)
class Source:
    """Which referral earned a reward, and what was given: a thing has no voucher."""

    tier: Tier
    code: Voucher
    referrer: Customer
    referee: Customer
    trigger: Trigger
    voucher: Voucher | None
    campaigns: Mapping[str, Campaign]


def rewarded(source: Source) -> dict[str, Any]:
    """
    Build the body of `customer.rewarded`.

    That its redemption is the referee's is not documented. A tier can be set to leave it
    out, and what is left then leads to no referee.
    """
    trigger = source.trigger if source.tier.linked else None
    by_redemption = isinstance(source.trigger, Redemption)
    return {
        **_about(source),
        "redemption": _redemption(source, trigger) if isinstance(trigger, Redemption) else None,
        "reward": _reward(source),
        "referral_tier": {
            "id": source.tier.id,
            "campaign_id": source.code.campaign_id,
            "banner": "Thank you for bringing a friend",
            "parameters": _parameters(source.tier, by_redemption=by_redemption),
        },
        "balance": _balance(source),
        "custom_event": custom(trigger, source.code, source.referee)
        if isinstance(trigger, CustomEvent)
        else None,
        "customer_event": None,
    }


def reward_redemption(
    source: Source, *, redemption_id: str, state: str, at: datetime
) -> dict[str, Any]:
    """Build the body of `customer.reward_redemptions.pending` and `.completed`."""
    leads_to = source.trigger.id if source.tier.linked else None
    kind = "redemption" if isinstance(source.trigger, Redemption) else "custom_event"
    return {
        **_about(source),
        "reward_redemption": {
            "id": redemption_id,
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
        "reward": _reward(source),
        "source": {"id": leads_to, "type": kind},
        "balance": None,
    }


def custom(event: CustomEvent, code: Voucher, customer: Customer) -> dict[str, Any]:
    """Show a custom event that a referral code came with ("Custom event")."""
    return {
        "id": event.id,
        "object": "event",
        "type": event.type,
        "customer": simple_customer(customer),
        "referral": {"referrer_id": code.referrer_id, "code": code.code, "id": code.id},
        "loyalty": None,
        "metadata": {},
        "created_at": stamp(event.created_at),
    }


def _parameters(tier: Tier, *, by_redemption: bool) -> dict[str, Any]:
    """
    Show what a tier rewards for.

    Source: `SimpleReferralTier`, whose `parameters` have an event type and a segment, and whose
    example of an id is a segment's. That "Minimum unique referee redemptions" is such a segment
    of referrers is read from that, and from the guide's words on its filter.
    """
    if tier.habits.minimum is None:
        kind = "customer.redemption.succeeded" if by_redemption else "customer.custom_event"
        return {"event_type": kind}
    segment = f"seg_{tier.id.removeprefix('reft_')}"
    return {"event_type": "customer.segment.entered", "segment": {"id": segment}}


def _about(source: Source) -> dict[str, Any]:
    referrer = simple_customer(source.referrer)
    on_card = source.voucher if source.tier.habits.about == "card" else None
    campaign = source.campaigns[source.code.campaign_id]
    return {
        "customer": referrer,
        "holder": dict(referrer),
        "voucher": simple_voucher(on_card or source.code, source.campaigns),
        "campaign": simple_campaign(campaign, source.campaigns),
    }


def _redemption(source: Source, redemption: Redemption) -> dict[str, Any]:
    shown = {
        "id": redemption.id,
        "customer_id": redemption.customer_id,
        "date": stamp(redemption.created_at),
        "order": {"id": redemption.order_id, "object": "order"},
        "customer": simple_customer(source.referee),
        "result": "SUCCESS",
        "status": "SUCCEEDED",
        "related_object_type": "voucher",
        "related_object_id": source.code.id,
        "voucher": simple_voucher(source.code, source.campaigns),
        "object": "redemption",
    }
    unsaid = {"customer": "customer_id", "customer_id": "customer"}.get(source.tier.habits.names)
    return {name: value for name, value in shown.items() if name != unsaid}


def _reward(source: Source) -> dict[str, Any]:
    tier, voucher = source.tier, source.voucher
    reward: dict[str, Any] = {
        "assignment_id": _assignment_id(tier),
        "id": tier.reward_id,
        "object": "reward",
        "name": "Thank you",
        "type": MATERIAL if voucher is None else "CAMPAIGN",
    }
    if voucher is None:
        reward["product"] = {"id": "prod_perkhookMug", "source_id": "mug", "name": "Mug"}
    elif voucher.type is VoucherType.CODE or tier.habits.reward_as == "voucher":
        reward["voucher"] = simple_voucher(voucher, source.campaigns)
    else:
        campaign = {"id": tier.campaign_id, "balance": tier.amount, "type": tier.kind}
        reward["parameters"] = {"campaign": campaign}
    return reward


def _balance(source: Source) -> dict[str, int] | None:
    voucher, shown = source.voucher, source.tier.habits.balance
    if voucher is None or voucher.type is VoucherType.CODE or shown == "null":
        return None
    unit = "amount" if voucher.type is VoucherType.GIFT else "points"
    return {**({"amount": 0, "points": 0} if shown == "both" else {}), unit: source.tier.amount}


def _assignment_id(tier: Tier) -> str:
    return tier.reward_id.replace("rew_", "rewa_")
