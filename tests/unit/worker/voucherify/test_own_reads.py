"""For each call that reads, which answers are its own."""

from typing import Any

import httpx2
import pytest

from tests.unit.worker.build import job
from tests.unit.worker.voucherify.answering import api_of, missing
from worker.errors import RetryableError


def ok(**body: Any) -> httpx2.Response:
    """Build an answer of 200."""
    return httpx2.Response(200, json=body)


@pytest.mark.parametrize("name", ["voucher", "customer", "campaign"])
@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (ok(id="x_1"), True),
        (ok(id="x_9", code="x_1"), True),
        (ok(id="x_9", source_id="x_1"), True),
        (ok(id="x_2"), None),
        (ok(), None),
        (ok(id=["x_1"]), None),
        (httpx2.Response(202, json={"id": "x_1"}), None),
        (httpx2.Response(404, text="<html>"), None),
        (httpx2.Response(404), None),
        (httpx2.Response(404, json={"message": "no route"}), None),
    ],
    ids=["by id", "by code", "by source id", "another", "empty", "a list", "202", "HTML of 404",
         "empty 404", "another 404"],
)  # fmt: skip
def test_reading_one_thing(name: str, answer: httpx2.Response, *, found: bool | None) -> None:
    """It is there when the answer is that thing; a foreign 404 says nothing of it."""
    api, _ = api_of(answer)
    read = getattr(api, name)

    if found:
        assert read("x_1", job())["id"]
        return
    with pytest.raises(RetryableError):
        read("x_1", job())


@pytest.mark.parametrize("name", ["voucher", "customer", "campaign"])
def test_only_the_thing_that_was_asked_for_is_missing(name: str) -> None:
    """Voucherify's own 404 must name type and id."""
    gone, _ = api_of(missing(name, "x_1"))
    assert getattr(gone, name)("x_1", job()) is None

    for other in (missing(name, "x_2"), missing("order", "x_1")):
        with pytest.raises(RetryableError):
            getattr(api_of(other)[0], name)("x_1", job())


@pytest.mark.parametrize(
    ("name", "owner", "more"),
    [
        ("holders", "voucher", ("cust_1",)),
        ("transactions", "voucher", ()),
        ("redeemables", "customer", ()),
        ("activity", "customer", ("2025-02-11T17:40:00+00:00",)),
    ],
)
def test_a_list_is_missing_only_with_its_owner(
    name: str, owner: str, more: tuple[str, ...]
) -> None:
    """A foreign 404 never reads as a code without holders or a card without transactions."""
    gone, _ = api_of(missing(owner, "x_1"))
    assert getattr(gone, name)("x_1", *more, job()) is None

    wrong = "customer" if owner == "voucher" else "voucher"
    for other in (
        missing(owner, "x_2"),
        missing(wrong, "x_1"),
        httpx2.Response(404, text="<html>"),
    ):
        with pytest.raises(RetryableError):
            getattr(api_of(other)[0], name)("x_1", *more, job())
