from typing import Any

import pytest

from inbox.privacy.erasure import Erased
from inbox.privacy.redaction import redacted
from schemas import CustomerDeleted, load_envelope, load_event, parse_body
from worker.customers import MOST_CUSTOMERS, customers_deleted, customers_of
from worker.errors import PermanentError
from worker.handlers import load_handlers
from worker.handlers.erase_customer import erase_customer
from worker.run.fan_out import process
from worker.services import Services
from worker.testing import body_of, run_handler


def about(data: dict[str, Any], **event: Any) -> tuple[str, ...]:
    """Return the customers of an event with this data."""
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
    """All named customers are found, once each; operators and the ledger see the first."""
    data = {
        "transfer": {"customer_id": "cust_3"},
        "order": {"customer_id": "cust_2"},
        "customer": {"id": "cust_1"},
        "redemption": {"customer_id": "cust_1"},
    }

    assert about(data, entity_id="cust_4") == ("cust_1", "cust_2", "cust_4", "cust_3")


def test_the_holder_of_a_code_that_another_customer_used_does_not_count() -> None:
    """A redemption of a referrer's code is about the redeemer."""
    data = {"customer": {"id": "cust_1"}, "voucher": {"holder_id": "cust_2", "referrer_id": "c3"}}

    assert about(data) == ("cust_1",)


def test_many_customers_are_bounded() -> None:
    """What the store keeps of one body stays small."""
    data = {"publications": [{"customer_id": f"cust_{number}"} for number in range(900)]}

    assert len(about(data)) == MOST_CUSTOMERS


class Eraser:
    """Records which customers are erased."""

    def __init__(self) -> None:
        self.erased: list[str] = []

    def erase(self, customer: str) -> Erased:
        """Find two bodies, and reduce one of them."""
        self.erased.append(customer)
        return Erased(found=2, erased=1)


DELETED = [
    ({"customer": {"id": "cust_1"}}, "cust_1", ("cust_1",)),
    ({"customer": {"id": "cust_1"}}, None, ("cust_1",)),
    ({"customer": {"object": "customer"}}, "cust_1", ("cust_1",)),
    ({"customer": {"id": None, "name": None}}, "cust_1", ("cust_1",)),
    ({"customer": {"id": " "}}, "cust_1", ("cust_1",)),
    ({"customer": {"id": 7}}, "cust_1", ("cust_1",)),
    ({"customer": None}, "cust_1", ("cust_1",)),
    ({}, "cust_1", ("cust_1",)),
    (None, "cust_1", ("cust_1",)),
    ([], "cust_1", ("cust_1",)),
    ({"customer": {"id": "cust_1"}}, "cust_2", ("cust_1", "cust_2")),
    ({"customer": {"id": "cust_1"}}, "seg_1", ("cust_1",)),
]


@pytest.mark.parametrize(("data", "entity", "found"), DELETED)
def test_a_deleted_customer_is_erased_whichever_field_names_them(
    data: Any, entity: str | None, found: tuple[str, ...]
) -> None:
    """`data.customer.id` or `event.entity_id` is enough; if they differ, both are erased."""
    raw = body_of("customer.deleted", data, entity_id=entity)
    eraser = Eraser()

    pending = process(raw, load_handlers())
    ran = run_handler(
        erase_customer,
        raw,
        services=Services(perks=None, crm=None, erasure=eraser),  # type: ignore[arg-type]
    )

    assert pending.handlers == (("erase_customer", "erasure"),)
    assert (pending.customer, *pending.others) == found
    assert eraser.erased == [*found]
    assert ran.outcome == f"{2 * len(found)} bodies about the customer, {len(found)} erased"


@pytest.mark.parametrize("data", [{"customer": {"name": "Ada Quill"}}, {}, None])
def test_what_remains_of_a_deletion_names_the_customer(data: Any) -> None:
    """An erasing reduces the body that asked for it, too, and may have to run again."""
    rest = redacted(body_of("customer.deleted", data, entity_id="cust_1"))
    event = load_event(load_envelope(parse_body(rest)))

    assert isinstance(event, CustomerDeleted)
    assert customers_deleted(event) == ("cust_1",)


@pytest.mark.parametrize("entity", [None, "", "seg_1"])
def test_a_deletion_without_a_customer_is_for_an_operator(entity: str | None) -> None:
    """Nothing is erased on a guess, and the deletion is not lost."""
    raw = body_of("customer.deleted", {"customer": {"email": "a@b.test"}}, entity_id=entity)
    pending = process(raw, load_handlers())

    assert (pending.customer, pending.others) == ("", ())
    with pytest.raises(PermanentError, match=r"data\.customer\.id nor event\.entity_id"):
        run_handler(erase_customer, raw)
