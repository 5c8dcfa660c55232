from typing import Any

import pytest

from tests.integration.worker.ledger import Ledger
from tests.integration.worker.steps import BACK, OFF, SHOW, carried_out, code_and_card, take
from tests.unit.worker.fake_api import FakeApi
from worker.errors import JobError, NeedsPersonError, PermanentError, RetryableError
from worker.voucherify.answer import Answer


@pytest.fixture
def api() -> FakeApi:
    """A code of the referrer's, a card and a customer."""
    return code_and_card()


@pytest.mark.parametrize(
    ("voucher", "outcome", "calls", "changed"),
    [
        ({}, "switched off voucher v_code", ["disable v_code"], "1"),
        ({"holder_id": None}, "switched off voucher v_code", ["disable v_code"], "1"),
        ({"active": False}, "switched off voucher v_code", [], "0"),
        ({"holder_id": "cust_new"}, "voucher v_code belongs to another customer by now", [], "0"),
        ({"referrer_id": "cust_new"}, "voucher v_code belongs to another customer by now", [], "0"),
        (None, "voucher v_code is gone", [], "0"),
    ],
)
def test_a_voucher_is_switched_off_if_it_still_may_be(
    ledger: Ledger,
    api: FakeApi,
    *,
    voucher: dict[str, Any] | None,
    outcome: str,
    calls: list[str],
    changed: str,
) -> None:
    """It is read just before; what was off, gone or someone else's is not touched, and noted."""
    if voucher is None:
        del api.vouchers["v_code"]
    else:
        api.vouchers["v_code"] |= voucher

    assert carried_out(ledger, api, OFF) == outcome
    assert carried_out(ledger, api, OFF) == outcome

    assert api.changing() == calls
    (effect,) = ledger.all().values()
    assert (effect.state, effect.fields["changed"]) == ("confirmed", changed)


def test_a_switching_off_whose_answer_was_lost_is_ours(ledger: Ledger, api: FakeApi) -> None:
    """The next run finds it off, and undoing it must know that we did it."""
    api.answers = [Answer.UNKNOWN]
    with pytest.raises(RetryableError) as caught:
        carried_out(ledger, api, OFF)
    assert caught.value.reason == "voucherify_no_answer"

    assert carried_out(ledger, api, OFF) == "switched off voucher v_code"

    assert api.changing() == ["disable v_code"]
    (effect,) = ledger.all().values()
    assert effect.fields["changed"] == "1"


@pytest.mark.parametrize(
    ("answers", "outcome", "calls"),
    [
        ([Answer.APPLIED], "rolled back redemption r_1", 1),
        ([Answer.ALREADY], "rolled back redemption r_1", 1),
        ([Answer.NOT_FOUND], "redemption r_1 is gone", 1),
        ([Answer.UNKNOWN, Answer.ALREADY], "rolled back redemption r_1", 2),
    ],
)
def test_a_redemption_is_rolled_back_once(
    ledger: Ledger, api: FakeApi, answers: list[Answer], outcome: str, calls: int
) -> None:
    """Rolled back already is done; a lost answer may be repeated, for the API says so then."""
    api.answers = list(answers)
    if answers[0] is Answer.UNKNOWN:
        with pytest.raises(RetryableError):
            carried_out(ledger, api, BACK)

    assert carried_out(ledger, api, BACK) == outcome
    assert carried_out(ledger, api, BACK) == outcome

    assert len(api.changing()) == calls


def test_what_is_left_to_a_person_is_reported_after_the_steps_are_done(
    ledger: Ledger, api: FakeApi
) -> None:
    """The job fails with all that was done; trying it again does nothing twice."""
    for _ in range(2):
        with pytest.raises(NeedsPersonError) as caught:
            carried_out(ledger, api, OFF, take(), unresolved=("a mug was sent", "another doubt"))

        reported = str(caught.value)
        assert reported.startswith(
            "a mug was sent; another doubt; done: switched off voucher v_code"
        )
        assert "took back 500 from card v_gift" in reported
    assert [call.split()[0] for call in api.changing()] == ["disable", "change"]


def test_a_step_that_fails_leaves_those_before_it_done(ledger: Ledger, api: FakeApi) -> None:
    """The next run continues where this one stopped."""
    api.posts = [PermanentError("voucherify_answered_400", "no")]
    with pytest.raises(JobError):
        carried_out(ledger, api, OFF, take(), SHOW)
    assert [call.split()[0] for call in api.changing()] == ["disable", "change"]
    api.calls.clear()

    outcome = carried_out(ledger, api, OFF, take(), SHOW)

    assert outcome == (
        "switched off voucher v_code, took back 500 from card v_gift, marked the customer"
    )
    assert [call.split()[0] for call in api.changing()] == ["change", "set"]


def test_an_empty_plan_says_why(ledger: Ledger, api: FakeApi) -> None:
    """Nothing is noted and no one is called."""
    assert carried_out(ledger, api) == "nothing to take back: assignment gone: nothing"
    assert (ledger.all(), api.calls) == ({}, [])
