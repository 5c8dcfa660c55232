from datetime import timedelta

import pytest

from inbox.model.effect import EffectState, Perk
from tests.integration.worker.ledger import Ledger
from tests.integration.worker.steps import carried_out, code_and_card, take
from tests.unit.worker.build import job, removal
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.revocations import HOLDER, REFEREE, referrer_left
from worker.errors import NeedsPersonError, RetryableError


@pytest.fixture
def api() -> FakeApi:
    """A code of the referrer's, a card and a customer."""
    return code_and_card()


def test_what_was_given_once_is_not_taken_back_for_two_assignments(
    ledger: Ledger, api: FakeApi
) -> None:
    """Two removed assignments with one addition in both their times: the second is for a person."""
    carried_out(ledger, api, take())
    other = removal(holder_id="rh_other")

    with pytest.raises(NeedsPersonError, match="vtx_1 was taken back for another assignment"):
        carried_out(ledger, api, take(holder="rh_other"), event=other)

    assert len(api.moved) == 1


def test_what_the_referrer_earned_is_taken_once_by_both_removals(
    ledger: Ledger, api: FakeApi
) -> None:
    """The referee leaves, then the referrer: the same reward is not taken a second time."""
    first = carried_out(ledger, api, take(Perk.REFERRER_CREDITS))
    second = carried_out(
        ledger,
        api,
        take(Perk.REFERRER_CREDITS, holder="rh_referrer"),
        event=referrer_left(holder_id="rh_r"),
    )

    assert first == second == "took back 500 from card v_gift"
    assert api.moved == [("v_gift", -500, f"rvk:{HOLDER}:referrer_credits")]


def test_the_other_removal_continues_with_what_the_first_began(
    ledger: Ledger, api: FakeApi
) -> None:
    """The first lost its answer: the second finds it on the card instead of taking again."""
    api.posts = ["lost"]
    with pytest.raises(RetryableError):
        carried_out(ledger, api, take(Perk.REFERRER_POINTS))
    other = referrer_left(holder_id="rh_r")

    assert carried_out(
        ledger, api, take(Perk.REFERRER_POINTS, holder="rh_r"), event=other
    ).startswith("took back 500")
    assert len(api.moved) == 1


def test_an_effect_shows_support_why(ledger: Ledger, api: FakeApi) -> None:
    """Holder, customer, event, job, perk and reason stand in the ledger, listed by both ids."""
    event = removal()
    before = event.event.created_at - timedelta(days=1)

    carried_out(ledger, api, take())

    (effect,) = ledger.of(holder=HOLDER)
    assert (
        list(ledger.of(customer=REFEREE)) == [effect]
        or next(ledger.of(customer=REFEREE)).id == effect.id
    )
    assert effect.fields["event"] == event.event.id
    assert effect.fields["job"] == job().id
    assert (effect.fields["perk"], effect.fields["reason"]) == ("gift_credits", "why")
    confirmed = effect.at(EffectState.CONFIRMED)
    assert confirmed
    assert confirmed > before
