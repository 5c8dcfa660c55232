"""Which of a referrer's rewards a removal ends, by policy: those for a referee, or all."""

from datetime import datetime
from typing import Final

from schemas import HolderAssignmentDeleted, HolderRole
from worker.revocation.cards import Card
from worker.revocation.evidence.window import MARGIN
from worker.revocation.findings import ReferrerReward, RewardKind


#: The types of cards that rewards of credits and points are put on.
_CARD_TYPES: Final = {RewardKind.CREDITS: "GIFT_VOUCHER", RewardKind.POINTS: "LOYALTY_CARD"}


def in_time(
    event: HolderAssignmentDeleted, rewards: tuple[ReferrerReward, ...], assigned: datetime
) -> list[ReferrerReward]:
    """
    Return the rewards without those that another assignment earned.

    What was stamped just before the assignment counts only if its referee earned nothing since.
    """
    removed = event.event.created_at
    since = [each for each in rewards if each.at is None or assigned <= each.at <= removed]
    named = {each.referee for each in since}
    before = [
        each
        for each in rewards
        if each.at and assigned - MARGIN <= each.at < assigned and each.referee not in named
    ]
    return [*before, *since]


def is_of_all(event: HolderAssignmentDeleted) -> bool:
    """Return whether all rewards are taken back, because the referrer left."""
    return event.holder.holder_role is HolderRole.REFERRER


def is_due(event: HolderAssignmentDeleted, reward: ReferrerReward) -> bool:
    """Return whether a reward without doubt is to be taken back."""
    return is_of_all(event) or reward.referee == event.holder.customer_id


def doubt_about(event: HolderAssignmentDeleted, reward: ReferrerReward) -> str | None:
    """Return why it is unknown whether a reward is this removal's; None if it is known."""
    of_all = is_of_all(event)
    of_another = reward.referee not in {None, event.holder.customer_id} and not reward.milestone
    if (of_another and not of_all) or (reward.rolled_back and (of_all or reward.referee)):
        return None
    if not reward.named_campaign:
        return "it is not said which campaign gave a reward of the referrer"
    if reward.at is None:
        return "it cannot be read when a reward of the referrer was given"
    if reward.milestone and not of_all:
        of = f" of {reward.amount}" if reward.amount else ""
        many = str(reward.count) if reward.count else "several"
        return (
            f'the tier "{reward.tier}" gave one reward{of} for {many} referees together, and one '
            "of them may have left: is it still earned?"
        )
    if reward.referee is None and not of_all:
        return "it is not said which referee earned a reward of the referrer"
    return None


def has_balance(event: HolderAssignmentDeleted, reward: ReferrerReward) -> bool:
    """Return whether a reward is known to be credits or points on a card."""
    known = reward.target and reward.transaction and (reward.amount or 0) > 0
    return (
        reward.kind in _CARD_TYPES and bool(known) and reward.target != event.holder.redeemable_id
    )


def card_of(reward: ReferrerReward) -> Card | None:
    """Return the card that credits or points were put on; None if it is not said."""
    return Card(reward.target, _CARD_TYPES[reward.kind], None) if reward.target else None


def cards_of(
    event: HolderAssignmentDeleted, rewards: tuple[ReferrerReward, ...], assigned: datetime
) -> list[Card]:
    """Return the cards that rewards to be taken back were put on, each once."""
    due = [
        each
        for each in in_time(event, rewards, assigned)
        if not doubt_about(event, each) and is_due(event, each) and not each.rolled_back
    ]
    cards = {each.target: card_of(each) for each in due if has_balance(event, each)}
    return list(filter(None, cards.values()))


def may_count_elsewhere(
    event: HolderAssignmentDeleted, rewards: tuple[ReferrerReward, ...]
) -> bool:
    """
    Return whether this referee may have counted for a reward that names another.

    Tiers with "Minimum unique referee redemptions" give one reward for several referees.
    """
    referee = event.holder.customer_id
    # A reward that names no referee, or says how many it counts, is for a person anyway.
    open_ = [each for each in rewards if each.referee is None or each.milestone]
    named = any(each.referee == referee for each in rewards)
    return not named and not open_ and bool(given_since(event, rewards))


def given_since(
    event: HolderAssignmentDeleted, rewards: tuple[ReferrerReward, ...]
) -> list[ReferrerReward]:
    """Return the rewards that were given while the assignment lasted."""
    assigned, removed = event.holder.created_at, event.event.created_at
    return [each for each in rewards if assigned and each.at and assigned <= each.at <= removed]
