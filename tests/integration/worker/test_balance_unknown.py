"""A change whose answer did not come, or was none of the call's, is searched before it is sent."""

import pytest

from inbox.model.effect import EffectState
from tests.integration.worker.changes import (
    EFFECT,
    IN_FLIGHT,
    NAME,
    card_of_1500,
    fails,
    read,
    run,
    stands,
    unread,
)
from tests.integration.worker.ledger import Ledger
from tests.unit.worker.fake_api import FakeApi
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.execute.balance import FIRST_SEARCH_SECONDS, MOST_SENDS
from worker.voucherify.answer import Answer


POST = f"change v_gift -500 {NAME} why"


@pytest.fixture
def api() -> FakeApi:
    """A card with 1500 on it."""
    return card_of_1500()


@pytest.mark.parametrize("after", [0, FIRST_SEARCH_SECONDS, IN_FLIGHT - 1, IN_FLIGHT + 1, 86_400])
def test_a_lost_answer_is_found_in_the_transactions(
    ledger: Ledger, api: FakeApi, after: float
) -> None:
    """Whenever the next run comes, what was applied is not sent again; that costs one call."""
    api.posts = ["lost"]
    error = fails(lambda: run(ledger, api, read()))
    assert isinstance(error, RetryableError)
    assert error.reason == "voucherify_unknown_outcome"
    assert error.retry_after_seconds == FIRST_SEARCH_SECONDS == 15
    assert stands(ledger).state is EffectState.UNKNOWN
    assert ledger.card_owner("v_gift") == EFFECT
    ledger.pass_time(after)
    api.calls.clear()

    done = run(ledger, api, read())

    assert (done.state, done.number("amount")) == ("confirmed", 500)
    assert done.fields["transaction"] == "vtx_ours_1"
    assert api.calls == ["transactions v_gift"]
    assert len(api.moved) == 1


def test_a_lost_change_is_sent_again_only_when_no_call_can_be_under_way(
    ledger: Ledger, api: FakeApi
) -> None:
    """It is searched after 15 s and after 300 s, compared with the balance, and sent again."""
    api.posts = [Answer.UNKNOWN]
    fails(lambda: run(ledger, api, read()))
    ledger.pass_time(FIRST_SEARCH_SECONDS)
    api.calls.clear()

    error = fails(lambda: run(ledger, api, read()))

    assert isinstance(error, RetryableError)
    assert not error.outage
    assert error.retry_after_seconds == pytest.approx(IN_FLIGHT - 15, abs=10)
    assert api.calls == ["transactions v_gift"]
    ledger.pass_time(IN_FLIGHT - 15 - 10)
    assert fails(lambda: run(ledger, api, read())).reason == "voucherify_unknown_outcome"
    assert api.moved == []
    ledger.pass_time(11)
    assert run(ledger, api, read()).state is EffectState.CONFIRMED
    assert api.calls[2:] == ["transactions v_gift", "voucher v_gift", POST]
    assert len(api.moved) == 1


def test_a_change_that_is_lost_again_and_again_needs_a_person(ledger: Ledger, api: FakeApi) -> None:
    """It is not sent forever, and the card is not kept from others."""
    api.posts = [Answer.UNKNOWN] * 9
    for _ in range(MOST_SENDS):
        fails(lambda: run(ledger, api))
        ledger.pass_time(IN_FLIGHT + 1)

    error = fails(lambda: run(ledger, api))

    assert isinstance(error, NeedsPersonError)
    assert NAME in str(error)
    assert len([call for call in api.calls if call.startswith("change")]) == MOST_SENDS
    assert ledger.card_owner("v_gift") is None


def test_a_card_that_others_change_is_searched_all_the_same(ledger: Ledger, api: FakeApi) -> None:
    """Not the balance but the name among the transactions says whether a lost change was made."""
    api.posts = ["lost"]
    fails(lambda: run(ledger, api, read()))
    api.vouchers["v_gift"]["gift"]["balance"] = 1500
    ledger.pass_time(IN_FLIGHT + 1)

    assert run(ledger, api, read()).number("amount") == 500
    assert len(api.moved) == 1


def test_a_take_back_that_the_ledger_forgot_is_found_on_the_card(
    ledger: Ledger, api: FakeApi
) -> None:
    """With an empty ledger, checking first confirms what stands there instead of taking twice."""
    run(ledger, api)
    ledger.forget()
    api.calls.clear()

    done = run(ledger, api, unread(search_first=True))

    assert (done.state, done.number("amount")) == ("confirmed", 500)
    assert api.calls == ["transactions v_gift"]
    assert len(api.moved) == 1


def test_what_was_refused_and_is_not_found_is_sent_at_once(ledger: Ledger, api: FakeApi) -> None:
    """A refusal a moment ago says that no call is under way: no one waits for one."""
    api.posts = [Answer.EXCEEDED]
    fails(lambda: run(ledger, api, read()))
    api.calls.clear()

    done = run(ledger, api, read(search_first=True))

    assert done.state is EffectState.CONFIRMED
    assert api.calls == ["transactions v_gift", POST]


def test_checking_first_finds_nothing_where_nothing_was_made(ledger: Ledger, api: FakeApi) -> None:
    """Then the change is made at once: no call of it was ever sent."""
    run(ledger, api, unread(search_first=True))

    assert api.calls == ["transactions v_gift", "voucher v_gift", POST]
