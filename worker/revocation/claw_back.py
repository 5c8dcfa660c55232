"""What the referrer earned and is to be taken back, by policy: for a referee, or for all."""

from dataclasses import replace

from schemas import HolderAssignmentDeleted, HolderRole
from worker.revocation.findings import Findings, ReferrerReward, RewardKind
from worker.revocation.needs import ids_of, no_window, referrer_of
from worker.revocation.remaining import remaining
from worker.revocation.statement import Card
from worker.revocation.steps import DisableVoucher, TakeBalance
from worker.revocation.window import MARGIN


_PERKS = {RewardKind.CREDITS: "E", RewardKind.POINTS: "F"}
_CARD_TYPES = {RewardKind.CREDITS: "GIFT_VOUCHER", RewardKind.POINTS: "LOYALTY_CARD"}


def claw_back(
    event: HolderAssignmentDeleted, found: Findings, unsure: list[str]
) -> list[DisableVoucher | TakeBalance]:
    """
    Choose what to take back of what the referrer got.

    Args:
        event: the removal of a referee, or of the referrer.
        found: the referrer's rewards of this campaign.
        unsure: takes sentences for a person.
    """
    if not found.referrer_rewards:
        return []
    of_all = event.holder.holder_role is HolderRole.REFERRER
    referee = event.holder.customer_id
    referrer = referee if of_all else referrer_of(event)
    assigned, removed = event.holder.created_at, event.event.created_at
    if assigned is None:
        raise no_window(event)
    steps: list[DisableVoucher | TakeBalance] = []
    for reward in found.referrer_rewards:
        if (reward.at and not assigned - MARGIN <= reward.at <= removed) or reward.rolled_back:
            continue  # earned by another assignment, or taken back by Voucherify itself
        where = f"(activity {reward.id}, {ids_of(event)})"
        if doubt := _doubt(reward, of_all=of_all):
            unsure.append(f"{doubt} {where}")
        elif of_all or reward.referee == referee:
            if step := _step(event, reward, referrer):
                steps += _left_of(step, found, unsure, where)
            else:
                what = f"the referrer's {reward.kind.value} reward"
                unsure.append(f"{what} cannot be taken back over the API {where}")
    if not of_all and (doubt := _counted_silently(event, found)):
        unsure.append(doubt)
    return steps


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
    open_ = [each for each in rewards if each.referee is None or each.count]
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


def _doubt(reward: ReferrerReward, *, of_all: bool) -> str | None:
    """Say why nobody knows whether a reward is this removal's; None if it is known."""
    if reward.at is None:
        return "it cannot be read when a reward of the referrer was given"
    if of_all:
        return None
    if reward.count:
        of = f" of {reward.amount}" if reward.amount else ""
        return (
            f'the tier "{reward.tier}" gives one reward{of} for {reward.count} referees, and one '
            "of them left: is it still earned?"
        )
    if reward.referee is None:
        return "it is not said which referee earned a reward of the referrer"
    return None


def cards_of(event: HolderAssignmentDeleted, rewards: tuple[ReferrerReward, ...]) -> list[Card]:
    """List the cards that rewards for this removal are on."""
    of_all, referee = event.holder.holder_role is HolderRole.REFERRER, event.holder.customer_id
    return [
        Card(each.target, _CARD_TYPES[each.kind], None)
        for each in rewards
        if each.target and each.kind in _CARD_TYPES and (of_all or each.referee == referee)
    ]


def _left_of(
    step: DisableVoucher | TakeBalance, found: Findings, unsure: list[str], where: str
) -> list[DisableVoucher | TakeBalance]:
    """Take no more of a reward than is still there."""
    if isinstance(step, DisableVoucher):
        return [step]
    statement = next(
        (each for each in found.referrer_statements if each.card.id == step.card.id), None
    )
    grant = statement.entry(step.grant) if statement else None
    if statement is None or grant is None:
        return [step]
    made = statement.change_named(step.name)
    left = remaining(statement, grant, ours=step.name)
    if left.unsure and made is None:
        unsure.append(f"{left.unsure} (the referrer's reward, transaction {step.grant}) {where}")
        return []
    if left.moved:
        unsure.append(f"{left.moved} (the referrer's reward, transaction {step.grant}) {where}")
    return [
        replace(
            step,
            due=min(step.due, left.amount),
            found=made,
            balance=statement.balance,
            read_at=statement.read_at,
            rest=", ".join(left.why_less),
        )
    ]


def _step(
    event: HolderAssignmentDeleted, reward: ReferrerReward, referrer: str
) -> DisableVoucher | TakeBalance | None:
    kind, target = reward.kind, reward.target
    if target == event.holder.redeemable_id:
        return None  # never the code itself: all its referees share it
    if kind is RewardKind.COUPON and target:
        return DisableVoucher(
            perk="D",
            voucher=target,
            only_if_owned_by=referrer,
            reason="a coupon the referrer earned",
        )
    perk = _PERKS.get(kind)
    if perk and target and reward.transaction and (reward.amount or 0) > 0:
        return TakeBalance(
            perk=perk,
            card=Card(target, _CARD_TYPES[kind], None),
            granted=reward.amount or 0,
            due=reward.amount or 0,
            grant=reward.transaction,
            name=f"rvk:{event.holder.id}:{perk}:{reward.transaction}",
            reason="what the referrer earned",
        )
    return None
