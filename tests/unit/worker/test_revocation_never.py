"""What must never happen, for any findings, policies and events."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas import HolderAssignmentDeleted
from tests.samples import assignment_deleted, reward
from tests.unit.worker.build import event_of
from tests.unit.worker.revocations import CODE, INSIDE, REFEREE, REFERRER
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.decide import decide
from worker.revocation.findings import (
    Addition,
    Card,
    Code,
    Findings,
    Presence,
    ReferrerReward,
    RewardKind,
)
from worker.revocation.policies import Policies
from worker.revocation.steps import DisableVoucher, MarkCustomer, Plan, RollBack, TakeBalance


flags = st.booleans()
near = st.integers(-2, 2).map(lambda hours: INSIDE + timedelta(hours=hours))
moments = near | near | st.integers(-40, 40).map(lambda days: INSIDE + timedelta(days=days))
policies = st.builds(
    Policies,
    claw_back_referrer=flags,
    roll_back_redemption=flags,
    disable_referrer_code=flags,
    mark_customer=flags,
)
cards = st.builds(
    Card,
    st.sampled_from(["v_gift", "v_gift2", "v_club"]),
    st.sampled_from(["GIFT_VOUCHER", "LOYALTY_CARD"]),
    st.sampled_from([None, "camp_samovarGiftCards"]),
)
additions = st.builds(
    Addition,
    card=cards,
    transaction=st.uuids().map(lambda each: f"vtx_{each.hex}"),
    amount=st.sampled_from([1, 300, 500]),
    at=moments,
    automatic=flags,
)
rewards = st.builds(
    ReferrerReward,
    id=st.sampled_from(["evcus_1", "evcus_2"]),
    kind=st.sampled_from(RewardKind),
    target=st.sampled_from([None, "v_referrersCard", "v_coupon"]),
    transaction=st.sampled_from([None, "vtx_a", "vtx_b"]),
    amount=st.sampled_from([None, -5, 0, 300]),
    referee=st.sampled_from([REFEREE, REFEREE, REFEREE, None, "cust_other"]),
    at=moments | st.none(),
)
codes = st.builds(
    Code, st.just(CODE), flags, st.frozensets(st.sampled_from([REFEREE, REFERRER, "cust_other"]))
)
findings = st.builds(
    Findings,
    presence=st.just(Presence.GONE) | st.sampled_from(Presence),
    additions=st.lists(additions, max_size=4).map(tuple),
    removals=st.frozensets(st.sampled_from(["rvk:rh_x:B"])),
    referrer_rewards=st.lists(rewards, min_size=0, max_size=5).map(tuple),
    redemptions=st.lists(st.sampled_from(["r_1", "r_2"]), max_size=3).map(tuple),
    code=st.none() | codes,
    customer_exists=flags,
)
events = st.builds(
    lambda role, promised, told: _event(role, promised, told=told),
    st.sampled_from(["REFEREE", "REFEREE", "REFERRER", "OWNER"]),
    st.sampled_from([None, reward("500"), reward(300), reward("500", kind="LOYALTY_CARD")]),
    st.sampled_from([True, True, True, False]),
)


def _event(role: str, promised: dict[str, Any] | None, *, told: bool) -> HolderAssignmentDeleted:
    document = assignment_deleted(role=role, referee_reward=promised)
    if not told:
        document["data"]["holder"]["created_at"] = None
    return event_of(document)


def _plan(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> Plan | NeedsPersonError | RetryableError:
    try:
        return decide(event, found, chosen)
    except (NeedsPersonError, RetryableError) as error:
        return error


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
    """A plan for an owner is empty whatever is found, and nobody is asked."""
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
            assert "H" not in {step.perk for step in plan.steps}


@given(events, findings, policies)
def test_nobody_else_is_touched(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> None:
    """Each step's target is what was found of the customer or, for a reward, of the referrer."""
    plan = _plan(event, found, chosen)
    if not isinstance(plan, Plan):
        return
    own = {each.transaction: each for each in found.additions}
    referee = event.holder.holder_role == "REFEREE"
    for step in plan.steps:
        match step:
            case TakeBalance(perk="B" | "C"):
                assert referee
                assert own[step.grant].card == step.card
                assert own[step.grant].automatic
            case TakeBalance():
                told = [e for e in found.referrer_rewards if e.transaction == step.grant]
                assert any(each.target == step.card.id for each in told)
            case DisableVoucher(perk="D"):
                assert step.only_if_owned_by == (REFERRER if referee else REFEREE)
            case DisableVoucher():
                assert step.perk == "H"
                assert not referee
                assert step.only_if_owned_by == event.holder.customer_id
            case RollBack():
                assert found.redemptions == (step.redemption,)
            case MarkCustomer():
                assert step.customer == event.holder.customer_id


@given(events, findings, policies)
def test_no_more_than_was_granted_and_in_order(
    event: HolderAssignmentDeleted, found: Findings, chosen: Policies
) -> None:
    """Amounts are those granted and above 0; off before money, money before orders, mark last."""
    plan = _plan(event, found, chosen)
    if not isinstance(plan, Plan):
        return
    granted = {each.transaction: each.amount for each in found.additions}
    ranks = {DisableVoucher: 0, TakeBalance: 1, RollBack: 2, MarkCustomer: 3}
    order = [ranks[type(step)] for step in plan.steps]
    assert order == sorted(order)
    for step in plan.steps:
        if isinstance(step, TakeBalance):
            assert step.granted > 0
            if step.perk in {"B", "C"}:
                assert step.granted == granted[step.grant]
    assert len([s for s in plan.steps if isinstance(s, TakeBalance) and s.perk in "BC"]) <= 1
