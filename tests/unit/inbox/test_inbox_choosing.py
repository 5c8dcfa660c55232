from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.admin.fingerprint import fingerprint, normalised
from inbox.admin.selection import ACTIONS, SORTS, Filter, Row, choices, chosen, groups


DELIVERY = "0123456789abcdef0123456789abcdef"


def row(**changed: Any) -> Row:
    """A failed job of the CRM, with some of it changed."""
    job = changed.pop("job", f"{DELIVERY}:notify_crm")
    fields: dict[str, Any] = {
        "task": f"{job}:1",
        "job": job,
        "delivery": job[:32],
        "name": job[33:],
        "state": "failed",
        "since": 1_000,
        "next_try": None,
        "tries": 1,
        "reason": "crm_service_answered_422",
        "error": "the CRM's service answered 422",
        "group": "g1",
        "event_type": "customer.holder.assignment.deleted",
        "event_id": "evt_1",
        "customer": "cust_1",
        "holder": "rh_1",
        "campaign": "camp_1",
    }
    return Row(**(fields | changed))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("answered 422 for cust_0a1B", "answered 422 for cust_Zz9"),
        ("position 17 of 20", "position 3 of 4000"),
        ("at 2026-03-01T12:00:00Z", "at 2027-11-30T01:02:03Z"),
        (f"delivery {DELIVERY}", f"delivery {'f0' * 16}"),
        ("$.holder.voucher[3].id is no text", "$.holder.voucher[12].id is no text"),
    ],
)
def test_ids_and_numbers_do_not_part_one_fault(one: str, other: str) -> None:
    """What differs from job to job by one cause is not part of the fingerprint."""
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$.holder.id is missing", "$.holder.role is missing"),
        ("needs a person", "needs_a_person"),
        ("Answered", "answered"),
        ("", "an error"),
    ],
)
def test_words_part_faults(one: str, other: str) -> None:
    """Different sentences are different faults."""
    assert normalised(one) != normalised(other)


def test_a_fingerprint_distinguishes_handler_reason_and_sentence() -> None:
    """The same error of another handler, or by another reason, is another group."""
    parts = [("a", "b", "c"), ("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x"), ("ab", "", "c")]

    assert len({fingerprint(*each) for each in parts}) == len(parts)


@given(st.text())
def test_any_error_has_a_fingerprint(error: str) -> None:
    """Whatever a downstream wrote, also what is no proper text, can be grouped."""
    assert len(fingerprint("a", "b", normalised(error))) == 12
    assert normalised(normalised(error)) == normalised(error)


def test_a_long_word_does_not_cost_its_square() -> None:
    """A megabyte without a blank is cut and read once."""
    assert len(normalised("a_-" * 400_000)) <= 300


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ({}, True),
        ({"name": "notify_crm"}, True),
        ({"name": "notify"}, False),
        ({"reason": "crm_service_answered_422"}, True),
        ({"reason": "crm_service_answered_4"}, False),
        ({"event_type": "customer.deleted"}, False),
        ({"campaign": "camp_1"}, True),
        ({"campaign": "camp_2"}, False),
        ({"group": "g1", "campaign": "camp_1"}, True),
        ({"group": "g2", "campaign": "camp_1"}, False),
        ({"since": 1_000}, True),
        ({"since": 1_001}, False),
        ({"until": 1_001}, True),
        ({"until": 1_000}, False),
        ({"search": DELIVERY}, True),
        ({"search": DELIVERY[:8]}, True),
        ({"search": f"{DELIVERY}:notify_crm"}, True),
        ({"search": f"{DELIVERY}:notify_crm:7"}, True),
        ({"search": f"{DELIVERY}:other:7"}, False),
        ({"search": "evt_1"}, True),
        ({"search": "cust_1"}, True),
        ({"search": "rh_"}, True),
        ({"search": "1"}, False),
        ({"search": ".*"}, False),
    ],
    ids=str,
)
def test_filters_narrow_the_choice(wanted: dict[str, Any], matches: bool) -> None:
    """Each filter is an exact word, times include their beginning; a search is a beginning."""
    assert Filter(**wanted).matches(row()) is matches


def test_a_filter_is_read_back_from_its_own_words() -> None:
    """What a page puts into its address means the same when it comes back."""
    wanted = Filter(state="held", name="a", search="b", since=1_772_366_400_000, until=5_000)

    assert Filter.from_words(wanted.words()) == wanted
    assert Filter.from_words({}) == Filter()


@pytest.mark.parametrize(
    "words",
    [
        {"state": "queued"},
        {"state": ["failed"]},
        {"handler": "a"},
        {"since": "yesterday"},
        {"until": "2026-13-01"},
        {"name": {"$ne": ""}},
        {"name": True},
    ],
    ids=str,
)
def test_a_wrong_filter_is_refused(words: dict[str, Any]) -> None:
    """A filter that is passed over would choose more than was meant."""
    with pytest.raises(ValueError, match=r"must|no filter"):
        Filter.from_words(words)


def test_a_time_without_a_zone_is_utc() -> None:
    """The page shows and takes UTC."""
    found = Filter.from_words({"since": "1970-01-01T00:01", "until": "1970-01-01T02:01+02:00"})

    assert (found.since, found.until) == (60_000, 60_000)


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_is_total(sort: str) -> None:
    """Jobs that are alike in what is sorted by still stand in one order."""
    rows = [row(job=f"{number:032x}:a") for number in range(20)]

    assert chosen(rows, Filter(), sort) == chosen(reversed(rows), Filter(), sort)


def test_groups_count_their_jobs_and_report_since_when() -> None:
    """The largest group comes first; no job is in two."""
    rows = [row(since=number, group="large", name="a") for number in (5, 3, 9)]
    rows.append(row(since=1, group="small", name="b"))

    first, second = groups(rows)

    assert (first.group, first.count, first.first, first.last) == ("large", 3, 3, 9)
    assert (second.group, second.count) == ("small", 1)


def test_choices_count_the_words_that_are_there() -> None:
    """Each word of a filter is offered with its number, and no empty one."""
    found = choices([row(), row(), row(campaign="", event_type="")])

    assert found["campaign"] == {"camp_1": 2}
    assert found["name"] == {"notify_crm": 3}


def test_every_state_says_what_may_be_done() -> None:
    """Waiting jobs continue by themselves: nothing is decided about them."""
    assert ACTIONS["waiting"] == ()
    assert "release" not in ACTIONS["failed"]
    assert "retry" not in ACTIONS["held"]
