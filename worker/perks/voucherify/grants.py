"""Finding what a referral gave: pure functions over what the API told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from schemas import HolderAssignmentDeleted, RefereeReward, read_timestamp


#: Types of transactions that put something on a card, by kind of card
#: (Voucherify API reference: List voucher transactions).
_GRANTS: Final = {
    "CREDITS_ADDITION": "amount",
    "POINTS_ADDITION": "points",
    "POINTS_ACCRUAL": "points",
}

#: Voucher types that hold a balance, and the letter of their perk in our source ids.
CARD_PERKS: Final = {"GIFT_VOUCHER": "B", "LOYALTY_CARD": "C"}


@dataclass(frozen=True, slots=True)
class Card:
    """A card that a customer holds."""

    id: str
    type: str
    campaign: str | None


@dataclass(frozen=True, slots=True)
class Grant:
    """Something that was put on a card while the assignment lasted."""

    card: Card
    amount: int
    transaction: str
    #: A person or a program put it there by name, which no reward is known to be.
    by_hand: bool = False


def source_id(holder: str, card_type: str) -> str:
    """Name our take-back in the card's transactions, so that it is found again."""
    return f"rvk:{holder}:{CARD_PERKS[card_type]}"


def card_of(redeemable: dict[str, Any]) -> Card | None:
    """Read a card from a customer's redeemables; None if it is no card of their own."""
    card_type, card = redeemable.get("voucher_type"), redeemable.get("redeemable_id")
    if not isinstance(card_type, str) or card_type not in CARD_PERKS:
        return None
    if not isinstance(card, str) or redeemable.get("holder_role") not in ("OWNER", None):
        return None
    campaign = redeemable.get("campaign_id")
    return Card(card, card_type, campaign if isinstance(campaign, str) else None)


def is_take_back(transaction: dict[str, Any], name: str) -> bool:
    """Tell whether a transaction is our own take-back of that name."""
    kind = transaction.get("type")
    return (
        transaction.get("source_id") == name and isinstance(kind, str) and kind.endswith("_REMOVAL")
    )


def grant_of(
    transaction: dict[str, Any], card: Card, event: HolderAssignmentDeleted
) -> Grant | None:
    """
    Read what the referral gave from a transaction; None if it gave nothing.

    Only what was given between assignment and removal counts, because what lies outside
    belongs to another assignment or to the customer; where the campaign tells the reward's
    amount, only that amount counts.
    """
    field = _GRANTS.get(str(transaction.get("type")))
    moment = _moment(transaction.get("created_at"))
    if field is None or moment is None:
        return None
    assigned = event.holder.created_at
    if assigned is None or not assigned <= moment <= event.event.created_at:
        return None
    amount = _amount(transaction, field)
    promised = _promised(event)
    if amount is None or amount <= 0 or (promised is not None and amount != promised):
        return None
    by_hand = promised is None and bool(transaction.get("source"))
    return Grant(card, amount, str(transaction.get("id")), by_hand)


def balance_of(voucher: dict[str, Any], card_type: str) -> int | None:
    """Read what is left on a card; None if it is not told."""
    part = voucher.get("gift" if card_type == "GIFT_VOUCHER" else "loyalty_card")
    return _whole(part.get("balance")) if isinstance(part, dict) else None


def could_hold_reward(card: Card, event: HolderAssignmentDeleted) -> bool:
    """Tell whether the campaign's reward can be on this card, as far as the event tells."""
    # The code itself is the referrer's; a referee has it only for as long as it is assigned.
    if card.id == event.holder.redeemable_id:
        return False
    reward = reward_of(event)
    if reward is None:
        return True
    parent = reward.related_object_parent
    right_type = reward.type is None or reward.type == card.type
    return right_type and (parent is None or parent.id is None or parent.id == card.campaign)


def reward_of(event: HolderAssignmentDeleted) -> RefereeReward | None:
    """Tell what the campaign gives to referees; None if the event does not say."""
    program = event.campaign.referral_program if event.campaign else None
    return program.referee_reward if program else None


def _promised(event: HolderAssignmentDeleted) -> int | None:
    reward = reward_of(event)
    amount = reward.amount if reward else None
    return int(amount) if amount is not None and amount == int(amount) else None


def _amount(transaction: dict[str, Any], field: str) -> int | None:
    details = transaction.get("details")
    balance = details.get("balance") if isinstance(details, dict) else None
    return _whole(balance.get(field)) if isinstance(balance, dict) else None


def _moment(text: Any) -> datetime | None:
    return read_timestamp(text) if isinstance(text, str) else None


def _whole(number: Any) -> int | None:
    # 500.0 is how some JSON writers put 500.
    if isinstance(number, float) and number.is_integer():
        return int(number)
    return number if isinstance(number, int) and not isinstance(number, bool) else None
