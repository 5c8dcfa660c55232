"""How to take back what the referrer earned: switched off, or taken off its card."""

from dataclasses import replace
from typing import Final

from inbox.model.effect import Perk
from schemas import HolderAssignmentDeleted
from worker.revocation.cards import Card, Statement
from worker.revocation.decide.remaining import lowest_since
from worker.revocation.decide.take import take_rest
from worker.revocation.event import assigned_at, ids_of, referrer_of
from worker.revocation.evidence.due import (
    card_of,
    doubt_about,
    given_since,
    has_balance,
    in_time,
    is_due,
    is_of_all,
    may_count_elsewhere,
)
from worker.revocation.findings import Findings, ReferrerReward, RewardKind
from worker.revocation.steps import DisableVoucher, TakeBalance


_PERKS: Final = {
    RewardKind.CREDITS: Perk.REFERRER_CREDITS,
    RewardKind.POINTS: Perk.REFERRER_POINTS,
}


def claw_back(
    event: HolderAssignmentDeleted, found: Findings, unsure: list[str], remarks: list[str]
) -> list[DisableVoucher | TakeBalance]:
    """
    Return the steps that take back what the referrer got.

    Args:
        event: the removal of a referee, or of the referrer.
        found: the referrer's rewards of this campaign, and the cards that they are on.
        unsure: sentences for a person are added here.
        remarks: what the outcome should say besides is added here.
    """
    if not found.referrer_rewards:
        return []
    steps: list[DisableVoucher | TakeBalance] = []
    for reward in in_time(event, found.referrer_rewards, assigned_at(event)):
        where = f"(activity {reward.id}, {ids_of(event)})"
        if doubt := doubt_about(event, reward):
            unsure.append(f"{doubt} {where}")
        elif not is_due(event, reward):
            continue
        elif reward.rolled_back:
            remarks.append(f"Voucherify took the referrer's reward back (activity {reward.id})")
        elif has_balance(event, reward):
            if take := _take(event, reward, found, unsure):
                steps.append(take)
        elif step := _step(event, reward):
            steps.append(step)
        else:
            on = f" on voucher {reward.target}" if reward.target else ""
            what = f"the referrer's {reward.kind.value} reward{on}"
            unsure.append(f"{what} cannot be taken back over the API {where}")
    if not is_of_all(event) and (doubt := _counted_silently(event, found)):
        unsure.append(doubt)
    return _in_room(steps, found)


def _counted_silently(event: HolderAssignmentDeleted, found: Findings) -> str | None:
    """Return the doubt that this referee counted for a reward that names another, if any."""
    rewards = found.referrer_rewards
    if not _converted(event, found) or not may_count_elsewhere(event, rewards):
        return None
    listed = ", ".join(each.id for each in given_since(event, rewards))
    return (
        "no reward of the referrer names this referee, who converted; rewards for others were "
        f"given later (activity {listed}), and this conversion may have counted for them "
        f"({ids_of(event)})"
    )


def _converted(event: HolderAssignmentDeleted, found: Findings) -> bool:
    campaign = event.holder.campaign_id
    return any(each.campaign == campaign for each in found.conversions or ())


def _step(event: HolderAssignmentDeleted, reward: ReferrerReward) -> DisableVoucher | None:
    kind, target = reward.kind, reward.target
    if target == event.holder.redeemable_id:
        return None  # never the code itself: all its referees share it
    if kind is RewardKind.COUPON and target:
        owner = event.holder.customer_id if is_of_all(event) else referrer_of(event)
        return DisableVoucher(
            perk=Perk.REFERRER_COUPON,
            voucher=target,
            only_if_owned_by=owner,
            reason="a coupon the referrer earned",
        )
    return None


def _take(
    event: HolderAssignmentDeleted,
    reward: ReferrerReward,
    found: Findings,
    unsure: list[str],
) -> TakeBalance | None:
    """Return the step for what is left of credits or points; None if a person must take it."""
    card, perk, transaction = card_of(reward), _PERKS[reward.kind], reward.transaction or ""
    if card is None:
        return None
    statement = _statement(found, card)
    name = f"rvk:{event.holder.id}:{perk}:{transaction}"
    reason = "what the referrer earned"
    if statement is None:  # the card is gone
        return TakeBalance(
            perk=perk,
            card=card,
            granted=reward.amount or 0,
            due=reward.amount or 0,
            grant=transaction,
            name=name,
            reason=reason,
        )
    about = (
        f"the referrer's reward: {reward.amount} on card {card.id} by transaction {transaction}, "
        f"activity {reward.id}, {ids_of(event)}"
    )
    grant = next((each for each in statement.entries if each.id == transaction), None)
    if grant is None or not grant.is_addition:
        unsure.append(f"the card's transactions do not show what gave it ({about})")
        return None
    # The same reward may have been taken back by another removal.
    ending = f":{perk}:{transaction}"
    changes = [each for each in statement.changes if each.name.startswith("rvk:")]
    made = next((each for each in changes if each.name.endswith(ending)), None)
    return take_rest(
        statement, grant, made, unsure, perk=perk, name=name, reason=reason, about=about
    )


def _in_room(
    steps: list[DisableVoucher | TakeBalance], found: Findings
) -> list[DisableVoucher | TakeBalance]:
    """
    Return the steps with no more from one card than it held since the last of its rewards.

    For each of them alone, the others are the referrer's other money.
    """
    takes = [each for each in steps if isinstance(each, TakeBalance) and not each.found]
    for card in {each.card: None for each in takes}:
        of_card = [each for each in takes if each.card == card]
        statement = _statement(found, card)
        lowest = lowest_since(statement, {each.grant for each in of_card}) if statement else None
        if lowest is None or len(of_card) < 2:
            continue
        room = max(lowest, *(each.due for each in of_card))
        for take in of_card:
            due = min(take.due, room)
            room -= due
            steps[steps.index(take)] = replace(take, due=due)
    return steps


def _statement(found: Findings, card: Card | None) -> Statement | None:
    return next((each for each in found.referrer_cards if each.card == card), None)
