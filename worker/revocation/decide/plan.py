"""The plan for one removed assignment, decided from what was read."""

from typing import Final

from inbox.model.effect import Perk
from schemas import HolderAssignmentDeleted, HolderRole
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.decide.claw_back import claw_back
from worker.revocation.decide.proof import OF_UNKNOWN_TYPE, Doubt, Proven, choose
from worker.revocation.decide.take import take_rest
from worker.revocation.event import assigned_at, ids_of
from worker.revocation.evidence.conversions import own_conversions, window_of
from worker.revocation.find.needs import needs
from worker.revocation.findings import UNKNOWN_TYPE, Findings, Presence
from worker.revocation.steps import (
    DisableVoucher,
    MarkCustomer,
    Plan,
    RollBack,
    Step,
    TakeBalance,
)
from worker.settings.policies import Policies


#: Wait before an assignment that is still listed is checked again.
STILL_ASSIGNED_WAIT_SECONDS: Final = 120.0

#: After so many checks it is not a replica that lags.
MOST_CHECKS: Final = 4

#: What an addition to a referee's card is, by the card's type.
_OWN_PERKS: Final = {"GIFT_VOUCHER": Perk.GIFT_CREDITS, "LOYALTY_CARD": Perk.LOYALTY_POINTS}


def decide(
    event: HolderAssignmentDeleted, found: Findings, policies: Policies, *, checks: int = 1
) -> Plan:
    """
    Return the plan of what to take back for one removed assignment.

    Cheap and reversible steps come before money. A rollback comes before money too, because
    Voucherify may reverse rewards by it. The mark on the customer comes last.

    Args:
        event: what happened.
        found: what was read, as `needs` says.
        policies: what the shop wants taken back beyond the referee's own reward.
        checks: how often this was checked before and now, at least 1.

    Raises:
        NeedsPersonError: no safe decision is possible; says what a person needs.
        RetryableError: the assignment is still there; to be checked again.
    """
    wanted = needs(event, policies)
    if not wanted.presence:
        return Plan(steps=(), reason="not a referral role")
    _check_presence(event, found, checks)
    again = found.presence is Presence.ASSIGNED_AGAIN
    unsure: list[str] = [wanted.doubt] if wanted.doubt else []
    remarks: list[str] = []
    earned = claw_back(event, found, unsure, remarks)
    steps: list[Step] = [step for step in earned if isinstance(step, DisableVoucher)]
    if event.holder.holder_role is HolderRole.REFEREE:
        steps += _roll_back(event, found, policies, unsure, remarks)
        steps += _reward_of_referee(event, found, unsure)
    elif not again:
        steps += _disable_code(event, found)
    steps += [step for step in earned if isinstance(step, TakeBalance)]
    taken = [step.reason for step in steps]
    if not found.customer_exists:
        remarks.append("the customer no longer exists in Voucherify")
    if policies.mark_customer and found.customer_exists and not again:
        steps.append(MarkCustomer(customer=event.holder.customer_id, reason="referral removed"))
    what = ", ".join(taken) or "it gave nothing that can be taken back"
    return Plan(
        steps=tuple(steps),
        reason=f"assignment {found.presence.value}: {what}",
        unresolved=tuple(unsure),
        remarks=tuple(remarks),
    )


def _check_presence(event: HolderAssignmentDeleted, found: Findings, checks: int) -> None:
    holder = event.holder
    if found.presence is Presence.STILL_ASSIGNED:
        sentence = (
            f"the assignment is still listed on the code (holder {holder.id}, "
            f"voucher {holder.redeemable_id})"
        )
        if checks >= MOST_CHECKS:
            raise NeedsPersonError(f"{sentence} after {checks} checks: was it really removed?")
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
    """Return the step for what is proved to be the referral's, and is still there."""
    if not found.statements:
        if found.promise and found.promise.type == UNKNOWN_TYPE:
            unsure.append(f"{OF_UNKNOWN_TYPE}, and the customer has no card ({ids_of(event)})")
        return []
    window = window_of(event, assigned_at(event), found.conversions or (), found.elsewhere)
    try:
        proven = choose(event, found, window)
    except Doubt as doubt:
        unsure.append(
            f"{doubt} ({ids_of(event)}). If it is the reward: take it off in Voucherify, then "
            "discard this job"
        )
        return []
    return [] if proven is None else _take_back(event, proven, unsure)


def _take_back(event: HolderAssignmentDeleted, proven: Proven, unsure: list[str]) -> list[Step]:
    statement, grant = proven.addition.statement, proven.addition.entry
    card = statement.card
    perk = _OWN_PERKS[card.type]
    name = f"rvk:{event.holder.id}:{perk}"
    take = take_rest(
        statement,
        grant,
        statement.change_named(name),
        unsure,
        perk=perk,
        name=name,
        reason=f"the referee's reward: {proven.why}",
        about=f"the reward: {grant.amount} {card.unit} on card {card.id} by transaction "
        f"{grant.id}, {ids_of(event)}",
    )
    return [take] if take else []


def _roll_back(
    event: HolderAssignmentDeleted,
    found: Findings,
    policies: Policies,
    unsure: list[str],
    remarks: list[str],
) -> list[Step]:
    if not policies.roll_back_redemption:
        return []
    # Of any referrer: the code may have another owner since, and the cancelled order must be the
    # one by which the customer came.
    ours = own_conversions(event, found.conversions or (), of_referrer=False)
    redemptions = [each.id for each in ours if not each.by_event]
    if len(redemptions) > 1:
        listed = ", ".join(redemptions)
        unsure.append(
            f"several redemptions of the code by this customer ({ids_of(event)}): {listed}"
        )
        return []
    if not redemptions:
        remarks.append(
            "nothing to roll back: the customer converted by a custom event"
            if ours
            else "nothing to roll back: Voucherify lists no redemption for this referral"
        )
    return [
        RollBack(redemption=redemption, reason="the referee's discount")
        for redemption in redemptions
    ]


def _disable_code(event: HolderAssignmentDeleted, found: Findings) -> list[Step]:
    code, customer = found.code, event.holder.customer_id
    # One that is off may have been switched off by a run that could not record it.
    if code is None or code.owners - {customer}:
        return []
    return [
        DisableVoucher(
            perk=Perk.REFERRAL_CODE,
            voucher=code.id,
            only_if_owned_by=customer,
            reason="the ex-referrer's code",
        )
    ]
