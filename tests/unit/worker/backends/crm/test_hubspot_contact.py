from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import PERSONAL, assignment_deleted
from tests.unit.worker.build import event_of, removal
from worker.backends.crm.hubspot.contact import (
    LONGEST_TEXT,
    Contact,
    email_of,
    ids_of,
    is_older,
    moment_text,
    removal_properties,
)
from worker.backends.crm.hubspot.note import marker_of, note_about


SHOWN = "perkhook_last_removal_at"


def _body(**overrides: Any) -> str:
    return str(note_about(removal(**overrides), "7")["properties"]["hs_note_body"])


def _of_customer(**changes: Any) -> Any:
    document = assignment_deleted()
    document["data"]["customer"].update(changes)
    return event_of(document)


@pytest.mark.parametrize(
    ("shown", "older"),
    [
        ("2025-03-04T08:15:30.251Z", True),
        ("2025-03-04T08:15:31Z", True),
        ("2025-03-04T08:15:30.250Z", False),
        ("2025-03-04T08:15:30.249Z", False),
        ("2025-03-04T09:15:30.250+01:00", False),
        ("1741076130251", True),  # 08:15:30.251 in epoch milliseconds
        ("1741076130250", False),
        ("99999999999999", True),  # the year 5138
        ("9" * 400, False),
        ("yesterday", False),
        ("", False),
        (None, False),
        (1741076130251, False),
    ],
)
def test_a_removal_is_older_than_a_later_one_that_is_shown(shown: Any, older: bool) -> None:
    """08:15:30.250 is compared with what stands there; what cannot be read counts for nothing."""
    assert is_older(removal(), Contact("7", {SHOWN: shown})) is older


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1971, 1, 1)))  # noqa: DTZ001 - hypothesis wants it naive
def test_a_removal_is_not_older_than_itself(moment: datetime) -> None:
    """What was set is read back as the same moment, whatever its microseconds."""
    event = removal(event_created_at=moment.isoformat())

    assert not is_older(event, Contact("7", removal_properties(event)))


def test_moments_are_written_in_utc_with_milliseconds() -> None:
    """Microseconds are cut off, as HubSpot keeps milliseconds."""
    moment = datetime(2025, 3, 4, 9, 15, 30, 7999, tzinfo=timezone(timedelta(hours=1)))

    assert moment_text(moment.astimezone(UTC)) == "2025-03-04T08:15:30.007Z"


@pytest.mark.parametrize(
    ("source_id", "ids"),
    [
        ("shop-1", ["shop-1", "cust_adaQuill000001"]),
        (" shop-1 ", ["shop-1", "cust_adaQuill000001"]),
        ("cust_adaQuill000001", ["cust_adaQuill000001"]),
        ("", ["cust_adaQuill000001"]),
        (None, ["cust_adaQuill000001"]),
    ],
)
def test_a_customer_is_known_by_the_shops_id_and_voucherifys(
    source_id: str | None, ids: list[str]
) -> None:
    """Both ids are asked for in one call, each once and none empty."""
    assert ids_of(_of_customer(source_id=source_id)) == ids


@pytest.mark.parametrize(
    ("email", "wanted"),
    [("Ada@X.Test ", "ada@x.test"), ("none", None), ("", None), (None, None)],
)
def test_an_address_is_asked_for_in_lower_case(email: str | None, wanted: str | None) -> None:
    """What is no address is not asked for."""
    assert email_of(_of_customer(email=email)) == wanted


def test_without_a_customer_there_is_the_holders_id() -> None:
    """A payload without the customer still names one by the assignment."""
    document = assignment_deleted()
    document["data"]["customer"] = None

    assert ids_of(event_of(document)) == ["cust_adaQuill000001"]
    assert email_of(event_of(document)) is None


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("REFEREE", "as a referee, who had come by another customer's referral code"),
        ("REFERRER", "as a referrer, whose own referral code it was"),
        ("OWNER", "as the owner of a code or card"),
        ("NEIGHBOUR", "in a role unknown to perkhook"),
    ],
)
def test_a_note_says_in_which_role(role: str, words: str) -> None:
    """Each role has its words, one that Voucherify invents tomorrow too."""
    assert f" UTC, {words}.</p>" in _body(role=role)


def test_a_campaigns_name_cannot_change_the_note() -> None:
    """Markup in a name is text, a long one is cut, and without a name the id stands there."""
    document = assignment_deleted()
    document["data"]["campaign"]["name"] = "<b>Tea & [perkhook:rh_9]</b>" + "x" * 9000
    body = note_about(event_of(document), "7")["properties"]["hs_note_body"]
    assert "“&lt;b&gt;Tea &amp; [perkhook:rh_9]&lt;/b&gt;xxx" in body
    assert len(body) < LONGEST_TEXT + 400

    document["data"]["campaign"] = None
    event = event_of(document)
    assert "“camp_samovarReferral2024”" in note_about(event, "7")["properties"]["hs_note_body"]
    assert removal_properties(event)["perkhook_last_removal_campaign"] == (
        "camp_samovarReferral2024"
    )


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip))
def test_any_id_makes_a_marker_that_html_leaves_alone(holder: str) -> None:
    """Letters, digits and a few signs, so that it comes back as it was sent."""
    marker = marker_of(removal(holder_id=holder))

    assert set(marker) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%[:]"
    )
    assert marker in _body(holder_id=holder)


def test_no_id_is_the_beginning_of_another() -> None:
    """The note of rh_12 is not taken for one of rh_1."""
    assert marker_of(removal(holder_id="rh_1")) not in _body(holder_id="rh_12")


def test_a_note_names_no_one() -> None:
    """Neither name nor address nor the shop's id stands in the note or the properties."""
    reported = f"{note_about(removal(), '7')}{removal_properties(removal())}"

    assert not any(word in reported for word in PERSONAL)
