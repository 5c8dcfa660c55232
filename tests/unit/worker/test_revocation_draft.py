"""A plan in an operator's words."""

from typing import Any

import pytest

from inbox.effects import Effect, EffectState
from tests.unit.worker.revocations import (
    ALL,
    CLUB,
    HOLDER,
    NONE,
    REFEREE,
    addition,
    found,
    referee_left,
)
from worker.revocation.decide import decide
from worker.revocation.draft import draft
from worker.revocation.findings import Presence
from worker.revocation.needs import needs
from worker.revocation.policies import Policies
from worker.revocation.steps import DisableVoucher, Plan


EVENT = referee_left()


def told(
    plan: Plan | None = None, noted: Effect | None = None, policies: Policies = NONE, **what: Any
) -> Any:
    """Tell what would be done of what was found."""
    findings = found(**what)
    made = plan or decide(EVENT, findings, policies)
    return draft(made, EVENT, needs(EVENT, policies), findings, lambda _: noted)


def effect(state: EffectState, **fields: str) -> Effect:
    """Build an effect of the ledger."""
    return Effect(id="e", state=state, holder=HOLDER, customer=REFEREE, fields=fields, now_ms=1)


def test_amount_unit_and_card_are_named() -> None:
    """With what it rests on."""
    money, points = told(additions=(addition(),)), told(additions=(addition(card=CLUB),))

    assert money.steps == (
        "take back 500 cents from card v_gift, at most what is left on it (the referee's reward)",
    )
    assert "500 points from card v_club" in points.steps[0]
    assert money.looked_up == (
        "the assignment on the code: gone",
        "put on the customer's cards meanwhile: 1",
    )
    assert money.possible


def test_what_a_person_must_decide_is_told() -> None:
    """A plan that cannot choose says why."""
    unsure = told(additions=(addition(), addition("vtx_2", 300)))

    assert unsure.steps == ()
    assert "several additions" in unsure.unresolved[0]
    assert unsure.reason.startswith("nothing to take back: assignment gone")


def test_every_kind_of_step_has_a_sentence() -> None:
    """Switching off, rolling back and the mark, too."""
    made = told(
        policies=Policies(
            claw_back_referrer=False,
            roll_back_redemption=ALL.roll_back_redemption,
            disable_referrer_code=False,
            mark_customer=True,
        ),
        redemptions=("r_1",),
        presence=Presence.GONE,
    )
    off = told(
        Plan(
            steps=(
                DisableVoucher(perk="H", voucher="v_1", only_if_owned_by="cust_1", reason="code"),
                DisableVoucher(perk="D", voucher="v_2", only_if_owned_by=None, reason="coupon"),
            ),
            reason="assignment gone",
        )
    )

    assert made.steps == (
        "roll back redemption r_1 (the referee's discount)",
        f"mark customer {REFEREE} (referral removed)",
    )
    assert off.steps == (
        "switch off voucher v_1 unless somebody else owns it by then (code)",
        "switch off voucher v_2 (coupon)",
    )


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (EffectState.CONFIRMED, "done already: take back 300 points from card v_old, "),
        (EffectState.SENT, "take back 300 points from card v_old, "),
    ],
)
def test_what_the_ledger_has_goes_on_as_it_was_begun(state: EffectState, sentence: str) -> None:
    """An effect keeps its card and amount, whatever is thought now."""
    noted = effect(state, card="v_old", card_type="LOYALTY_CARD", granted="300")

    (step,) = told(additions=(addition(),), noted=noted).steps

    assert step.startswith(sentence)
    assert ("begun before: sent" in step) == (state is EffectState.SENT)
