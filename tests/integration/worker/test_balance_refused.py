import pytest

from inbox.model.effect import EffectState
from tests.integration.worker.changes import (
    IN_FLIGHT,
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
from worker.errors import (
    JobError,
    NeedsPersonError,
    PermanentError,
    PostponedError,
    RetryableError,
)
from worker.revocation.execute.balance import CARD_BUSY_SECONDS, CARD_STUCK_SECONDS, MOST_SENDS
from worker.voucherify.answer import Answer


@pytest.fixture
def api() -> FakeApi:
    """A card with 1500 on it."""
    return card_of_1500()


@pytest.mark.parametrize(
    "error",
    [
        RetryableError("voucherify_answered_429", "later", pause_seconds=9),
        RetryableError("voucherify_unreachable", "later", outage=True),
        RetryableError("out_of_time", "the lease"),
        PostponedError("perks_budget", "none left", seconds=9),
        PermanentError("voucherify_answered_400", "no"),
    ],
    ids=lambda error: str(error.reason),
)
def test_what_was_refused_or_not_sent_is_sent_when_it_can_be(
    ledger: Ledger, api: FakeApi, error: JobError
) -> None:
    """At once and any number of times, with the card free for others meanwhile."""
    for _ in range(MOST_SENDS + 2):
        api.posts = [error]
        assert fails(lambda: run(ledger, api)) is error
        assert stands(ledger).state is EffectState.REFUSED
        assert ledger.card_owner("v_gift") is None

    assert run(ledger, api).state is EffectState.CONFIRMED
    assert len(api.moved) == 1


def test_refusals_do_not_count_as_sent(ledger: Ledger, api: FakeApi) -> None:
    """After any number of refusals, a lost change has all its own sends still."""
    refused = PermanentError("voucherify_answered_400", "no")
    api.posts = [refused] * MOST_SENDS
    for _ in range(MOST_SENDS):
        fails(lambda: run(ledger, api))
    api.posts = [Answer.UNKNOWN]
    fails(lambda: run(ledger, api))
    ledger.pass_time(IN_FLIGHT + 1)

    assert run(ledger, api).state is EffectState.CONFIRMED


@pytest.mark.parametrize("answer", [Answer.EXCEEDED, Answer.NOT_FOUND])
def test_a_balance_that_changed_meanwhile_is_read_again(
    ledger: Ledger, api: FakeApi, answer: Answer
) -> None:
    """The customer spent something between reading and taking: the rest is taken."""
    api.posts = [answer]
    error = fails(lambda: run(ledger, api))
    assert error.reason == "balance_changed"
    api.vouchers["v_gift"]["gift"]["balance"] = 200

    done = run(ledger, api)

    assert (done.number("amount"), done.number("shortfall")) == (200, 300)


@pytest.mark.parametrize(
    ("seconds", "wait"), [(5, CARD_BUSY_SECONDS), (CARD_STUCK_SECONDS + 1, CARD_STUCK_SECONDS)]
)
def test_one_change_of_a_card_at_a_time(
    ledger: Ledger, api: FakeApi, seconds: float, wait: float
) -> None:
    """While one is not known to be over, another of the same card waits without a call."""
    api.posts = [Answer.UNKNOWN]
    fails(lambda: run(ledger, api))
    ledger.pass_time(seconds)
    api.calls.clear()

    error = fails(lambda: change(ledger, api, "rvk:rh_2:gift_credits").make(read()))

    assert isinstance(error, PostponedError)
    assert (error.reason, error.seconds) == ("card_busy", wait)
    assert api.calls == []
    api.vouchers["v_other"] = {"gift": {"balance": 500}}
    done = change(ledger, api, "rvk:rh_3:gift_credits", card="v_other").make(unread())
    assert done.state is EffectState.CONFIRMED


def test_a_failure_before_anything_is_sent_frees_the_card(ledger: Ledger, api: FakeApi) -> None:
    """A reading that fails keeps no other change waiting."""

    def fail(call: str) -> None:
        if call.startswith("voucher"):
            raise RetryableError("voucherify_timeout", "late", outage=True)

    api.interrupt = fail
    fails(lambda: run(ledger, api))

    assert ledger.card_owner("v_gift") is None
    assert stands(ledger).state is EffectState.PLANNED


def test_giving_back_is_as_exact(ledger: Ledger, api: FakeApi) -> None:
    """What is given is what was taken, whatever is on the card, and once."""
    api.vouchers["v_gift"]["gift"]["balance"] = 0
    api.posts = ["lost"]
    fails(lambda: change(ledger, api, "undo:x", kind="give", granted=200).make(unread(200)))

    done = change(ledger, api, "undo:x", kind="give", granted=200).make(unread(200))

    assert done.state is EffectState.CONFIRMED
    assert api.moved == [("v_gift", 200, "undo:x")]


def test_giving_back_is_confirmed_by_its_answer(ledger: Ledger, api: FakeApi) -> None:
    """The card is read, for others may have changed it, and the sum that the answer has fits."""
    done = change(ledger, api, "undo:x", kind="give", granted=200).make(unread(200))

    assert api.calls == ["voucher v_gift", "change v_gift 200 undo:x why"]
    assert (done.state, done.number("amount")) == ("confirmed", 200)


def test_nothing_can_be_given_to_a_card_that_is_gone(ledger: Ledger, api: FakeApi) -> None:
    """A person must find another way."""
    api.vouchers.clear()

    error = fails(lambda: change(ledger, api, "undo:x", kind="give").make(unread()))

    assert isinstance(error, NeedsPersonError)
    assert ledger.card_owner("v_gift") is None
