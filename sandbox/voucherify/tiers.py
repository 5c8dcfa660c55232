"""What a referrer gets when somebody they referred converts ("Referral tiers")."""

from datetime import datetime

from sandbox.voucherify import events, tier_bodies
from sandbox.voucherify.assignments import GRANT_DELAY, publish_card, tell_balance
from sandbox.voucherify.causes import Cause, Why
from sandbox.voucherify.events import Origin
from sandbox.voucherify.ledger import Posting, post
from sandbox.voucherify.records import (
    MATERIAL,
    Customer,
    Holder,
    Redemption,
    Tier,
    TierReward,
    Transaction,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.store import Store


def give(
    store: Store,
    tier: Tier,
    code: Voucher,
    holder: Holder,
    redemption: Redemption,
    *,
    origin: Origin,
) -> TierReward | None:
    """
    Reward the referrer for one referee; nobody is rewarded once the referrer is gone.

    The published specification has neither an endpoint nor an example for this. What
    `customer.rewarded` can hold it does say, and that much is told.
    """
    referrer = store.find_customer(code.referrer_id or "")
    if referrer is None:
        return None
    at = holder.created_at + 3 * GRANT_DELAY / 2
    voucher = _voucher(store, tier, referrer, at)
    change = _credit(store, tier, voucher, at, Why(Cause.TIER, holder.id))
    source = tier_bodies.Source(tier, code, referrer, redemption, voucher)
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
    reward = TierReward(
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
    )
    store.tier_rewards.append(reward)
    return reward


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
