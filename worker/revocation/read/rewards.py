"""
Reads what referral tiers gave a referrer, from the referrer's activity.

Source: the specification's `EventCustomerRewardedData`, `SimpleReferralTier` and
`EventCustomerRewardRedemptionsBase`. A reward of credits or points is reported by one activity,
and its card and transaction by another of the same request, which share a group id.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from worker.revocation.findings import ReferrerReward, RewardKind
from worker.voucherify.values import Json, moment, object_of, text, whole


_REWARDED: Final = "customer.rewarded"
_ROLLED_BACK: Final = "customer.reward_redemptions.rolledback"

_KINDS: Final = {"GIFT_VOUCHER": RewardKind.CREDITS, "LOYALTY_CARD": RewardKind.POINTS}


@dataclass(frozen=True, slots=True)
class _Credit:
    """An addition to a card, as an activity reports it."""

    transaction: str
    card: str
    kind: RewardKind | None
    amount: int | None


def rewards_of(activities: list[Json], campaign: str) -> list[ReferrerReward]:
    """
    Return what the tiers of a campaign gave.

    Args:
        activities: of the referrer, of all types.
        campaign: the referral campaign.
    """
    credited = _credited(activities)
    reversed_ = [_data(each) for each in activities if each.get("type") == _ROLLED_BACK]
    rewarded = [
        (activity, data)
        for activity in activities
        if activity.get("type") == _REWARDED
        and object_of(data := _data(activity)).get("referral_tier")
        and _is_of(data, campaign) is not False
    ]
    # Sorted, so that two of one request get the same transactions every time.
    rewarded.sort(key=lambda each: str(each[0].get("id")))
    return [_reward(each, data, campaign, credited, reversed_) for each, data in rewarded]


def _credited(activities: Iterable[Json]) -> dict[str, list[_Credit]]:
    found: dict[str, list[_Credit]] = {}
    for activity in activities:
        data, group = _data(activity), text(activity.get("group_id"))
        voucher = object_of(data.get("voucher"))
        transaction = text(object_of(data.get("transaction")).get("id"))
        card, (kind, amount) = text(voucher.get("id")), _worth(data.get("balance"))
        if transaction and card and group:
            credit = _Credit(transaction, card, _KINDS.get(str(voucher.get("type")), kind), amount)
            if all(each.transaction != transaction for each in found.get(group, ())):
                found.setdefault(group, []).append(credit)
    for credits_ in found.values():
        credits_.sort(key=lambda each: each.transaction)
    return found


def _reward(
    activity: Json,
    data: Json,
    campaign: str,
    credited: dict[str, list[_Credit]],
    reversed_: list[Json],
) -> ReferrerReward:
    reward, tier = object_of(data.get("reward")), object_of(data.get("referral_tier"))
    # Not the voucher of the activity itself: that is the referral code, which all share.
    voucher = object_of(reward.get("voucher"))
    given = object_of(object_of(reward.get("parameters")).get("campaign"))
    kind, amount = _worth(data.get("balance"))
    kind = _KINDS.get(str(voucher.get("type") or given.get("type")), kind)
    amount = whole(given.get("balance")) if amount is None else amount
    target, transaction = text(voucher.get("id")), None
    if str(reward.get("type")) == "MATERIAL":
        kind, amount = RewardKind.MATERIAL, None
    elif kind is None:
        coupon = target and voucher.get("type") in (None, "DISCOUNT_VOUCHER")
        kind = RewardKind.COUPON if coupon else RewardKind.UNKNOWN
    else:
        credit = _take(credited.get(str(activity.get("group_id")), []), kind, amount, target)
        target, transaction = (credit.card, credit.transaction) if credit else (target, None)
        amount = credit.amount if credit else amount
    return ReferrerReward(
        id=str(activity.get("id")),
        kind=kind,
        target=target,
        transaction=transaction,
        amount=amount,
        referee=_referee(data),
        at=moment(activity.get("created_at")),
        tier=text(tier.get("banner")) or text(tier.get("id")) or "",
        milestone=_is_milestone(data, tier),
        count=_count_in(tier.get("parameters")),
        named_campaign=bool(_is_of(data, campaign)),
        rolled_back=any(_reverses(each, data, reward) for each in reversed_),
    )


def _take(
    credits_: list[_Credit], kind: RewardKind, amount: int | None, card: str | None
) -> _Credit | None:
    """Remove and return the addition of a reward from those of its request; None if unclear."""
    fits = [
        each
        for each in credits_
        if each.kind in {None, kind}
        and (amount is None or each.amount == amount)
        and (card is None or each.card == card)
    ]
    # Two equal ones were given for the same conversion, so it does not matter which.
    if not fits or (amount is None and len(fits) > 1):
        return None
    credits_.remove(fits[0])
    return fits[0]


def _worth(balance: Any) -> tuple[RewardKind | None, int | None]:
    """Read credits or points; an amount of 0 beside another one says nothing."""
    held = object_of(balance)
    amounts = {
        RewardKind.CREDITS: whole(held.get("amount")),
        RewardKind.POINTS: whole(held.get("points")),
    }
    named = {kind: amount for kind, amount in amounts.items() if amount}
    return next(iter(named.items())) if len(named) == 1 else (None, None)


def _referee(data: Json) -> str | None:
    redemption = object_of(data.get("redemption"))
    event = object_of(data.get("custom_event"))
    return (
        text(redemption.get("customer_id"))
        or text(object_of(redemption.get("customer")).get("id"))
        or text(object_of(event.get("customer")).get("id"))
    )


def _is_milestone(data: Json, tier: Json) -> bool:
    """
    Return whether a tier gives one reward for several referees.

    "Minimum unique referee redemptions" is met when the referrer enters a segment: the
    specification gives a tier's parameters an event type and a segment, and the activity a
    `customer_event` with the segment that was entered.
    """
    parameters, entered = object_of(tier.get("parameters")), object_of(data.get("customer_event"))
    return (
        bool(object_of(parameters.get("segment")).get("id"))
        or bool(entered.get("segment"))
        or parameters.get("event_type") == "customer.segment.entered"
        or _count_in(parameters) is not None
    )


def _count_in(value: Any) -> int | None:
    """Return a number above 1, which can only be how many referees a tier requires."""
    if isinstance(value, dict | list):
        found = [_count_in(each) for each in (value.values() if isinstance(value, dict) else value)]
        return next((each for each in found if each), None)
    number = whole(value)
    return number if number and number > 1 else None


def _is_of(data: Json, campaign: str) -> bool | None:
    """Return whether a reward is of a campaign; None if not said."""
    named = {
        text(object_of(data.get("referral_tier")).get("campaign_id")),
        text(object_of(data.get("campaign")).get("id")),
    } - {None}
    if named:
        return campaign in named
    # The referral code names it too; another voucher does not.
    return text(object_of(data.get("voucher")).get("campaign_id")) == campaign or None


def _reverses(reversal: Json, data: Json, reward: Json) -> bool:
    """Return whether Voucherify reports that it rolled this reward back."""
    redemption = object_of(reversal.get("reward_redemption"))
    source = text(object_of(reversal.get("source")).get("id")) or text(redemption.get("source_id"))
    cause = text(object_of(data.get("redemption")).get("id")) or text(
        object_of(data.get("custom_event")).get("id")
    )
    same = text(object_of(reversal.get("reward")).get("id")) in {None, text(reward.get("id"))}
    return same and source is not None and source == cause


def _data(activity: Json) -> Json:
    # The reference leaves open whether the event's object is nested once more.
    data = object_of(activity.get("data"))
    return object_of(data.get("data")) or data
