"""Reading the API's answers leniently into findings; what cannot be read is None, never a guess."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from schemas import read_timestamp
from worker.revocation.findings import Addition, Card, Code, ReferrerReward, RewardKind


Json = dict[str, Any]

#: What puts something on a card, and where its amount stands
#: (Voucherify API reference: List voucher transactions).
_ADDITIONS: Final = {
    "CREDITS_ADDITION": "amount",
    "POINTS_ADDITION": "points",
    "POINTS_ACCRUAL": "points",
}

#: Voucher types that hold a balance, and where it stands in a voucher.
_BALANCES: Final = {"GIFT_VOUCHER": "gift", "LOYALTY_CARD": "loyalty_card"}

#: What an accrual of a loyalty program says it came from; a referral says none of it.
_EARNED_OTHERWISE: Final = ("order", "redemption", "rollback", "holder_loyalty_tier")

#: Who adds by hand: the API's callers and people at the dashboard.
_BY_HAND: Final = ("API", "voucherify-web-ui")


def card_of(redeemable: Json, customer: str) -> Card | None:
    """Read a card out of a customer's redeemables; None if it is no card of their own."""
    kind, card = _text(redeemable.get("voucher_type")), _text(redeemable.get("redeemable_id"))
    if kind is None or kind not in _BALANCES or card is None:
        return None
    if redeemable.get("holder_role") not in ("OWNER", None):
        return None
    if redeemable.get("customer_id") not in (customer, None):
        return None
    return Card(card, kind, _text(redeemable.get("campaign_id")))


def addition_of(transaction: Json, card: Card) -> Addition | None:
    """Read something that was put on a card; None if nothing was."""
    field = _ADDITIONS.get(str(transaction.get("type")))
    at, name = moment(transaction.get("created_at")), _text(transaction.get("id"))
    if field is None or at is None or name is None:
        return None
    details = _object(transaction.get("details"))
    balance = _object(details.get("balance"))
    amount = _whole(balance.get(field))
    if amount is None or amount <= 0:
        return None
    by_hand = (
        transaction.get("source") in _BY_HAND
        or transaction.get("source_id") is not None
        or balance.get("operation_type") == "MANUAL"
        or any(details.get(origin) for origin in _EARNED_OTHERWISE)
    )
    return Addition(card=card, transaction=name, amount=amount, at=at, automatic=not by_hand)


def change_named(transactions: list[Json], name: str, *, removal: bool) -> tuple[str, int] | None:
    """Find our own balance change of that name: its transaction, and how much it moved."""
    for transaction in transactions:
        kind = str(transaction.get("type"))
        if transaction.get("source_id") != name:
            continue
        if not kind.endswith("_REMOVAL" if removal else ("_ADDITION", "_ACCRUAL")):
            continue
        balance = _object(_object(transaction.get("details")).get("balance"))
        moved = _whole(balance.get("amount")) or _whole(balance.get("points")) or 0
        return str(transaction.get("id")), abs(moved)
    return None


def balance_of(voucher: Json, card: Card) -> int | None:
    """Read what is left on a card, in cents or points; None if it is not told."""
    return _whole(_object(voucher.get(_BALANCES[card.type])).get("balance"))


def code_of(voucher: Json) -> Code | None:
    """Read a code and who owns it now."""
    name = _text(voucher.get("id"))
    if name is None:
        return None
    owners = {_text(voucher.get("holder_id")), _text(voucher.get("referrer_id"))} - {None}
    return Code(name, voucher.get("active") is not False, frozenset(str(each) for each in owners))


def redemptions_of(customer: Json, campaign: str) -> Iterator[tuple[str, datetime | None]]:
    """List the redemptions by which a customer came through a campaign, and their times."""
    referrals = _object(customer.get("referrals")).get("campaigns")
    for each in referrals if isinstance(referrals, list) else ():
        told = _object(each)
        name = _text(told.get("related_object_id"))
        if (
            told.get("campaign_id") == campaign
            and told.get("related_object_type") == "redemption"
            and name
        ):
            yield name, moment(told.get("date"))


def removal_name(transaction: Json) -> str | None:
    """Read the name of a balance change that took something off; None if it is no such."""
    if str(transaction.get("type")).endswith("_REMOVAL"):
        return _text(transaction.get("source_id"))
    return None


def rewards_of(activities: list[Json]) -> Iterator[ReferrerReward]:
    """
    List what referral tiers gave a referrer, out of the referrer's activity.

    A reward of credits or points is told by one activity, and its card and transaction by
    another of the same request, which share a group id.
    """
    credited: dict[str, dict[str, tuple[str, int | None]]] = {}
    for activity in activities:
        data, group = _data(activity), _text(activity.get("group_id"))
        transaction = _text(_object(data.get("transaction")).get("id"))
        card = _text(_object(data.get("voucher")).get("id"))
        balance = _object(data.get("balance"))
        amount = _whole(balance.get("amount")) or _whole(balance.get("points"))
        if transaction and card and group:
            credited.setdefault(group, {})[transaction] = (card, amount)
    for activity in activities:
        data = _data(activity)
        if activity.get("type") == "customer.rewarded" and data.get("referral_tier"):
            yield _reward(activity, data, credited.get(str(activity.get("group_id")), {}))


def moment(text: Any) -> datetime | None:
    """Read a timestamp of the API."""
    return read_timestamp(text) if isinstance(text, str) else None


def _reward(
    activity: Json, data: Json, credited: dict[str, tuple[str, int | None]]
) -> ReferrerReward:
    reward, balance = _object(data.get("reward")), _object(data.get("balance"))
    # Not the voucher of the activity itself: that is the referral code, which all share.
    target = _text(_object(reward.get("voucher")).get("id"))
    credits_, points = _whole(balance.get("amount")), _whole(balance.get("points"))
    amount, transaction = points if points is not None else credits_, None
    if str(reward.get("type")) == "MATERIAL":
        kind = RewardKind.MATERIAL
    elif amount is not None:
        kind = RewardKind.CREDITS if points is None else RewardKind.POINTS
        same = [(name, card) for name, (card, given) in credited.items() if given == amount]
        # Two of the same amount in one request cannot be told apart.
        transaction, target = same[0] if len(same) == 1 else (None, None)
    else:
        kind = RewardKind.COUPON if target else RewardKind.UNKNOWN
    return ReferrerReward(
        id=str(activity.get("id")),
        kind=kind,
        target=target,
        transaction=transaction,
        amount=amount,
        referee=_text(_object(data.get("redemption")).get("customer_id")),
        at=moment(activity.get("created_at")),
    )


def _data(activity: Json) -> Json:
    # The reference leaves open whether the event's object is nested once more.
    data = _object(activity.get("data"))
    return _object(data.get("data")) or data


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None
