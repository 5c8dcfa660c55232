"""What a referrer gets when somebody they referred converts ("Referral tiers")."""

from dataclasses import replace
from datetime import datetime

from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.records import (
    MATERIAL,
    Customer,
    Holder,
    Tier,
    TierReward,
    Transaction,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import Trigger
from sandbox.voucherify.life import events
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.life.holding import GRANT_DELAY, publish_card, tell_balance
from sandbox.voucherify.life.ledger import Posting, post
from sandbox.voucherify.shapes import rewards as tier_bodies


def give_all(
    store: Store, tier: Tier, code: Voucher, holder: Holder, trigger: Trigger, *, origin: Origin
) -> list[TierReward]:
    """
    Reward the referrer for one referee; nobody is rewarded once the referrer is gone.

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
    voucher = _voucher(store, tier, referrer, at)
    change = _credit(store, tier, voucher, at, Why(Cause.TIER, holder.id))
    source = tier_bodies.Source(tier, code, referrer, trigger, voucher)
    activity = events.record(
        store,
        referrer,
        "customer.rewarded",
        tier_bodies.rewarded(store, source),
        campaign=store.campaigns[code.campaign_id],
        origin=origin,
        at=at,
    )
    if voucher is not None and change is not None:
        tell_balance(store, voucher, change, referrer, origin)
    else:
        _tell_redemption(store, source, origin, at)
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


def _credit(
    store: Store, tier: Tier, voucher: Voucher | None, at: datetime, why: Why
) -> Transaction | None:
    if voucher is None or voucher.type is VoucherType.CODE:
        return None
    posting = Posting(
        tier.amount, tier.transaction_type, operation_type="AUTOMATIC", at=at, why=why
    )
    return post(store, voucher, posting)


def _tell_redemption(
    store: Store, source: tier_bodies.Source, origin: Origin, at: datetime
) -> None:
    # A thing waits for a person at the dashboard; a coupon is there at once.
    state = "PENDING" if source.tier.kind == MATERIAL else "COMPLETED"
    events.record(
        store,
        source.referrer,
        f"customer.reward_redemptions.{state.lower()}",
        tier_bodies.reward_redemption(store, source, state=state, at=at),
        campaign=store.campaigns[source.code.campaign_id],
        origin=origin,
        at=at,
    )
