import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.ids import delivery_id, delivery_of, is_delivery_id, job_id_of, name_of


DELIVERY = "0123456789abcdef" * 2


@pytest.mark.parametrize("name", ["process", "notify_crm", "a", "gift_2_friends", "x9", "a__"])
@pytest.mark.parametrize("number", ["", ":1", ":12345"])
def test_a_task_id_leads_to_its_job(name: str, number: str) -> None:
    """A job's id is its task's less the last number, and names delivery and name."""
    job = job_id_of(f"{DELIVERY}:{name}{number}")

    assert job == f"{DELIVERY}:{name}"
    assert (delivery_of(job), name_of(job)) == (DELIVERY, name)


@pytest.mark.parametrize(
    "text",
    [
        "", DELIVERY, DELIVERY + ":", DELIVERY + ":1", DELIVERY + ":Process", DELIVERY + ":9a",
        DELIVERY + ":a:", DELIVERY + ":a:1:2", DELIVERY + ":a:x", DELIVERY + ":a:\u0663",
        DELIVERY + ":a\n", DELIVERY + ":a:1\n", DELIVERY.upper() + ":a", DELIVERY[1:] + ":a",
        " " + DELIVERY + ":a", "é" * 32 + ":a",
    ],
)  # fmt: skip
def test_other_texts_are_no_job(text: str) -> None:
    """What does not resemble a job or a task in every character is neither."""
    assert job_id_of(text) is None


@given(body=st.binary())
def test_any_body_has_an_id(body: bytes) -> None:
    """The id of a delivery is 32 hex digits, and the same for the same bytes."""
    assert is_delivery_id(delivery_id(body))
    assert delivery_id(body) == delivery_id(bytes(bytearray(body)))


@pytest.mark.parametrize("text", ["", DELIVERY[1:], DELIVERY + "0", DELIVERY + "\n", "*" * 32])
def test_other_texts_are_no_delivery(text: str) -> None:
    """An id of a delivery is exact."""
    assert not is_delivery_id(text)
