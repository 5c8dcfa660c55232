from typing import Any

import pytest

from schemas import load_envelope, parse_body
from worker.customers import MOST_CUSTOMERS, customers_of
from worker.testing import body_of


def about(data: dict[str, Any], **event: Any) -> tuple[str, ...]:
    """Tell whom an event with this data is about."""
    return customers_of(load_envelope(parse_body(body_of("any.event", data, **event))))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"customer": {"id": "cust_1"}}, ("cust_1",)),
        ({"holder": {"customer_id": "cust_1"}}, ("cust_1",)),
        ({"redemption": {"customer_id": "cust_1"}}, ("cust_1",)),
        ({"order": {"customer_id": "cust_1"}}, ("cust_1",)),
        ({"id": "cust_1", "object": "customer"}, ("cust_1",)),
        ({"voucher": {"holder_id": "cust_1"}}, ("cust_1",)),
        ({"reward": {"assignments": [{"customer_id": "cust_1"}]}}, ("cust_1",)),
        ({"publication": {"customer": {"id": "cust_1"}}}, ("cust_1",)),
        ({}, ()),
        ({"customer": None, "order": [], "voucher": "x"}, ()),
        ({"customer": {"id": "ada quill"}, "order": {"customer_id": 7}}, ()),
        ({"order": {"metadata": {"customer_id": "cust_1"}}}, ()),
    ],
)
def test_a_customer_is_found_wherever_events_name_one(
    data: dict[str, Any], found: tuple[str, ...]
) -> None:
    """By the place and not by the type of the event, and only if it has the form of an id."""
    assert about(data) == found


def test_the_event_itself_may_name_its_customer() -> None:
    """An entity of another kind is none."""
    assert about({}, entity_id="cust_1") == ("cust_1",)
    assert about({}, entity_id="v_1") == ()


def test_who_acted_comes_before_all_others() -> None:
    """All who are named are found, once each; the first is whom operators and the ledger see."""
    data = {
        "transfer": {"customer_id": "cust_3"},
        "order": {"customer_id": "cust_2"},
        "customer": {"id": "cust_1"},
        "redemption": {"customer_id": "cust_1"},
    }

    assert about(data, entity_id="cust_4") == ("cust_1", "cust_2", "cust_4", "cust_3")


def test_the_holder_of_a_code_that_somebody_else_used_does_not_count() -> None:
    """A redemption of a referrer's code is about the redeemer."""
    data = {"customer": {"id": "cust_1"}, "voucher": {"holder_id": "cust_2", "referrer_id": "c3"}}

    assert about(data) == ("cust_1",)


def test_many_customers_are_bounded() -> None:
    """What the store keeps of one body stays small."""
    data = {"publications": [{"customer_id": f"cust_{number}"} for number in range(900)]}

    assert len(about(data)) == MOST_CUSTOMERS
