"""Campaigns: referral programmes with their codes, and those that cards belong to."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sandbox.voucherify.data.errors import check_names
from sandbox.voucherify.data.habits import TierHabits
from sandbox.voucherify.data.records import (
    MATERIAL,
    Campaign,
    Reward,
    Role,
    Tier,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.life.cards import hold, transaction_type
from sandbox.voucherify.life.customers import add_customer, person


_OWNED = {
    VoucherType.GIFT: ("Gift cards", "GIFT_VOUCHERS"),
    VoucherType.LOYALTY: ("Regulars' club", "LOYALTY_PROGRAM"),
    VoucherType.CODE: ("Thank-you coupons", "DISCOUNT_COUPONS"),
}
_HABITS = ("published", "names_conversion", "stamp_ms", "waits_for_conversion", "beside")


def card_campaign(store: Store, card: VoucherType) -> Campaign:
    """Return the one campaign that cards, or coupons, of a kind belong to."""
    name, campaign_type = _OWNED[card]
    for campaign in store.campaigns.values():
        if campaign.campaign_type == campaign_type and campaign.id not in store.deleted:
            return campaign
    return add_campaign(store, name, campaign_type, card)


def add_campaign(
    store: Store,
    name: str = "Bring a friend",
    campaign_type: str = "REFERRAL_PROGRAM",
    voucher_type: VoucherType = VoucherType.CODE,
) -> Campaign:
    """Start a campaign, three months ago."""
    moment = store.clock.now() - timedelta(days=90)
    campaign = Campaign(store.ids.new("camp"), name, campaign_type, voucher_type, moment, moment)
    store.campaigns[campaign.id] = campaign
    return campaign


def reward_of(store: Store, wanted: dict[str, Any] | None) -> Reward | None:
    """
    Read {"type", "amount"}: what a referee gets, a DISCOUNT_VOUCHER without an amount.

    Also "transaction" (its type), and what `Reward` has: "published", "names_conversion",
    "stamp_ms", "waits_for_conversion", "beside".
    """
    if wanted is None:
        return None
    card = VoucherType(wanted["type"])
    kind = wanted.get("transaction", transaction_type(card, "ADDITION"))
    amount = wanted.get("amount", 0) if card is VoucherType.CODE else wanted["amount"]
    more = {each: wanted[each] for each in _HABITS if each in wanted}
    return Reward(card, amount, card_campaign(store, card).id, kind, **more)


def tier_of(store: Store, wanted: dict[str, Any] | None) -> Tier | None:
    """
    Read {"type", "amount"?, "linked"?, "transaction"?}: what the referrer gets for each referee.

    The type is DISCOUNT_VOUCHER, GIFT_VOUCHER, LOYALTY_CARD or MATERIAL. What else it can say
    is in `TierHabits`.

    Raises:
        ValueError: When a name or the type is not one of ours.
    """
    if wanted is None:
        return None
    names = {each.name for each in fields(TierHabits)}
    check_names(wanted, {"type", "amount", "linked", "transaction", *names}, "field of a tier")
    kind = wanted["type"]
    card = None if kind == MATERIAL else VoucherType(kind)
    addition = transaction_type(card, "ADDITION") if card else ""
    return Tier(
        id=store.ids.new("reft"),
        reward_id=store.ids.new("rew"),
        kind=kind,
        amount=wanted.get("amount", 0),
        campaign_id=card_campaign(store, card).id if card else None,
        transaction_type=wanted.get("transaction", addition),
        linked=wanted.get("linked", True),
        habits=TierHabits.parse({each: wanted[each] for each in names & set(wanted)}),
    )


def publish_code(
    store: Store,
    campaign: Campaign | None = None,
    *,
    role: Role = Role.REFERRER,
    at: datetime | None = None,
) -> Voucher:
    """Add a customer with a code, by default the referral code of a new programme."""
    owner = add_customer(store, person(store.ids.number()))
    campaign = campaign or add_campaign(store)
    moment = at or store.clock.now() - timedelta(days=60)
    code = Voucher(
        id=store.ids.new("v"),
        code=f"{(owner.name or '').split()[0].upper()}-{store.ids.number():04}",
        type=campaign.voucher_type,
        campaign_id=campaign.id,
        holder_id=owner.id,
        referrer_id=owner.id if role is Role.REFERRER else None,
        created_at=moment,
        updated_at=moment,
    )
    store.add_voucher(code)
    hold(store, code, owner, role, at=moment)
    return code
