"""For each call, which answers are its own, and what comes of those that are nearly so."""

from typing import Any

import httpx2
import pytest

from tests.unit.worker.build import job
from tests.unit.worker.voucherify.answering import api_of, error, kind_of, missing
from worker.errors import JobError, RetryableError
from worker.voucherify.answer import Answer, Changed
from worker.voucherify.http import RefusedError
from worker.voucherify.rest import MULTIPLE_REQUESTS_SECONDS


APPLIED, NOT_FOUND, UNKNOWN = Answer.APPLIED, Answer.NOT_FOUND, Answer.UNKNOWN
Json = dict[str, Any]


def ok(**body: Any) -> httpx2.Response:
    """Build an answer of 200."""
    return httpx2.Response(200, json=body)


BALANCE: Json = {
    "amount": -500,
    "total": 1000,
    "balance": 700,
    "type": "gift_voucher",
    "object": "balance",
    "operation_type": "MANUAL",
    "related_object": {"type": "voucher", "id": "v_1"},
}


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (ok(**BALANCE), Changed(APPLIED, 700)),
        (ok(**BALANCE | {"amount": -500.0, "balance": 700.0}), Changed(APPLIED, 700)),
        (ok(**BALANCE | {"balance": 0}), Changed(APPLIED, 0)),
        (ok(amount=-500, balance=700), Changed(APPLIED, 700)),
        (ok(**BALANCE | {"amount": -499}), None),
        (ok(**BALANCE | {"amount": 500}), None),
        (ok(**BALANCE | {"amount": None}), None),
        (ok(**BALANCE | {"amount": "-500"}), None),
        (ok(**BALANCE | {"balance": None}), None),
        (ok(**BALANCE | {"balance": True}), None),
        (ok(**BALANCE | {"balance": 700.5}), None),
        (ok(**BALANCE | {"related_object": {"id": "v_2"}}), None),
        (ok(**BALANCE | {"related_object": "v_1"}), None),
        (ok(**BALANCE | {"object": "voucher"}), None),
        (ok(), None),
        (httpx2.Response(200, json=[BALANCE]), None),
        (httpx2.Response(200, text="<html>"), None),
        (httpx2.Response(201, json=BALANCE), None),
        (httpx2.Response(202, json=BALANCE), None),
        (httpx2.Response(204), None),
        (missing("voucher", "v_2"), None),
        (error(500), None),
        (httpx2.ReadTimeout("x"), None),
        (missing("voucher", "v_1"), Changed(NOT_FOUND)),
        (error(400, "gift_amount_exceeded"), Changed(Answer.EXCEEDED)),
        (error(400, "loyalty_card_points_exceeded"), Changed(Answer.EXCEEDED)),
    ],
    ids=[
        "applied", "in floats", "nothing is left", "the least", "another amount", "the other sign",
        "no amount", "a text", "no balance", "a flag", "a fraction", "another card",
        "a text for a card", "another object", "empty", "a list", "HTML", "201",
        "202", "204", "another is missing",
        "500", "no answer", "gone", "exceeded", "points exceeded",
    ],
)  # fmt: skip
def test_a_balance_change(answer: Any, wanted: Changed | None) -> None:
    """Card, amount and a new balance make it one; anything else leaves it unknown."""
    api, transport = api_of(answer)

    changed = api.change_balance("v_1", -500, "rvk:rh:gift_credits", "why", job())

    assert changed == (wanted or Changed(UNKNOWN, outage=True))
    assert len(transport.requests) == 1


def test_a_balance_change_that_is_refused_otherwise_is_an_error() -> None:
    """Nothing was done, and the same would be refused again."""
    api, _ = api_of(error(400, "invalid_amount"))

    with pytest.raises(RefusedError, match="invalid_amount"):
        api.change_balance("v_1", -500, "rvk:rh:gift_credits", "why", job())


@pytest.mark.parametrize(
    ("answer", "off", "on"),
    [
        (ok(id="v_1", code="TEA", active=False), APPLIED, UNKNOWN),
        (ok(id="v_1", code="TEA", active=True), UNKNOWN, APPLIED),
        (ok(id="v_9", code="v_1", active=False), APPLIED, UNKNOWN),
        (ok(id="v_2", active=False), UNKNOWN, UNKNOWN),
        (ok(id="v_1"), UNKNOWN, UNKNOWN),
        (ok(id="v_1", active=None), UNKNOWN, UNKNOWN),
        (ok(id="v_1", active=0), UNKNOWN, UNKNOWN),
        (ok(), UNKNOWN, UNKNOWN),
        (httpx2.Response(202, json={"id": "v_1", "active": False}), UNKNOWN, UNKNOWN),
        (httpx2.Response(204), UNKNOWN, UNKNOWN),
        (missing("voucher", "v_1"), NOT_FOUND, NOT_FOUND),
        (missing("voucher", "v_2"), UNKNOWN, UNKNOWN),
        (httpx2.Response(404, text="<html>"), UNKNOWN, UNKNOWN),
        (httpx2.Response(404), UNKNOWN, UNKNOWN),
    ],
    ids=["off", "on", "by its code", "another", "not said", "null", "0", "empty", "202", "204",
         "gone", "another is gone", "HTML of 404", "empty 404"],
)  # fmt: skip
def test_switching_a_voucher(answer: httpx2.Response, off: Answer, on: Answer) -> None:
    """It is switched when the answer shows that voucher switched."""
    assert api_of(answer)[0].disable("v_1", job()) is off
    assert api_of(answer)[0].enable("v_1", job()) is on


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (ok(id="rr_1", redemption="r_1", result="SUCCESS"), APPLIED),
        (ok(id="rr_1", redemption={"id": "r_1"}, result="SUCCESS"), APPLIED),
        (ok(id="rr_1", result="SUCCESS"), APPLIED),
        (ok(id="rr_1", redemption="r_2", result="SUCCESS"), UNKNOWN),
        (ok(id="rr_1", redemption={"id": "r_2"}, result="SUCCESS"), UNKNOWN),
        (ok(id="rr_1", redemption="r_1"), UNKNOWN),
        (ok(id="rr_1", redemption="r_1", result="PENDING"), UNKNOWN),
        (ok(id="rr_1", redemption="r_1", result=None), UNKNOWN),
        (httpx2.Response(202, json={"redemption": "r_1", "result": "SUCCESS"}), UNKNOWN),
        (missing("redemption", "r_1"), NOT_FOUND),
        (missing("redemption", "r_2"), UNKNOWN),
        (missing("voucher", "r_1"), UNKNOWN),
        (error(400, "already_rolled_back"), Answer.ALREADY),
    ],
    ids=["done", "as an object", "not named", "another", "another object", "no result", "pending",
         "null", "202", "gone", "another is gone", "a voucher is gone", "already"],
)  # fmt: skip
def test_a_rollback(answer: httpx2.Response, wanted: Answer) -> None:
    """It is done when the answer says SUCCESS of that redemption."""
    assert api_of(answer)[0].roll_back("r_1", "why", job()) is wanted


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (ok(redemption="r_1", result="FAILURE"), "final", "the rollback failed"),
        (error(400, "invalid_redemption_parent"), "final", "invalid_redemption_parent"),
        (error(400, "multiple_requests"), "retry", "r_1 is under way"),
        (error(409), "retry", "409"),
    ],
    ids=["failed", "has a parent", "another is under way", "a conflict"],
)
def test_a_rollback_that_was_not_done(answer: httpx2.Response, kind: str, words: str) -> None:
    """A failure is final and says why; another rollback of it is waited for."""
    with pytest.raises(JobError, match=words) as caught:
        api_of(answer)[0].roll_back("r_1", "why", job())

    assert kind_of(caught.value) == kind
    if "under way" in words:
        assert isinstance(caught.value, RetryableError)
        assert caught.value.retry_after_seconds == MULTIPLE_REQUESTS_SECONDS


MARK = {"referral_removed_at": "2025-03-04"}


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (ok(id="cust_1", metadata={**MARK, "other": 1}), True),
        (ok(metadata=MARK), True),
        (ok(id="cust_2", metadata=MARK), None),
        (ok(id="cust_1", metadata={}), None),
        (ok(id="cust_1", metadata={"referral_removed_at": "2025-03-03"}), None),
        (ok(id="cust_1", metadata=None), None),
        (ok(id="cust_1"), None),
        (httpx2.Response(202, json={"id": "cust_1", "metadata": MARK}), None),
        (httpx2.Response(404, text="<html>"), None),
        (httpx2.ReadTimeout("x"), None),
        (missing("customer", "cust_2"), None),
        (missing("customer", "cust_1"), False),
    ],
    ids=["set", "not named", "another", "not set", "another value", "null", "not shown", "202",
         "HTML of 404", "no answer", "another is gone", "gone"],
)  # fmt: skip
def test_setting_metadata(answer: Any, *, shown: bool | None) -> None:
    """It is set when the answer shows it, and what is not known is tried again."""
    api, _ = api_of(answer)

    if shown is None:
        with pytest.raises(RetryableError) as caught:
            api.set_metadata("cust_1", MARK, job())
        assert caught.value.reason == "voucherify_no_answer"
        return
    given = api.set_metadata("cust_1", MARK, job())
    assert (given is not None) == shown
