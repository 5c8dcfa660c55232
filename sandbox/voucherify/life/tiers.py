"""What a referrer gets when a customer they referred converts ("Referral tiers")."""

from dataclasses import replace
from datetime import datetime

from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.records import (
    MATERIAL,
    Customer,
    Holder,
    Tier,
    TierReward,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import Trigger
from sandbox.voucherify.life import events
from sandbox.voucherify.life.cards import GRANT_DELAY, Posting, post, publish_card
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.shapes.rewards import Source, reward_redemption, rewarded


def give_all(
    store: Store, tier: Tier, code: Voucher, holder: Holder, trigger: Trigger, *, origin: Origin
) -> list[TierReward]:
    """
    Reward the referrer for one referee; there is no reward once the referrer is deleted.

    A milestone is reached once, by the conversion that makes its number full: each referee
    counts once, however often they convert.

    The published specification has neither an endpoint nor an example for this. What
    `customer.rewarded` can hold it does say, and that much is shown.
    """
    referrer = store.find_customer(code.referrer_id or "")
    if referrer is None:
        return []
    counted: tuple[str, ...] = ()
    if tier.habits.minimum is not None:
        counted = _converted(store, code)
        reached = any(each.milestone and each.tier_id == tier.id for each in store.tier_rewards)
        if reached or len(counted) < tier.habits.minimum:
            return []
    given = []
    for number in range(tier.habits.times):
        each = tier if number == 0 else replace(tier, reward_id=store.ids.new("rew"))
        given.append(_give(store, each, code, holder, trigger, referrer=referrer, origin=origin))
    rewards = [replace(each, milestone=counted) for each in given]
    store.tier_rewards.extend(rewards)
    return rewards


def _converted(store: Store, code: Voucher) -> tuple[str, ...]:
    holders = (each for each in store.assignments.values() if each.voucher_id == code.id)
    return tuple(dict.fromkeys(each.customer_id for each in holders if each.trigger is not None))


def _give(
    store: Store,
    tier: Tier,
    code: Voucher,
    holder: Holder,
    trigger: Trigger,
    *,
    referrer: Customer,
    origin: Origin,
) -> TierReward:
    at = max(holder.created_at, trigger.created_at) + 3 * GRANT_DELAY / 2
    voucher, change = _voucher(store, tier, referrer, at), None
    if voucher is not None and voucher.type is not VoucherType.CODE:
        why = Why(Cause.TIER, holder.id)
        posting = Posting(tier.amount, tier.transaction_type, "AUTOMATIC", at=at, why=why)
        change = post(store, voucher, posting)
    referee = store.customers[trigger.customer_id]
    source = Source(tier, code, referrer, referee, trigger, voucher, store.campaigns)
    campaign = store.campaigns[code.campaign_id]
    kind, data = "customer.rewarded", rewarded(source)
    activity = events.record(store, referrer, kind, data, campaign=campaign, origin=origin, at=at)
    if voucher is not None and change is not None:
        events.record_balance(store, voucher, change, referrer, origin)
    else:
        _record_redemption(store, source, origin, at)
    return TierReward(
        activity_id=activity.id,
        holder_id=holder.id,
        referrer_id=referrer.id,
        referee_id=holder.customer_id,
        kind=tier.kind,
        amount=tier.amount,
        voucher_id=voucher.id if voucher else None,
        transaction_id=change.id if change else None,
        group_id=origin.group_id,
        linked=tier.linked,
        tier_id=tier.id,
    )


def _voucher(store: Store, tier: Tier, referrer: Customer, at: datetime) -> Voucher | None:
    if tier.campaign_id is None:
        return None
    campaign = store.campaigns[tier.campaign_id]
    # Each coupon is a new one; credits and points go onto the card that is there.
    card = None
    if campaign.voucher_type is not VoucherType.CODE:
        card = store.card_of(referrer.id, campaign.id)
    return card or publish_card(store, campaign, referrer, at=at)


def _record_redemption(store: Store, source: Source, origin: Origin, at: datetime) -> None:
    # A thing waits for a person at the dashboard; a coupon is there at once.
    state = "PENDING" if source.tier.kind == MATERIAL else "COMPLETED"
    data = reward_redemption(source, redemption_id=store.ids.new("rewr"), state=state, at=at)
    kind = f"customer.reward_redemptions.{state.lower()}"
    campaign = store.campaigns[source.code.campaign_id]
    events.record(store, source.referrer, kind, data, campaign=campaign, origin=origin, at=at)
