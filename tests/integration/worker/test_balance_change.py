"""An ordinary change of a card's balance: one call, confirmed by its answer."""

from datetime import timedelta

import pytest

from inbox.model.effect import EffectState
from inbox.model.time import utc_now
from tests.integration.worker.changes import (
    EFFECT,
    NAME,
    card_of_1500,
    change,
    fails,
    read,
    run,
    stands,
    unread,
)
from tests.integration.worker.ledger import Ledger
from tests.unit.worker.fake_api import FakeApi
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.cards import Change
from worker.revocation.execute.balance import FRESH, MOST_READS, READ_AGAIN_SECONDS
from worker.voucherify.answer import Answer


POST = f"change v_gift -500 {NAME} why"


@pytest.fixture
def api() -> FakeApi:
    """A card with 1500 on it."""
    return card_of_1500()


def test_a_change_of_a_card_that_was_read_is_one_call(ledger: Ledger, api: FakeApi) -> None:
    """An answer with the balance that fits confirms it: nothing is read before it or after."""
    done = run(ledger, api, read())

    assert api.calls == [POST]
    assert (done.state, done.number("amount"), done.number("shortfall")) == ("confirmed", 500, 0)
    assert (done.number("sends"), done.fields["transaction"]) == (1, "")
    assert ledger.card_owner("v_gift") is None


def test_a_card_that_was_not_read_is_read(ledger: Ledger, api: FakeApi) -> None:
    """Its balance is asked for, and nothing else."""
    run(ledger, api, unread())

    assert api.calls == ["voucher v_gift", POST]


@pytest.mark.parametrize(("seconds", "reads"), [(-2, 0), (2, 1)])
def test_a_balance_is_fresh_for_half_a_minute(
    ledger: Ledger, api: FakeApi, seconds: int, reads: int
) -> None:
    """What was read before that is read anew."""
    at = utc_now() - FRESH - timedelta(seconds=seconds)

    done = run(ledger, api, read(9000, at))

    assert api.calls == ["voucher v_gift"] * reads + [POST] + ["transactions v_gift"] * (1 - reads)
    assert done.number("amount") == 500


def test_our_own_last_change_of_a_card_is_used_instead_of_what_was_read_before(
    ledger: Ledger, api: FakeApi
) -> None:
    """Two changes of a card of 600 that both read 600: the second takes the 100 that are left."""
    api.vouchers["v_gift"]["gift"]["balance"] = 600
    both = read(600)
    run(ledger, api, both)
    api.calls.clear()

    second = change(ledger, api, "rvk:rh_2:gift_credits").make(both)

    assert api.calls == ["change v_gift -100 rvk:rh_2:gift_credits why"]
    assert (second.state, second.number("amount"), second.number("shortfall")) == (
        "confirmed", 100, 400,
    )  # fmt: skip


def test_what_was_read_after_our_last_change_is_used(ledger: Ledger, api: FakeApi) -> None:
    """The customer put something on the card in between."""
    run(ledger, api, read())
    api.vouchers["v_gift"]["gift"]["balance"] = 1200
    api.calls.clear()

    change(ledger, api, "rvk:rh_2:gift_credits").make(read(1200, utc_now() + timedelta(seconds=1)))

    assert api.calls == ["change v_gift -500 rvk:rh_2:gift_credits why"]
    assert api.vouchers["v_gift"]["gift"]["balance"] == 700


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
@pytest.mark.parametrize("is_read", [True, False])
def test_no_more_is_taken_than_is_left(
    ledger: Ledger, api: FakeApi, balance: int, taken: int, short: int, *, is_read: bool
) -> None:
    """What is missing is recorded, and nothing is sent where nothing is left."""
    api.vouchers["v_gift"]["gift"]["balance"] = balance

    done = run(ledger, api, read(balance) if is_read else unread())

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


def _spends_beside_us(api: FakeApi, amount: int) -> None:
    """Let the customer spend something between our reading and our change."""

    def spend(call: str) -> None:
        if call.startswith("change"):
            api.vouchers["v_gift"]["gift"]["balance"] -= amount

    api.interrupt = spend


def test_an_answer_with_another_balance_is_read_back(ledger: Ledger, api: FakeApi) -> None:
    """Others changed the card beside us: what was moved is what its transactions say."""
    _spends_beside_us(api, 300)

    done = run(ledger, api, read())

    assert api.calls == [POST, "transactions v_gift"]
    assert (done.state, done.number("amount")) == ("confirmed", 500)
    assert done.fields["transaction"] == "vtx_ours_1"


def test_after_an_answer_that_does_not_fit_nothing_is_known_of_the_card(
    ledger: Ledger, api: FakeApi
) -> None:
    """The next change of the card reads it."""
    _spends_beside_us(api, 300)
    run(ledger, api, read())
    api.interrupt = lambda _: None
    api.calls.clear()

    change(ledger, api, "rvk:rh_2:gift_credits").make(unread())

    assert api.calls == ["voucher v_gift", "change v_gift -500 rvk:rh_2:gift_credits why"]


def test_an_answered_change_that_is_not_listed_yet_is_searched_for_again(
    ledger: Ledger, api: FakeApi
) -> None:
    """It is never sent again: after some checks it is believed without its transaction."""
    _spends_beside_us(api, 300)
    api.hidden = 99
    for reads in range(1, MOST_READS):
        error = fails(lambda: run(ledger, api, read()))
        assert isinstance(error, RetryableError)
        assert error.reason == "voucherify_unconfirmed"
        assert error.retry_after_seconds == READ_AGAIN_SECONDS * reads
        assert not error.outage
        assert stands(ledger).state is EffectState.ANSWERED
        assert ledger.card_owner("v_gift") == EFFECT

    done = run(ledger, api, read())

    assert (done.state, done.fields["transaction"], done.number("amount")) == ("confirmed", "", 500)
    assert len(api.moved) == 1


def test_an_answered_change_that_is_listed_later_is_confirmed_by_it(
    ledger: Ledger, api: FakeApi
) -> None:
    """The second check finds the transaction."""
    _spends_beside_us(api, 300)
    api.hidden = 1
    fails(lambda: run(ledger, api))

    assert run(ledger, api).fields["transaction"] == "vtx_ours_1"
    assert len(api.moved) == 1


@pytest.mark.parametrize("state", [EffectState.PLANNED, EffectState.UNKNOWN])
@pytest.mark.parametrize(("moved", "amount"), [(400, 400), (0, None)])
def test_a_change_that_is_among_what_was_read_is_confirmed_without_a_call(
    ledger: Ledger, api: FakeApi, state: EffectState, moved: int, amount: int | None
) -> None:
    """Whatever the ledger knows of it; where its amount is unreadable, the ledger's holds."""
    if state is EffectState.UNKNOWN:
        api.posts = [Answer.UNKNOWN]
        fails(lambda: run(ledger, api, read()))
    api.calls.clear()

    done = run(ledger, api, read(made=Change(NAME, "vtx_9", moved)))

    known = 500 if state is EffectState.UNKNOWN else 0
    assert (done.state, done.fields["transaction"]) == ("confirmed", "vtx_9")
    assert done.number("amount") == (known if amount is None else amount)
    assert api.calls == []
    assert ledger.card_owner("v_gift") is None
