"""A plan as JSON, for the next run of a job that must wait."""

import json
from dataclasses import replace
from typing import Any

import pytest

from inbox.model.effect import Effect, EffectState, Perk
from tests.samples import PERSONAL
from tests.unit.worker.money import CREDITS, account, api_of, decided, row
from tests.unit.worker.revocations import CLUB, GIFT, HOLDER, REFEREE, REFERRER, REMOVED
from worker.revocation.cards import Card, Change
from worker.revocation.execute.resume import as_json, from_json, with_begun
from worker.revocation.steps import (
    DisableVoucher,
    MarkCustomer,
    Plan,
    RollBack,
    Step,
    TakeBalance,
)
from worker.settings.policies import Policies


TAKE: dict[str, Any] = {
    "perk": "gift_credits",
    "card": GIFT,
    "granted": 500,
    "due": 300,
    "grant": "vtx_1",
    "name": f"rvk:{HOLDER}:gift_credits",
    "reason": "why",
}
STEPS: dict[str, Step] = {
    "unread": TakeBalance(**TAKE),
    "read": TakeBalance(
        **TAKE,
        found=Change("rvk:x", "vtx_2", 5),
        balance=0,
        read_at=REMOVED,
        rest="200 spent by transaction vtx_9",
    ),
    "points": TakeBalance(**{**TAKE, "perk": "referrer_points", "card": CLUB, "due": 0}),
    "coupon": DisableVoucher(
        perk=Perk.REFERRER_COUPON, voucher="v_1", only_if_owned_by=REFERRER, reason="why"
    ),
    "no owner": DisableVoucher(
        perk=Perk.REFERRAL_CODE, voucher="v_1", only_if_owned_by=None, reason="why"
    ),
    "order": RollBack(redemption="r_1", reason="why"),
    "mark": MarkCustomer(customer=REFEREE, reason="why"),
}


def _stored(plan: Plan) -> Plan:
    return from_json(json.loads(json.dumps(as_json(plan))))


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_each_step_is_read_as_it_was_written(step: Step) -> None:
    """Nothing of it is lost, and it names the same thing once."""
    plan = Plan(steps=(step,), reason="why")

    (read,) = _stored(plan).steps

    assert read == step
    assert type(read) is type(step)
    assert read.once == step.once


def test_a_whole_plan_keeps_its_order_and_its_words() -> None:
    """What a person must decide is still there after the wait."""
    plan = Plan(
        steps=tuple(STEPS.values()), reason="why", unresolved=("one", "two"), remarks=("three",)
    )

    assert _stored(plan) == plan
    assert _stored(Plan(steps=(), reason="none")) == Plan(steps=(), reason="none")


@pytest.mark.parametrize("state", EffectState)
def test_what_an_earlier_run_sent_is_in_the_plan_again(state: EffectState) -> None:
    """Before the mark, and only if it was or may have been taken and is not planned anyway."""
    steps = (STEPS["coupon"], STEPS["mark"])
    plan = Plan(steps=steps, reason="why")
    begun = Effect(
        id=f"{HOLDER}:reward",
        state=state,
        holder=HOLDER,
        customer=REFEREE,
        fields={
            **{name: str(TAKE[name]) for name in TAKE if name != "card"},
            "card": GIFT.id,
            "card_type": GIFT.type,
            "kind": "take",
        },
        now_ms=0,
    )

    found = with_begun(plan, [begun], set()).steps

    if state in {EffectState.PLANNED, EffectState.REFUSED}:
        assert found == steps
    else:
        again = TakeBalance(**{**TAKE, "card": Card(GIFT.id, GIFT.type, None)})
        assert found == (steps[0], again, steps[1])
    assert with_begun(plan, [begun], {begun.id}) == plan
    marked = replace(begun, fields=begun.fields | {"kind": "mark"})
    assert with_begun(plan, [marked], set()) == plan


def test_every_kind_of_step_is_tried_here() -> None:
    """A kind that is added must be written and read too."""
    assert {type(each) for each in STEPS.values()} == set(Step.__args__)


def test_nothing_personal_is_kept() -> None:
    """A plan lies in the store for hours; it holds ids and amounts."""
    plan = decided(api_of(account(row())), promise=CREDITS, policies=Policies())

    written = json.dumps(as_json(plan))

    assert plan.steps
    assert not [each for each in PERSONAL if each in written]
