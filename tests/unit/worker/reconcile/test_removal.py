"""Which assignments are over, and since when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.model.assignment import Assignment
from worker.reconcile.diff.removal import (
    RemovalEvent,
    assignment_in,
    ending_of,
    gone,
    news,
    removal_in,
    removals_in,
    removed_at,
)
from worker.reconcile.outcomes import Ending


NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
GRACE = timedelta(minutes=15)
DELETED = "customer.holder.assignment.deleted"


def assignment(holder: str = "rh_1", **more: str) -> Assignment:
    """Make an assignment."""
    usual = {"customer": "cust_1", "role": "REFEREE", "code": "v_1", "campaign": "camp_1"}
    return Assignment(holder=holder, **usual | more)


def item(**more: Any) -> dict[str, Any]:
    """Make an item of activity that reports a removal."""
    holder = {
        "id": "rh_1",
        "customer_id": "cust_1",
        "holder_role": "REFEREE",
        "redeemable_id": "v_1",
        "campaign_id": "camp_1",
    }
    usual = {"id": "evcus_1", "type": DELETED, "created_at": "2026-05-04T11:00:00.000Z"}
    return {**usual, "data": {"data": {"holder": holder}}, **more}


def test_who_is_no_longer_listed_is_gone() -> None:
    """Of those known before; all of them, if there is no code any more."""
    first, second = assignment("rh_1"), assignment("rh_2")
    known = {"rh_1": first, "rh_2": second}
    assert gone(known, {"rh_2": second, "rh_3": assignment("rh_3")}) == [first]
    assert gone(known, None) == [first, second]


def test_only_holders_of_referral_roles_are_news() -> None:
    """Someone's own coupon is no referral perk; who is known is no news."""
    listed = {
        name: assignment(name, role=role)
        for name, role in (("rh_1", "REFEREE"), ("rh_2", "REFERRER"), ("rh_3", "OWNER"))
    }
    assert [each.holder for each in news({"rh_2"}, listed)] == ["rh_1"]
    assert news({}, None) == []


@pytest.mark.parametrize(
    ("reported_ago", "since_ago", "customer", "code", "expected"),
    [
        (60, 90, True, True, Ending.MISSING),
        (60, 90, False, False, Ending.MISSING),
        (5, 90, True, True, Ending.YOUNG),
        (None, 90, True, True, Ending.MISSING),
        (None, 5, True, True, Ending.YOUNG),
        (None, None, True, True, Ending.MISSING),
        (None, 90, False, True, Ending.CUSTOMER_GONE),
        (None, 90, True, False, Ending.CODE_GONE),
        (None, 90, False, False, Ending.CODE_GONE),
        (None, 5, True, False, Ending.CODE_GONE),
    ],
)
def test_what_became_of_an_assignment(
    reported_ago: int | None, since_ago: int | None, customer: bool, code: bool, expected: Ending
) -> None:
    """An event is proof; without one, a code or a customer that is gone is none."""
    reported = reported_ago and RemovalEvent(
        event="ev", at=NOW - timedelta(minutes=reported_ago), item={}
    )
    since = (NOW - timedelta(minutes=since_ago)).isoformat() if since_ago else ""
    assert (
        ending_of(
            assignment(since=since),
            reported or None,
            customer_exists=customer,
            code_exists=code,
            now=NOW,
            grace=GRACE,
        )
        is expected
    )


def test_a_removal_ends_before_the_next_assignment_of_the_same_customer() -> None:
    """Of all later ones the first counts; those of others and earlier ones do not."""
    over = assignment(since="2026-05-04T10:00:00Z")
    others = [
        assignment("rh_2", since="2026-05-04T11:30:00Z"),
        assignment("rh_3", since="2026-05-04T11:00:00Z"),
        assignment("rh_4", since="2026-05-04T09:00:00Z"),
        assignment("rh_5", customer="cust_2", since="2026-05-04T10:30:00Z"),
        assignment("rh_6", since="not a time"),
    ]
    expected = datetime(2026, 5, 4, 10, 59, 59, 999_000, tzinfo=UTC)
    assert removed_at(over, others, NOW) == expected
    assert removed_at(over, [], NOW) == NOW
    assert removed_at(assignment(since=""), others[4:], NOW) == NOW


def test_both_shapes_of_an_item_are_read() -> None:
    """Nested beside the event's source, and flat."""
    nested = item()
    flat = item(data=nested["data"]["data"])
    for each in (nested, flat):
        reported = removal_in([item(type="customer.sms.sent"), each], "rh_1")
        assert reported is not None
        assert (reported.event, reported.at) == ("evcus_1", NOW - timedelta(hours=1))
        assert assignment_in(each) == assignment()
    assert removal_in([nested], "rh_2") is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(DELETED),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["id", "type", "created_at", "data", "holder", "customer_id"]),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_an_item_holds_nothing_breaks(value: Any) -> None:
    """What cannot be read reports no removal."""
    items = [{"type": DELETED, "id": "e", "created_at": "2026-05-04T11:00:00Z", "data": value}]
    items += [value] if isinstance(value, dict) else []
    for reported in removals_in(items):
        assignment_in(reported.item)


@pytest.mark.parametrize("missing", ["id", "customer_id", "redeemable_id", "campaign_id"])
def test_an_item_without_an_id_is_no_removal_of_ours(missing: str) -> None:
    """Nothing could be done with it; an owner's is none either."""
    reported = item()
    del reported["data"]["data"]["holder"][missing]
    assert assignment_in(reported) is None
    owner = item()
    owner["data"]["data"]["holder"]["holder_role"] = "OWNER"
    assert assignment_in(owner) is None
