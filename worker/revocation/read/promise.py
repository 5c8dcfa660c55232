"""What a campaign promises its referees: in the event, or as the campaign is now."""

from datetime import datetime
from typing import Any, Final

from schemas import HolderAssignmentDeleted, UnknownValue, VoucherType
from worker.revocation.findings import UNKNOWN_TYPE, Promise
from worker.voucherify.values import moment, object_of, text, whole


#: Types that the specification has for a reward.
_TYPES: Final = frozenset(each.value for each in VoucherType)


def promise_in(event: HolderAssignmentDeleted) -> Promise | None:
    """Read what the campaign in the event promises; None if it says nothing."""
    program = event.campaign.referral_program if event.campaign else None
    reward = program.referee_reward if program else None
    if reward is None:
        return None
    kind, amount, parent = reward.type, reward.amount, reward.related_object_parent
    return _promise(
        UNKNOWN_TYPE if isinstance(kind, UnknownValue) else kind and kind.value,
        int(amount) if amount is not None and amount == int(amount) else None,
        parent.id if parent else None,
        in_event=True,
    )


def promise_of(campaign: dict[str, Any]) -> Promise | None:
    """
    Read what a campaign promises now ("Get campaign"); None if it says nothing.

    It may have been another reward when this assignment was made.
    """
    reward = object_of(object_of(campaign.get("referral_program")).get("referee_reward"))
    amount = reward.get("amount")
    if isinstance(amount, str) and amount.isascii() and amount.isdecimal():
        amount = int(amount)
    kind = text(reward.get("type"))
    return _promise(
        kind if kind is None or kind in _TYPES else UNKNOWN_TYPE,
        whole(amount),
        text(object_of(reward.get("related_object_parent")).get("id")),
        in_event=False,
        edited=moment(campaign.get("updated_at")) or moment(campaign.get("created_at")),
    )


def _promise(
    kind: str | None,
    amount: int | None,
    campaign: str | None,
    *,
    in_event: bool,
    edited: datetime | None = None,
) -> Promise | None:
    # Without an amount it says nothing, except that a discount puts nothing on any card.
    if amount is None and kind in {None, "GIFT_VOUCHER", "LOYALTY_CARD"}:
        return None
    return Promise(type=kind, amount=amount, campaign=campaign, in_event=in_event, edited=edited)
