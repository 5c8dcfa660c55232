"""What Voucherify lists of a referrer's rewards, as activities."""

from datetime import datetime
from typing import Any

from tests.unit.worker.money import CONVERSION, Json, account, api_of, decided, row
from tests.unit.worker.revocations import (
    CAMPAIGN,
    CLAW_BACK,
    INSIDE,
    REFEREE,
    REFERRER,
    referee_left,
)
from worker.revocation.cards import Card
from worker.revocation.steps import DisableVoucher, Plan


SHARED_CODE: Json = {"id": "v_theSharedCode", "type": "DISCOUNT_VOUCHER", "campaign_id": CAMPAIGN}
GIFT = Card("v_card", "GIFT_VOUCHER", "camp_gifts")
CREDITS: Json = {"balance": {"amount": 300}}
CREDITED = "customer.voucher.gift.balance_added"
COUPON: Json = {"type": "CAMPAIGN", "id": "rew_1", "voucher": {"id": "v_coupon"}}


def rewarded(
    group: str = "g_1", *, at: datetime = INSIDE, tier: Json | None = None, **data: Any
) -> Json:
    """Build the activity that a referrer was rewarded; `data` replaces what it holds."""
    held: Json = {
        "voucher": SHARED_CODE,
        "campaign": {"id": CAMPAIGN},
        "referral_tier": {"id": "tier_1", "campaign_id": CAMPAIGN, "banner": "Friends"},
        "reward": {"type": "CAMPAIGN", "id": "rew_1"},
        "balance": None,
        "redemption": {"id": CONVERSION, "customer_id": REFEREE},
        "custom_event": None,
    }
    held["referral_tier"] |= tier or {}
    return {
        "id": f"evcus_{group}",
        "type": "customer.rewarded",
        "group_id": group,
        "created_at": at.isoformat(),
        "data": held | data,
    }


def credited(
    group: str = "g_1",
    transaction: str = "vtx_1",
    card: str = "v_card",
    kind: str | None = None,
    **balance: float,
) -> Json:
    """Build the activity that a card was credited."""
    data = {
        "voucher": {"id": card} | ({"type": kind} if kind else {}),
        "balance": balance or {"amount": 300},
        "transaction": {"id": transaction},
    }
    return {"id": f"evcus_{transaction}", "type": CREDITED, "group_id": group, "data": data}


def reversed_(source: str = CONVERSION, reward: str = "rew_1") -> Json:
    """Build the activity that Voucherify rolled a reward back."""
    data = {"source": {"id": source}, "reward": {"id": reward}, "reward_redemption": None}
    return {"id": "evcus_back", "type": "customer.reward_redemptions.rolledback", "data": data}


def off(plan: Plan) -> list[str]:
    """Name the vouchers that are switched off."""
    return [step.voucher for step in plan.steps if isinstance(step, DisableVoucher)]


def plan_of(
    *activities: Json,
    rows: tuple[Json, ...] = (),
    own: int = 0,
    event: Any = None,
    converted: tuple[Json, ...] = (),
    card: Card = GIFT,
) -> Plan:
    """Decide over a referrer's activities and card."""
    accounts = [account(*rows, card=card, own=own, customer=REFERRER)] if rows else []
    api = api_of(*accounts, activities=activities, converted=converted)
    return decided(api, event=event or referee_left(), policies=CLAW_BACK)


def grant(amount: int = 300, name: str = "vtx_1", **more: Any) -> Json:
    """Build the transaction that gave credits."""
    return row("CREDITS_ADDITION", amount, INSIDE, id=name, **more)
