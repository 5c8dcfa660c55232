"""What a campaign promises its referees: in the event, or as the campaign is now."""

from datetime import datetime
from typing import Any, Final

from schemas import HolderAssignmentDeleted, UnknownValue, VoucherType
from worker.revocation.findings import Promise
from worker.revocation.read.values import moment, object_of, text, whole


#: Types that the specification has for a reward.
KNOWN_TYPES: Final = frozenset(each.value for each in VoucherType)

#: What stands for any other.
UNKNOWN_TYPE: Final = "unknown"


def promise_in(event: HolderAssignmentDeleted) -> Promise | None:
    """Read what the campaign in the event promises; None if it does not say."""
    program = event.campaign.referral_program if event.campaign else None
    told = program.referee_reward if program else None
    if told is None:
        return None
    kind, amount, parent = told.type, told.amount, told.related_object_parent
    return _promise(
        UNKNOWN_TYPE if isinstance(kind, UnknownValue) else kind and kind.value,
        int(amount) if amount is not None and amount == int(amount) else None,
        parent.id if parent else None,
        in_event=True,
    )


def promise_of(campaign: dict[str, Any]) -> Promise | None:
    """
    Read what a campaign promises now ("Get campaign"); None if it does not say.

    It may have been another reward when this assignment was made.
    """
    told = object_of(object_of(campaign.get("referral_program")).get("referee_reward"))
    amount = told.get("amount")
    if isinstance(amount, str) and amount.isascii() and amount.isdecimal():
        amount = int(amount)
    return _promise(
        text(told.get("type")),
        whole(amount),
        text(object_of(told.get("related_object_parent")).get("id")),
        in_event=False,
        edited=moment(campaign.get("updated_at")) or moment(campaign.get("created_at")),
    )


def fits(promise: Promise, *, kind: str, campaign: str | None, amount: int) -> bool:
    """Say whether so much on a card of this type and campaign is what was promised."""
    return (
        promise.amount == amount
        and promise.type in {None, kind}
        and promise.campaign in {None, campaign}
    )


def in_words(promise: Promise) -> str:
    """Say what was promised."""
    unit = {"GIFT_VOUCHER": "cents", "LOYALTY_CARD": "points"}.get(promise.type or "", "")
    of = f" on a card of campaign {promise.campaign}" if promise.campaign else ""
    return f"{promise.amount} {unit}".strip() + of


def _promise(
    kind: str | None,
    amount: int | None,
    campaign: str | None,
    *,
    in_event: bool,
    edited: datetime | None = None,
) -> Promise | None:
    # Without an amount it says nothing, but that a discount puts nothing on any card.
    if amount is None and kind in {None, "GIFT_VOUCHER", "LOYALTY_CARD"}:
        return None
    return Promise(type=kind, amount=amount, campaign=campaign, in_event=in_event, edited=edited)
