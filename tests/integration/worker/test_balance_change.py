import pytest

from inbox.effects import EffectState
from tests.integration.worker.changes import IN_FLIGHT, NAME, card_of_1500, fails, run, stands
from tests.integration.worker.ledger import Ledger
from tests.unit.worker.fake_api import FakeApi
from worker.errors import (
    NeedsPersonError,
    RetryableError,
)
from worker.revocation.balance import LOOK_AGAIN_SECONDS, MOST_LOOKS, MOST_SENDS
from worker.revocation.client import Answer


@pytest.fixture
def api() -> FakeApi:
    """A card with 1500 on it."""
    return card_of_1500()


def test_an_ordinary_change_is_read_sent_and_seen(ledger: Ledger, api: FakeApi) -> None:
    """Three calls; the effect holds amount, transaction and no shortfall; the card is free."""
    done = run(ledger, api)

    assert api.calls == ["voucher v_gift", f"change v_gift -500 {NAME} why", "transactions v_gift"]
    assert (done.state, done.number("amount"), done.number("shortfall")) == ("confirmed", 500, 0)
    assert done.fields["transaction"] == "vtx_ours_1"
    assert ledger.card_owner("v_gift") is None


def test_after_it_is_confirmed_no_call_is_made(ledger: Ledger, api: FakeApi) -> None:
    """Another run of the same job only reads the ledger."""
    first = run(ledger, api)
    api.calls.clear()

    again = run(ledger, api)

    assert again.fields == first.fields
    assert api.calls == []
    assert api.moved == [("v_gift", -500, NAME)]


@pytest.mark.parametrize(
    ("balance", "taken", "short"), [(1500, 500, 0), (500, 500, 0), (499, 499, 1), (0, 0, 500)]
)
def test_no_more_is_taken_than_is_left(
    ledger: Ledger, api: FakeApi, balance: int, taken: int, short: int
) -> None:
    """What is missing is recorded, and nothing is sent where nothing is left."""
    api.vouchers["v_gift"]["gift"]["balance"] = balance

    done = run(ledger, api)

    assert (done.number("amount"), done.number("shortfall")) == (taken, short)
    assert len(api.moved) == (taken > 0)
    assert ledger.card_owner("v_gift") is None


def test_a_card_that_is_gone_is_all_shortfall(ledger: Ledger, api: FakeApi) -> None:
    """There is nothing left to take from a deleted card."""
    api.vouchers.clear()

    done = run(ledger, api)

    assert (done.state, done.number("amount"), done.number("shortfall")) == ("confirmed", 0, 500)


def test_a_balance_that_cannot_be_read_needs_a_person(ledger: Ledger, api: FakeApi) -> None:
    """Nothing is sent, and other changes of this card need not wait."""
    api.vouchers["v_gift"]["gift"]["balance"] = None

    assert isinstance(fails(lambda: run(ledger, api)), NeedsPersonError)

    assert api.moved == []
    assert ledger.card_owner("v_gift") is None


def test_an_answered_change_that_is_not_listed_yet_is_looked_for_again(
    ledger: Ledger, api: FakeApi
) -> None:
    """It is never sent again: after some looks it is believed without its transaction."""
    api.hidden = 99
    for look in range(1, MOST_LOOKS):
        error = fails(lambda: run(ledger, api))
        assert isinstance(error, RetryableError)
        assert error.reason == "voucherify_unconfirmed"
        assert error.retry_after_seconds == LOOK_AGAIN_SECONDS * look
        assert not error.outage
        assert stands(ledger).state is EffectState.ANSWERED
        assert ledger.card_owner("v_gift") == f"effect:{NAME}"

    done = run(ledger, api)

    assert (done.state, done.fields["transaction"], done.number("amount")) == ("confirmed", "", 500)
    assert len(api.moved) == 1


def test_an_answered_change_that_is_listed_later_is_confirmed_by_it(
    ledger: Ledger, api: FakeApi
) -> None:
    """The second look finds the transaction."""
    api.hidden = 1
    fails(lambda: run(ledger, api))

    assert run(ledger, api).fields["transaction"] == "vtx_ours_1"
    assert len(api.moved) == 1


@pytest.mark.parametrize("after", [0, IN_FLIGHT - 1, IN_FLIGHT + 1, 86_400])
def test_a_lost_answer_is_found_in_the_transactions(
    ledger: Ledger, api: FakeApi, after: int
) -> None:
    """Whenever the next run comes, what was applied is not sent again."""
    api.posts = ["lost"]
    error = fails(lambda: run(ledger, api))
    assert isinstance(error, RetryableError)
    assert (error.reason, error.outage) == ("voucherify_unknown_outcome", True)
    assert error.retry_after_seconds == IN_FLIGHT
    ledger.pass_time(after)

    done = run(ledger, api)

    assert (done.state, done.number("amount")) == ("confirmed", 500)
    assert len(api.moved) == 1


def test_a_lost_change_is_sent_again_only_when_no_call_can_be_under_way(
    ledger: Ledger, api: FakeApi
) -> None:
    """Before 300 s the job waits for the rest of them; after that it is sent once more."""
    api.posts = [Answer.UNKNOWN]
    fails(lambda: run(ledger, api))
    ledger.pass_time(IN_FLIGHT - 100)

    error = fails(lambda: run(ledger, api))

    assert isinstance(error, RetryableError)
    assert not error.outage
    assert error.retry_after_seconds == pytest.approx(100, abs=30)
    assert api.moved == []
    ledger.pass_time(101)
    assert run(ledger, api).state is EffectState.CONFIRMED
    assert len(api.moved) == 1


def test_a_change_that_is_lost_again_and_again_needs_a_person(ledger: Ledger, api: FakeApi) -> None:
    """It is not sent for ever, and the card is not kept from others."""
    api.posts = [Answer.UNKNOWN] * 9
    for _ in range(MOST_SENDS):
        fails(lambda: run(ledger, api))
        ledger.pass_time(IN_FLIGHT + 1)

    error = fails(lambda: run(ledger, api))

    assert isinstance(error, NeedsPersonError)
    assert NAME in str(error)
    assert len([call for call in api.calls if call.startswith("change")]) == MOST_SENDS
    assert ledger.card_owner("v_gift") is None


def test_a_take_back_that_the_ledger_forgot_is_found_on_the_card(
    ledger: Ledger, api: FakeApi
) -> None:
    """With an empty ledger, looking first confirms what stands there instead of taking twice."""
    run(ledger, api)
    ledger.forget()

    done = run(ledger, api, look_first=True)

    assert (done.state, done.number("amount")) == ("confirmed", 500)
    assert len(api.moved) == 1
