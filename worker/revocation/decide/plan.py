from inbox.model.effect import Perk
from schemas import HolderAssignmentDeleted, HolderRole
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.decide.claw_back import claw_back
from worker.revocation.decide.proof import UNKNOWN_TYPE, Doubt, Proven, choose, is_of_unknown_type
from worker.revocation.decide.remaining import remaining
from worker.revocation.decide.window import own_conversions, window_of
from worker.revocation.find.needs import ids_of, needs, no_window
from worker.revocation.findings import Findings, Presence
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
STILL_ASSIGNED_WAIT_SECONDS = 120.0

#: After so many checks it is no replica that lags.
MOST_LOOKS = 4

#: Perk letters of what an addition to a card is, by the card's type.
_OWN_PERKS = {"GIFT_VOUCHER": Perk.GIFT_CREDITS, "LOYALTY_CARD": Perk.LOYALTY_POINTS}

_UNITS = {"GIFT_VOUCHER": "cents", "LOYALTY_CARD": "points"}


def decide(
    event: HolderAssignmentDeleted, found: Findings, policies: Policies, *, looks: int = 1
) -> Plan:
    """
    Make a plan of what to take back for one removed assignment.

    Cheap and reversible steps stand before money. A rollback stands before money too, for
    Voucherify may reverse rewards by it. The mark on the customer stands last.

    Args:
        event: what happened.
        found: what was looked up, as `needs` asked.
        policies: what the shop wants taken back beyond the referee's own reward.
        looks: how often this was checked before and now, at least 1.

    Raises:
        NeedsPersonError: no safe decision is possible; says what a person needs.
        RetryableError: the assignment is still there; to be checked again.
    """
    wanted = needs(event, policies)
    if not wanted.presence:
        return Plan(steps=(), reason="not a referral role")
    _check_presence(event, found, looks)
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


def _check_presence(event: HolderAssignmentDeleted, found: Findings, looks: int) -> None:
    holder = event.holder
    if found.presence is Presence.STILL_ASSIGNED:
        sentence = (
            f"the assignment is still listed on the code (holder {holder.id}, "
            f"voucher {holder.redeemable_id})"
        )
        if looks >= MOST_LOOKS:
            raise NeedsPersonError(f"{sentence} after {looks} checks: was it really removed?")
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
    """Take what is proved to be the referral's, and no more of it than is still there."""
    if not found.statements:
        if is_of_unknown_type(found.promise):
            unsure.append(f"{UNKNOWN_TYPE}, and the customer has no card ({ids_of(event)})")
        return []
    window = window_of(event, found.conversions or (), found.elsewhere)
    if window is None:
        raise no_window(event)
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
    left = remaining(statement, grant, ours=name)
    made = statement.change_named(name)
    unit = _UNITS[card.type]
    about = f"{grant.amount} {unit} on card {card.id} by transaction {grant.id}, {ids_of(event)}"
    unsure += [
        f"{moved} (the reward: {about}): take it off there, if it is to go" for moved in left.moved
    ]
    if left.unsure and made is None:
        doubts = "; ".join(left.unsure)
        unsure.append(f"{doubts} (the reward: {about}). perkhook would take {left.amount} {unit}")
        return []
    return [
        TakeBalance(
            perk=perk,
            card=card,
            granted=grant.amount,
            due=left.amount,
            grant=grant.id,
            name=name,
            found=made,
            balance=statement.balance,
            read_at=statement.read_at,
            rest=", ".join(left.why_less),
            reason=f"the referee's reward: {proven.why}",
        )
    ]


def _roll_back(
    event: HolderAssignmentDeleted,
    found: Findings,
    policies: Policies,
    unsure: list[str],
    remarks: list[str],
) -> list[Step]:
    if not policies.roll_back_redemption:
        return []
    # Of whichever referrer: a code may have been given away in between, and the order that is
    # cancelled must be the one by which the customer came.
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
    # One that is off may have been switched off by a run that could not note it any more.
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
