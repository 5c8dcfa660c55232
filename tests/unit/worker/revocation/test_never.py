"""What must never happen, for any findings, policies and events."""

from dataclasses import replace

from hypothesis import given

from inbox.model.effect import Perk
from schemas import HolderAssignmentDeleted
from tests.unit.worker.lives import events, findings, policies
from tests.unit.worker.revocations import (
    CAMPAIGN,
    CODE,
    HOLDER,
    REFEREE,
    REFERRER,
    REMOVED,
    referee_left,
)
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.cards import OPENING, Entry, Origin, Statement
from worker.revocation.decide.plan import decide
from worker.revocation.findings import Findings, Presence
from worker.revocation.steps import DisableVoucher, MarkCustomer, Plan, RollBack, TakeBalance
from worker.settings.policies import Policies


def _plan(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> Plan | NeedsPersonError | RetryableError:
    try:
        return decide(event, found, chosen)
    except (NeedsPersonError, RetryableError) as error:
        return error


def _own(plan: Plan, found: Findings) -> tuple[TakeBalance, Statement, Entry | None] | None:
    """Find what is taken as the referee's reward; the entry is None for a card's opening."""
    for step in plan.steps:
        if isinstance(step, TakeBalance) and step.perk in {"gift_credits", "loyalty_points"}:
            statement = next(each for each in found.statements if each.card == step.card)
            entries = {each.id: each for each in statement.entries}
            assert step.grant in entries or step.grant.startswith("opening:")
            return step, statement, entries.get(step.grant)
    return None


@given(events, findings, policies)
def test_whatever_is_found_ends_as_a_plan_or_in_a_known_way(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> None:
    """No findings are an accident, and what is still there or not known is never planned for."""
    plan = _plan(event, found, chosen)

    if event.holder.holder_role != "OWNER" and found.presence in {
        Presence.STILL_ASSIGNED,
        Presence.NOTHING_KNOWN,
    }:
        assert not isinstance(plan, Plan)


@given(events, findings, policies)
def test_an_owner_keeps_everything(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> None:
    """A plan for an owner is empty whatever is found, and no one is asked."""
    if event.holder.holder_role == "OWNER":
        plan = _plan(event, found, chosen)

        assert isinstance(plan, Plan)
        assert not plan.steps
        assert not plan.unresolved


@given(events, findings, policies)
def test_the_shared_code_is_never_switched_off_for_a_referee(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> None:
    """A referee's plan has no step of perk H and none on the code itself."""
    # Even if a reward claims to be the code.
    claims = tuple(replace(each, target=CODE) for each in found.referrer_rewards)
    for each in (found, replace(found, referrer_rewards=claims)):
        plan = _plan(event, each, chosen)
        if isinstance(plan, Plan) and event.holder.holder_role == "REFEREE":
            assert CODE not in {getattr(step, "voucher", None) for step in plan.steps}
            assert "referral_code" not in {step.perk for step in plan.steps}


@given(events, findings, policies)
def test_no_other_customer_is_touched(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> None:
    """Each step's target is what was found of the customer or, for a reward, of the referrer."""
    plan = _plan(event, found, chosen)
    if not isinstance(plan, Plan):
        return
    referee = event.holder.holder_role == "REFEREE"
    for step in plan.steps:
        match step:
            case TakeBalance(perk=Perk.GIFT_CREDITS | Perk.LOYALTY_POINTS):
                assert referee
            case TakeBalance():
                reported = [e for e in found.referrer_rewards if e.transaction == step.grant]
                assert any(each.target == step.card.id for each in reported)
                assert not all(each.rolled_back for each in reported)
            case DisableVoucher(perk=Perk.REFERRER_COUPON):
                assert step.only_if_owned_by == (REFERRER if referee else REFEREE)
            case DisableVoucher():
                assert step.perk == "referral_code"
                assert not referee
                assert step.only_if_owned_by == event.holder.customer_id
            case RollBack():
                assert chosen.roll_back_redemption
                named = [e for e in found.conversions or () if e.id == step.redemption]
                assert any(each.campaign == CAMPAIGN and not each.by_event for each in named)
            case MarkCustomer():
                assert step.customer == event.holder.customer_id


@given(events, findings, policies)
def test_what_is_taken_is_a_reward_by_its_own_transaction(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> None:
    """By hand, earned by a rule, given back or moved from elsewhere is never a reward."""
    plan = _plan(event, found, chosen)
    if not isinstance(plan, Plan) or not (own := _own(plan, found)):
        return
    step, statement, entry = own
    if entry is None:
        assert step.granted == statement.opening
        return
    assert entry.kind == "POINTS_ADDITION"
    assert entry.at <= REMOVED
    assert step.granted == entry.amount
    if entry.origin is not Origin.AUTOMATIC:
        assert entry.origin is Origin.CAUSED
        ours = {each.id for each in found.conversions or () if each.campaign == CAMPAIGN}
        assert {entry.redemption, entry.custom_event} & ours


@given(events, findings, policies)
def test_no_more_than_was_granted_and_is_left_and_in_order(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> None:
    """Off, then orders, then money, then the mark; and no money that came later."""
    plan = _plan(event, found, chosen)
    if not isinstance(plan, Plan):
        return
    ranks = {DisableVoucher: 0, RollBack: 1, TakeBalance: 2, MarkCustomer: 3}
    order = [ranks[type(step)] for step in plan.steps]
    assert order == sorted(order)
    for step in plan.steps:
        if isinstance(step, TakeBalance):
            assert 0 <= step.due <= step.granted
            assert step.granted > 0
    assert len([s for s in plan.steps if isinstance(s, TakeBalance) and s.perk in "BC"]) <= 1
    if own := _own(plan, found):
        step, statement, _ = own
        refunded = any(each.kind.endswith("_REFUND") for each in statement.entries)
        since = [each.balance for each in statement.entries]
        names = [each.id for each in statement.entries]
        end = names.index(step.grant) + 1 if step.grant in names else len(names)
        if not refunded:
            assert all(step.due <= balance for balance in since[:end] if balance is not None)


@given(events, findings, policies)
def test_what_resembles_the_promised_reward_is_never_passed_over(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> None:
    """It is taken, or a person is asked, or something else was proved to be the reward."""
    promise = found.promise
    plan = _plan(event, found, chosen)
    assigned = event.holder.created_at
    if (
        not isinstance(plan, Plan)
        or event.holder.holder_role != "REFEREE"
        or assigned is None
        or promise is None
        or promise.type == "DISCOUNT_VOUCHER"
    ):
        return
    alike = [
        entry
        for statement in found.statements
        for entry in statement.entries
        if entry.kind == "POINTS_ADDITION"
        and entry.origin is Origin.AUTOMATIC
        and assigned <= entry.at <= REMOVED
        and (statement.since is None or statement.since <= entry.at)
        and promise.fits(replace(statement.card, type="LOYALTY_CARD"), entry.amount)
    ]
    if alike:
        assert _own(plan, found) or plan.unresolved
    for sentence in plan.unresolved:
        assert HOLDER in sentence
        assert OPENING not in sentence


@given(findings)
def test_later_money_changes_nothing(found: Findings) -> None:
    """However much is paid in after the removal, as much is taken as before."""
    event = referee_left()
    later = replace(
        found,
        statements=tuple(
            replace(
                each,
                balance=None if each.balance is None else each.balance + 77,
                entries=(_paid_in(each), *each.entries),
            )
            for each in found.statements
        ),
    )
    before, after = _plan(event, found, Policies()), _plan(event, later, Policies())
    if isinstance(before, Plan) and isinstance(after, Plan):
        own, other = _own(before, found), _own(after, later)
        assert (own and own[0].due) == (other and other[0].due)
        assert before.unresolved == after.unresolved


def _paid_in(statement: Statement) -> Entry:
    return Entry(
        id=f"vtx_later_{statement.card.id}",
        kind="POINTS_ADDITION",
        amount=77,
        balance=None if statement.balance is None else 77 + statement.balance,
        at=REMOVED.replace(year=2026),
        origin=Origin.BY_HAND,
    )
