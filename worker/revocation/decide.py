from collections.abc import Iterator

from schemas import HolderAssignmentDeleted, HolderRole, RefereeReward, UnknownValue
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.findings import (
    Addition,
    Card,
    Findings,
    Presence,
    ReferrerReward,
    RewardKind,
)
from worker.revocation.needs import needs, no_window, referrer_of
from worker.revocation.policies import Policies
from worker.revocation.steps import (
    DisableVoucher,
    MarkCustomer,
    Plan,
    RollBack,
    Step,
    TakeBalance,
)


#: Wait before an assignment that is still listed is looked at again.
STILL_ASSIGNED_WAIT_SECONDS = 120.0

#: After so many looks it is no replica that lags.
MOST_LOOKS = 4

#: Perk letters of what an addition to a card is, by the card's type.
_OWN_PERKS = {"GIFT_VOUCHER": "B", "LOYALTY_CARD": "C"}
_REFERRER_PERKS = {RewardKind.CREDITS: "E", RewardKind.POINTS: "F"}
_CARD_TYPES = {RewardKind.CREDITS: "GIFT_VOUCHER", RewardKind.POINTS: "LOYALTY_CARD"}


def decide(
    event: HolderAssignmentDeleted, found: Findings, policies: Policies, *, looks: int = 1
) -> Plan:
    """
    Make a plan of what to take back for one removed assignment.

    Cheap and reversible steps stand before money; the mark on the customer stands last.

    Args:
        event: what happened.
        found: what was looked up, as `needs` asked.
        policies: what the shop wants taken back beyond the referee's own reward.
        looks: how often this was looked at before and now, at least 1.

    Raises:
        NeedsPersonError: no safe decision is possible; says what a person needs.
        RetryableError: the assignment is still there; to be looked at again.
    """
    if not needs(event, policies).presence:
        return Plan(steps=(), reason="not a referral role")
    _check_presence(event, found, looks)
    again = found.presence is Presence.ASSIGNED_AGAIN
    unsure: list[str] = []
    earned = list(_claw_back(event, found, unsure))
    steps: list[Step] = [step for step in earned if isinstance(step, DisableVoucher)]
    if event.holder.holder_role is HolderRole.REFEREE:
        steps += _reward_of_referee(event, found, unsure)
    elif not again:
        steps += _disable_code(event, found)
    steps += [step for step in earned if isinstance(step, TakeBalance)]
    steps += _roll_back(event, found, unsure)
    taken = [step.reason for step in steps]
    if policies.mark_customer and found.customer_exists and not again:
        steps.append(MarkCustomer(customer=event.holder.customer_id, reason="referral removed"))
    what = ", ".join(taken) or "it gave nothing that can be taken back"
    return Plan(
        steps=tuple(steps),
        reason=f"assignment {found.presence.value}: {what}",
        unresolved=tuple(unsure),
    )


def _check_presence(event: HolderAssignmentDeleted, found: Findings, looks: int) -> None:
    holder = event.holder
    if found.presence is Presence.STILL_ASSIGNED:
        sentence = (
            f"the assignment is still listed on the code (holder {holder.id}, "
            f"voucher {holder.redeemable_id})"
        )
        if looks >= MOST_LOOKS:
            raise NeedsPersonError(f"{sentence} after {looks} looks: was it really removed?")
        raise RetryableError(
            "still_assigned", sentence, retry_after_seconds=STILL_ASSIGNED_WAIT_SECONDS
        )
    if found.presence is Presence.NOTHING_KNOWN:
        raise NeedsPersonError(
            "Voucherify knows neither this customer nor this code: are the keys of another "
            f"project or region? (customer {holder.customer_id}, voucher {holder.redeemable_id})"
        )


def _reward_of_referee(
    event: HolderAssignmentDeleted, found: Findings, unsure: list[str]
) -> list[Step]:
    """
    Choose what the referral gave among what was put on the customer's cards meanwhile.

    What Voucherify added by itself can be a reward; what a person or a program of the shop
    added is the customer's own. The campaign's reward in the event only helps to choose: it is
    the campaign as it is now, not as it was when the reward was given.
    """
    automatic = [each for each in found.additions if each.automatic]
    candidates = automatic
    alone = len(automatic) == 1
    if alone and found.elsewhere:
        # Else it may be what the other code gave.
        alone = automatic[0].at < found.elsewhere
    if not alone:
        candidates = [each for each in automatic or found.additions if _is_promised(event, each)]
    reward = _promised(event)
    if reward and isinstance(reward.type, UnknownValue):
        unsure.append(
            "the campaign's reward is neither credit, points nor a discount, so it cannot be told "
            f"what to take back (holder {event.holder.id})"
        )
        return []
    if automatic and len(candidates) == 1:
        return [_take_back(event, candidates[0], found)]
    if automatic or candidates:
        told = ", ".join(
            f"{each.transaction} ({each.amount} on card {each.card.id})"
            for each in candidates or automatic
        )
        what = "several additions" if automatic else "an addition that was made by hand"
        if len(automatic) == 1:
            what = "while another code referred the customer too, an addition"
        unsure.append(
            f"{what} could be this assignment's reward (holder {event.holder.id}): "
            f"transactions {told}"
        )
    return []


def _take_back(event: HolderAssignmentDeleted, addition: Addition, found: Findings) -> TakeBalance:
    perk = _OWN_PERKS[addition.card.type]
    name = f"rvk:{event.holder.id}:{perk}"
    return TakeBalance(
        perk=perk,
        card=addition.card,
        granted=addition.amount,
        grant=addition.transaction,
        name=name,
        look_first=name in found.removals,
        reason="the referee's reward",
    )


def _promised(event: HolderAssignmentDeleted) -> RefereeReward | None:
    program = event.campaign.referral_program if event.campaign else None
    return program.referee_reward if program else None


def _is_promised(event: HolderAssignmentDeleted, addition: Addition) -> bool:
    reward = _promised(event)
    if reward is None or reward.amount is None or reward.amount != addition.amount:
        return False
    parent = reward.related_object_parent
    right_type = reward.type is None or str(reward.type) == addition.card.type
    return right_type and (
        parent is None or parent.id is None or parent.id == addition.card.campaign
    )


def _claw_back(
    event: HolderAssignmentDeleted, found: Findings, unsure: list[str]
) -> Iterator[Step]:
    """Take back what the referrer got: for this referee, or for all if the referrer left."""
    referee = event.holder.customer_id
    of_all = event.holder.holder_role is HolderRole.REFERRER
    if not found.referrer_rewards:
        return
    referrer = referee if of_all else referrer_of(event)
    assigned, removed = event.holder.created_at, event.event.created_at
    if assigned is None:
        raise no_window(event)
    for reward in found.referrer_rewards:
        if reward.at and not assigned <= reward.at <= removed:
            continue  # earned by another assignment
        where = f"(activity {reward.id}, holder {event.holder.id})"
        if reward.at is None:
            unsure.append(f"it cannot be read when a reward of the referrer was given {where}")
        elif not of_all and reward.referee is None:
            unsure.append(f"it is not told which referee earned a reward of the referrer {where}")
        elif of_all or reward.referee == referee:
            step = _claw_back_one(event, reward, referrer)
            if step is not None:
                yield step
            else:
                what = f"the referrer's {reward.kind.value} reward"
                unsure.append(f"{what} cannot be taken back over the API {where}")


def _claw_back_one(
    event: HolderAssignmentDeleted, reward: ReferrerReward, referrer: str
) -> Step | None:
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
    perk = _REFERRER_PERKS.get(kind)
    if perk and target and reward.transaction and (reward.amount or 0) > 0:
        return TakeBalance(
            perk=perk,
            card=Card(target, _CARD_TYPES[kind], None),
            granted=reward.amount or 0,
            grant=reward.transaction,
            name=f"rvk:{event.holder.id}:{perk}:{reward.transaction}",
            look_first=True,
            reason="what the referrer earned",
        )
    return None


def _roll_back(
    event: HolderAssignmentDeleted, found: Findings, unsure: list[str]
) -> list[RollBack]:
    if len(found.redemptions) > 1:
        unsure.append(
            f"several redemptions of the code by this customer (holder {event.holder.id}): "
            + ", ".join(found.redemptions)
        )
        return []
    return [
        RollBack(redemption=redemption, reason="the referee's discount")
        for redemption in found.redemptions
    ]


def _disable_code(event: HolderAssignmentDeleted, found: Findings) -> list[Step]:
    code, customer = found.code, event.holder.customer_id
    # One that is off may have been switched off by a run that could not note it any more.
    if code is None or code.owners - {customer}:
        return []
    return [
        DisableVoucher(
            perk="H", voucher=code.id, only_if_owned_by=customer, reason="the ex-referrer's code"
        )
    ]
