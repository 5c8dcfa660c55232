"""What the referrer earned and is to be taken back, by policy: for a referee, or for all."""

from dataclasses import replace

from inbox.model.effect import Perk
from schemas import HolderAssignmentDeleted, HolderRole
from worker.revocation.cards import Card, Statement
from worker.revocation.decide.remaining import lowest_since, remaining
from worker.revocation.decide.window import MARGIN
from worker.revocation.find.needs import ids_of, no_window, referrer_of
from worker.revocation.findings import Findings, ReferrerReward, RewardKind
from worker.revocation.steps import DisableVoucher, TakeBalance


_PERKS = {RewardKind.CREDITS: Perk.REFERRER_CREDITS, RewardKind.POINTS: Perk.REFERRER_POINTS}
_CARD_TYPES = {RewardKind.CREDITS: "GIFT_VOUCHER", RewardKind.POINTS: "LOYALTY_CARD"}


def claw_back(
    event: HolderAssignmentDeleted, found: Findings, unsure: list[str], remarks: list[str]
) -> list[DisableVoucher | TakeBalance]:
    """
    Choose what to take back of what the referrer got.

    Args:
        event: the removal of a referee, or of the referrer.
        found: the referrer's rewards of this campaign, and the cards that they are on.
        unsure: takes sentences for a person.
        remarks: takes what the outcome should say besides.
    """
    if not found.referrer_rewards:
        return []
    steps: list[DisableVoucher | TakeBalance] = []
    for reward in _in_time(event, found.referrer_rewards):
        where = f"(activity {reward.id}, {ids_of(event)})"
        if doubt := _doubt(event, reward):
            unsure.append(f"{doubt} {where}")
        elif not _is_due(event, reward):
            continue
        elif reward.rolled_back:
            remarks.append(f"Voucherify took the referrer's reward back (activity {reward.id})")
        elif _has_balance(event, reward):
            if take := _take(event, reward, found, unsure):
                steps.append(take)
        elif step := _step(event, reward):
            steps.append(step)
        else:
            on = f" on voucher {reward.target}" if reward.target else ""
            what = f"the referrer's {reward.kind.value} reward{on}"
            unsure.append(f"{what} cannot be taken back over the API {where}")
    if not _of_all(event) and (doubt := _counted_silently(event, found)):
        unsure.append(doubt)
    return _in_room(steps, found)


def cards_of(event: HolderAssignmentDeleted, rewards: tuple[ReferrerReward, ...]) -> list[Card]:
    """List the cards that rewards to be taken back were put on, each once."""
    due = [
        each
        for each in (_in_time(event, rewards) if rewards else ())
        if not _doubt(event, each) and _is_due(event, each) and not each.rolled_back
    ]
    cards = {each.target: _card(each) for each in due if _has_balance(event, each)}
    return list(filter(None, cards.values()))


def _in_time(
    event: HolderAssignmentDeleted, rewards: tuple[ReferrerReward, ...]
) -> list[ReferrerReward]:
    """
    Leave out what another assignment earned.

    What was stamped just before the assignment counts only if its referee earned nothing since.
    """
    assigned, removed = event.holder.created_at, event.event.created_at
    if assigned is None:
        raise no_window(event)
    since = [each for each in rewards if each.at is None or assigned <= each.at <= removed]
    named = {each.referee for each in since}
    before = [
        each
        for each in rewards
        if each.at and assigned - MARGIN <= each.at < assigned and each.referee not in named
    ]
    return [*before, *since]


def _of_all(event: HolderAssignmentDeleted) -> bool:
    """Say whether all rewards are taken back, because the referrer left."""
    return event.holder.holder_role is HolderRole.REFERRER


def _is_due(event: HolderAssignmentDeleted, reward: ReferrerReward) -> bool:
    return _of_all(event) or reward.referee == event.holder.customer_id


def _counted_silently(event: HolderAssignmentDeleted, found: Findings) -> str | None:
    """Say that this referee may have counted for a reward that names another."""
    rewards = found.referrer_rewards
    if not _converted(event, found) or not may_count_elsewhere(event, rewards):
        return None
    listed = ", ".join(each.id for each in _given_later(event, rewards))
    return (
        "no reward of the referrer names this referee, who converted; rewards for others were "
        f"given later (activity {listed}), and this conversion may have counted for them "
        f"({ids_of(event)})"
    )


def may_count_elsewhere(
    event: HolderAssignmentDeleted, rewards: tuple[ReferrerReward, ...]
) -> bool:
    """
    Say whether this referee may have counted for a reward that names another.

    Tiers with "Minimum unique referee redemptions" give one reward for several referees.
    """
    referee = event.holder.customer_id
    # One that names nobody is for a person anyway, and so is one that says how many it counts.
    open_ = [each for each in rewards if each.referee is None or each.milestone]
    named = any(each.referee == referee for each in rewards)
    return not named and not open_ and bool(_given_later(event, rewards))


def _given_later(
    event: HolderAssignmentDeleted, rewards: tuple[ReferrerReward, ...]
) -> list[ReferrerReward]:
    assigned, removed = event.holder.created_at, event.event.created_at
    return [each for each in rewards if assigned and each.at and assigned <= each.at <= removed]


def _converted(event: HolderAssignmentDeleted, found: Findings) -> bool:
    campaign = event.holder.campaign_id
    return any(each.campaign == campaign for each in found.conversions or ())


def _doubt(event: HolderAssignmentDeleted, reward: ReferrerReward) -> str | None:
    """Say why nobody knows whether a reward is this removal's; None if it is known."""
    of_all = _of_all(event)
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


def _has_balance(event: HolderAssignmentDeleted, reward: ReferrerReward) -> bool:
    """Say whether a reward is known to be credits or points on a card."""
    known = reward.target and reward.transaction and (reward.amount or 0) > 0
    return reward.kind in _PERKS and bool(known) and reward.target != event.holder.redeemable_id


def _card(reward: ReferrerReward) -> Card | None:
    return Card(reward.target, _CARD_TYPES[reward.kind], None) if reward.target else None


def _step(event: HolderAssignmentDeleted, reward: ReferrerReward) -> DisableVoucher | None:
    kind, target = reward.kind, reward.target
    if target == event.holder.redeemable_id:
        return None  # never the code itself: all its referees share it
    if kind is RewardKind.COUPON and target:
        owner = event.holder.customer_id if _of_all(event) else referrer_of(event)
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
    """Take what is left of credits or points; None if a person must, who then knows why."""
    card, perk, transaction = _card(reward), _PERKS[reward.kind], reward.transaction or ""
    statement = _statement(found, card)
    if card is None:
        return None
    step = TakeBalance(
        perk=perk,
        card=card,
        granted=reward.amount or 0,
        due=reward.amount or 0,
        grant=transaction,
        name=f"rvk:{event.holder.id}:{perk}:{transaction}",
        reason="what the referrer earned",
    )
    if statement is None:
        return step  # the card is gone
    about = (
        f"the referrer's reward: {reward.amount} on card {card.id} by transaction {transaction}, "
        f"activity {reward.id}, {ids_of(event)}"
    )
    grant = next((each for each in statement.entries if each.id == transaction), None)
    if grant is None or not grant.is_addition:
        unsure.append(f"the card's transactions do not show what gave it ({about})")
        return None
    # The same reward may have been taken back because somebody else left.
    ending = f":{perk}:{transaction}"
    changes = [each for each in statement.changes if each.name.startswith("rvk:")]
    made = next((each for each in changes if each.name.endswith(ending)), None)
    left = remaining(statement, grant, ours=made.name if made else step.name)
    unsure += [f"{moved} ({about}): take it off there, if it is to go" for moved in left.moved]
    if left.unsure and made is None:
        unsure.append(f"{'; '.join(left.unsure)} ({about}). perkhook would take {left.amount}")
        return None
    return replace(
        step,
        granted=grant.amount,
        due=left.amount,
        found=made,
        balance=statement.balance,
        read_at=statement.read_at,
        rest=", ".join(left.why_less),
    )


def _in_room(
    steps: list[DisableVoucher | TakeBalance], found: Findings
) -> list[DisableVoucher | TakeBalance]:
    """
    Leave of several rewards on one card no more than the card held since the last of them.

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
