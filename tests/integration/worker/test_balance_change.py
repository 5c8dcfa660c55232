from collections.abc import Callable

import pytest

from inbox.effects import Effect, EffectState
from tests.integration.worker.ledger import Ledger
from tests.unit.worker.build import job
from tests.unit.worker.fake_api import FakeApi
from worker.errors import (
    JobError,
    NeedsPersonError,
    RetryableError,
)
from worker.revocation.balance import LOOK_AGAIN_SECONDS, MOST_LOOKS, MOST_SENDS, BalanceChange
from worker.revocation.client import Answer
from worker.revocation.findings import Card


CARD = Card("v_gift", "GIFT_VOUCHER", None)
NAME = "rvk:rh_1:B"
IN_FLIGHT = 300


@pytest.fixture
def api() -> FakeApi:
    """A card with 1500 on it."""
    return FakeApi(vouchers={"v_gift": {"id": "v_gift", "gift": {"balance": 1500}}})


def _planned(ledger: Ledger, name: str = NAME, kind: str = "take", granted: int = 500) -> Effect:
    fields: dict[str, str | int] = {"kind": kind, "name": name, "granted": granted, "reason": "why"}
    return ledger.plan(f"effect:{name}", holder="rh_1", customer="cust_1", **fields)


def _run(ledger: Ledger, api: FakeApi, *, look_first: bool = False) -> Effect:
    change = BalanceChange(_planned(ledger), CARD, api, ledger, job())
    return change.make(look_first=look_first)


def _fails(run: Callable[[], Effect]) -> JobError:
    with pytest.raises(JobError) as caught:
        run()
    return caught.value


def _stands(ledger: Ledger) -> Effect:
    found = ledger.get(f"effect:{NAME}")
    assert found
    return found


def test_an_ordinary_change_is_read_sent_and_seen(ledger: Ledger, api: FakeApi) -> None:
    """Three calls; the effect holds amount, transaction and no shortfall; the card is free."""
    done = _run(ledger, api)

    assert api.calls == ["voucher v_gift", f"change v_gift -500 {NAME} why", "transactions v_gift"]
    assert (done.state, done.number("amount"), done.number("shortfall")) == ("confirmed", 500, 0)
    assert done.fields["transaction"] == "vtx_ours_1"
    assert ledger.card_owner("v_gift") is None


def test_after_it_is_confirmed_no_call_is_made(ledger: Ledger, api: FakeApi) -> None:
    """Another run of the same job only reads the ledger."""
    first = _run(ledger, api)
    api.calls.clear()

    again = _run(ledger, api)

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

    done = _run(ledger, api)

    assert (done.number("amount"), done.number("shortfall")) == (taken, short)
    assert len(api.moved) == (taken > 0)
    assert ledger.card_owner("v_gift") is None


def test_a_card_that_is_gone_is_all_shortfall(ledger: Ledger, api: FakeApi) -> None:
    """There is nothing left to take from a deleted card."""
    api.vouchers.clear()

    done = _run(ledger, api)

    assert (done.state, done.number("amount"), done.number("shortfall")) == ("confirmed", 0, 500)


def test_a_balance_that_cannot_be_read_needs_a_person(ledger: Ledger, api: FakeApi) -> None:
    """Nothing is sent, and other changes of this card need not wait."""
    api.vouchers["v_gift"]["gift"]["balance"] = None

    assert isinstance(_fails(lambda: _run(ledger, api)), NeedsPersonError)

    assert api.moved == []
    assert ledger.card_owner("v_gift") is None


def test_an_answered_change_that_is_not_listed_yet_is_looked_for_again(
    ledger: Ledger, api: FakeApi
) -> None:
    """It is never sent again: after some looks it is believed without its transaction."""
    api.hidden = 99
    for look in range(1, MOST_LOOKS):
        error = _fails(lambda: _run(ledger, api))
        assert isinstance(error, RetryableError)
        assert error.reason == "voucherify_unconfirmed"
        assert error.retry_after_seconds == LOOK_AGAIN_SECONDS * look
        assert not error.outage
        assert _stands(ledger).state is EffectState.ANSWERED
        assert ledger.card_owner("v_gift") == f"effect:{NAME}"

    done = _run(ledger, api)

    assert (done.state, done.fields["transaction"], done.number("amount")) == ("confirmed", "", 500)
    assert len(api.moved) == 1


def test_an_answered_change_that_is_listed_later_is_confirmed_by_it(
    ledger: Ledger, api: FakeApi
) -> None:
    """The second look finds the transaction."""
    api.hidden = 1
    _fails(lambda: _run(ledger, api))

    assert _run(ledger, api).fields["transaction"] == "vtx_ours_1"
    assert len(api.moved) == 1


@pytest.mark.parametrize("after", [0, IN_FLIGHT - 1, IN_FLIGHT + 1, 86_400])
def test_a_lost_answer_is_found_in_the_transactions(
    ledger: Ledger, api: FakeApi, after: int
) -> None:
    """Whenever the next run comes, what was applied is not sent again."""
    api.posts = ["lost"]
    error = _fails(lambda: _run(ledger, api))
    assert isinstance(error, RetryableError)
    assert (error.reason, error.outage) == ("voucherify_unknown_outcome", True)
    assert error.retry_after_seconds == IN_FLIGHT
    ledger.pass_time(after)

    done = _run(ledger, api)

    assert (done.state, done.number("amount")) == ("confirmed", 500)
    assert len(api.moved) == 1


def test_a_lost_change_is_sent_again_only_when_no_call_can_be_under_way(
    ledger: Ledger, api: FakeApi
) -> None:
    """Before 300 s the job waits for the rest of them; after that it is sent once more."""
    api.posts = [Answer.UNKNOWN]
    _fails(lambda: _run(ledger, api))
    ledger.pass_time(IN_FLIGHT - 10)

    error = _fails(lambda: _run(ledger, api))

    assert isinstance(error, RetryableError)
    assert not error.outage
    assert error.retry_after_seconds == pytest.approx(10, abs=2)
    assert api.moved == []
    ledger.pass_time(11)
    assert _run(ledger, api).state is EffectState.CONFIRMED
    assert len(api.moved) == 1


def test_a_change_that_is_lost_again_and_again_needs_a_person(ledger: Ledger, api: FakeApi) -> None:
    """It is not sent for ever, and the card is not kept from others."""
    api.posts = [Answer.UNKNOWN] * 9
    for _ in range(MOST_SENDS):
        _fails(lambda: _run(ledger, api))
        ledger.pass_time(IN_FLIGHT + 1)

    error = _fails(lambda: _run(ledger, api))

    assert isinstance(error, NeedsPersonError)
    assert NAME in str(error)
    assert len([call for call in api.calls if call.startswith("change")]) == MOST_SENDS
    assert ledger.card_owner("v_gift") is None


def test_a_take_back_that_the_ledger_forgot_is_found_on_the_card(
    ledger: Ledger, api: FakeApi
) -> None:
    """With an empty ledger, looking first confirms what stands there instead of taking twice."""
    _run(ledger, api)
    ledger.forget()

    done = _run(ledger, api, look_first=True)

    assert (done.state, done.number("amount")) == ("confirmed", 500)
    assert len(api.moved) == 1
