from datetime import timedelta
from typing import Any

import pytest

from inbox.effects import EffectState
from tests.integration.worker.ledger import Ledger
from tests.unit.worker.build import job, removal
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.revocations import GIFT, HOLDER, REFEREE, REFERRER, referrer_left
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.execute import carry_out
from worker.revocation.findings import Card
from worker.revocation.steps import (
    Plan,
    Step,
    TakeBalance,
)


def take(
    perk: str = "B", grant: str = "vtx_1", holder: str = HOLDER, card: Card = GIFT
) -> TakeBalance:
    """Build a step that takes 500."""
    return TakeBalance(
        perk=perk,
        card=card,
        granted=500,
        grant=grant,
        name=f"rvk:{holder}:{perk}",
        look_first=False,
        reason="why",
    )


@pytest.fixture
def api() -> FakeApi:
    """A code of the referrer's, a card and a customer."""
    return FakeApi(
        vouchers={
            "v_code": {
                "id": "v_code",
                "active": True,
                "holder_id": REFERRER,
                "referrer_id": REFERRER,
            },
            "v_gift": {"id": "v_gift", "gift": {"balance": 1500}},
        },
        customers={REFEREE: {"metadata": {"tea": "oolong"}}},
    )


def _do(
    ledger: Ledger, api: FakeApi, *steps: Step, event: Any = None, unresolved: tuple[str, ...] = ()
) -> str:
    plan = Plan(steps=steps, reason="assignment gone: nothing", unresolved=unresolved)
    return carry_out(plan, event or removal(), api, ledger, job())


def test_what_was_given_once_is_not_taken_back_for_two_assignments(
    ledger: Ledger, api: FakeApi
) -> None:
    """Two removed assignments with one addition in both their times: the second is for a person."""
    _do(ledger, api, take())
    other = removal(holder_id="rh_other")

    with pytest.raises(NeedsPersonError, match="vtx_1 was taken back for another assignment"):
        _do(ledger, api, take(holder="rh_other"), event=other)

    assert len(api.moved) == 1


def test_what_the_referrer_earned_is_taken_once_by_both_removals(
    ledger: Ledger, api: FakeApi
) -> None:
    """The referee leaves, then the referrer: the same reward is not taken a second time."""
    first = _do(ledger, api, take("E"))
    second = _do(
        ledger, api, take("E", holder="rh_referrer"), event=referrer_left(holder_id="rh_r")
    )

    assert first == second == "took back 500 from card v_gift"
    assert api.moved == [("v_gift", -500, f"rvk:{HOLDER}:E")]


def test_the_other_removal_goes_on_with_what_the_first_began(ledger: Ledger, api: FakeApi) -> None:
    """The first lost its answer: the second finds it on the card instead of taking again."""
    api.posts = ["lost"]
    with pytest.raises(RetryableError):
        _do(ledger, api, take("F"))
    other = referrer_left(holder_id="rh_r")

    assert _do(ledger, api, take("F", holder="rh_r"), event=other).startswith("took back 500")
    assert len(api.moved) == 1


def test_an_effect_tells_support_why(ledger: Ledger, api: FakeApi) -> None:
    """Holder, customer, event, job, perk and reason stand in the ledger, listed by both ids."""
    event = removal()
    before = event.event.created_at - timedelta(days=1)

    _do(ledger, api, take())

    (effect,) = ledger.of(holder=HOLDER)
    assert (
        list(ledger.of(customer=REFEREE)) == [effect]
        or next(ledger.of(customer=REFEREE)).id == effect.id
    )
    assert effect.fields["event"] == event.event.id
    assert effect.fields["job"] == job().id
    assert (effect.fields["perk"], effect.fields["reason"]) == ("B", "why")
    confirmed = effect.at(EffectState.CONFIRMED)
    assert confirmed
    assert confirmed > before
