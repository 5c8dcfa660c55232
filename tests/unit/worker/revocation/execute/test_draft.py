"""A plan in an operator's words."""

from typing import Any

import pytest

from inbox.model.effect import Effect, EffectState, Perk
from tests.unit.worker.money import account, days, row
from tests.unit.worker.revocations import (
    ALL,
    ASSIGNED,
    CAMPAIGN,
    CLUB,
    GIFT,
    HOLDER,
    NONE,
    REFEREE,
    found,
    referee_left,
)
from worker.revocation.cards import Card, Statement
from worker.revocation.decide.plan import decide
from worker.revocation.execute.draft import draft
from worker.revocation.find.needs import needs
from worker.revocation.findings import Conversion, Presence, Promise
from worker.revocation.read.statement import statement_of
from worker.revocation.steps import DisableVoucher, Plan
from worker.settings.policies import Policies


EVENT = referee_left()


def reported(
    plan: Plan | None = None, noted: Effect | None = None, policies: Policies = NONE, **what: Any
) -> Any:
    """Return what would be done of what was found."""
    findings = found(**what)
    made = plan or decide(EVENT, findings, policies)
    return draft(made, EVENT, needs(EVENT, policies), findings, lambda _: noted)


def card(*rows: Any, on: Card = GIFT) -> Statement:
    """Build a card by its transactions."""
    made = account(*rows, card=on)
    return statement_of(made.card, made.held, made.rows, whole=True)


REWARDED = card(row())


def effect(state: EffectState, **fields: str) -> Effect:
    """Build an effect of the ledger."""
    return Effect(id="e", state=state, holder=HOLDER, customer=REFEREE, fields=fields, now_ms=1)


def test_amount_unit_and_card_are_named() -> None:
    """With what it rests on."""
    promise = Promise(type="GIFT_VOUCHER", amount=500, campaign=None, in_event=True)
    money = reported(statements=(REWARDED,), promise=promise)
    points = reported(statements=(card(row("POINTS_ADDITION"), on=CLUB),))

    assert money.steps == (
        (
            "take back 500 cents from card v_gift, at most what is left on it "
            "(the referee's reward: it is what the campaign promises)"
        ),
    )
    assert "500 points from card v_club" in points.steps[0]
    assert money.read == (
        "the assignment on the code: gone",
        "cards of the customer: 1",
        "the campaign promises 500 cents",
    )
    assert money.possible


def test_what_a_person_must_decide_is_reported() -> None:
    """A plan that cannot choose says why."""
    unsure = reported(statements=(card(row(), row(amount=300)),))

    assert unsure.steps == ()
    assert "vtx_1" in unsure.unresolved[0]
    assert "vtx_2" in unsure.unresolved[0]
    assert unsure.reason.startswith("nothing to take back: assignment gone")


def test_what_became_of_the_rest_is_said() -> None:
    """An operator sees why less is taken than was given."""
    spent = card(row(), row("CREDITS_REDEMPTION", -200, days(2)))

    (step,) = reported(statements=(spent,)).steps

    assert step.startswith("take back 300 of 500 (200 spent by transaction vtx_2) cents from card")


def test_every_kind_of_step_has_a_sentence() -> None:
    """Switching off, rolling back and the mark, too."""
    made = reported(
        policies=Policies(
            claw_back_referrer=False,
            roll_back_redemption=ALL.roll_back_redemption,
            disable_referrer_code=False,
            mark_customer=True,
        ),
        conversions=(Conversion("r_1", CAMPAIGN, False, ASSIGNED),),
        presence=Presence.GONE,
    )
    off = reported(
        Plan(
            steps=(
                DisableVoucher(
                    perk=Perk.REFERRAL_CODE, voucher="v_1", only_if_owned_by="cust_1", reason="code"
                ),
                DisableVoucher(
                    perk=Perk.REFERRER_COUPON, voucher="v_2", only_if_owned_by=None, reason="coupon"
                ),
            ),
            reason="assignment gone",
        )
    )

    assert made.steps == (
        "roll back redemption r_1 (the referee's discount)",
        f"mark customer {REFEREE} (referral removed)",
    )
    assert off.steps == (
        "switch off voucher v_1 unless another customer owns it by then (code)",
        "switch off voucher v_2 (coupon)",
    )


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (EffectState.CONFIRMED, "done already: take back 300 points from card v_old, "),
        (EffectState.SENT, "take back 300 points from card v_old, "),
    ],
)
def test_what_the_ledger_has_continues_as_it_was_begun(state: EffectState, sentence: str) -> None:
    """An effect keeps its card and amount, whatever is thought now."""
    noted = effect(state, card="v_old", card_type="LOYALTY_CARD", granted="300", due="300")

    (step,) = reported(statements=(REWARDED,), noted=noted).steps

    assert step.startswith(sentence)
    assert ("begun before: sent" in step) == (state is EffectState.SENT)
