"""What the command says at the end of a run, by value."""

import json
from collections import Counter
from typing import Any

import pytest

from inbox.model.assignment import Assignment
from worker.cli.report import Report
from worker.errors import PermanentError
from worker.reconcile.diff.finding import MOST_NAMED
from worker.reconcile.outcomes import Ending, FailingError, Skip
from worker.reconcile.progress import MOST_SKIPS, Progress


@pytest.fixture
def progress() -> Progress:
    """A run that has done nothing yet."""
    return Progress(Counter())


def over(progress: Progress, number: int, campaign: str = "camp_1") -> None:
    """Let an assignment be for a person."""
    known = Assignment(
        holder=f"rh_{number}", customer="c", role="REFEREE", code="v", campaign=campaign
    )
    progress.count(Ending.CODE_GONE)
    progress.for_a_person(known, Ending.CODE_GONE)


def said(progress: Progress, capsys: pytest.CaptureFixture[str], *, plain: bool = False) -> str:
    """Read what is said at the end."""
    # What was logged meanwhile.
    capsys.readouterr()
    Report(plain=plain, of="codes").end(progress, [], {}, apply=True)
    return capsys.readouterr().out


def document(progress: Progress, capsys: pytest.CaptureFixture[str]) -> Any:
    """Read the JSON."""
    return json.loads(said(progress, capsys, plain=True))


def test_what_was_skipped_is_said_by_its_ids(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    """How many of each kind and which, in words and as JSON."""
    progress.skip(Skip.ODD_HOLDER, code="v_1", campaign="camp_1", holder="rh_9")
    progress.skip(Skip.UNDECIDED, code="v_2", campaign="camp_1")
    progress.failed(FailingError("voucherify_answered_423", "locked"), code="v_3")
    progress.failed(PermanentError("voucherify_answered_400", "no"), customer="cust_1")

    lines = said(progress, capsys).splitlines()
    odd, undecided, *rest = lines[1:]
    assert odd.startswith("1 holders who are listed without an id, a customer or a role")
    assert odd.endswith(": code v_1 campaign camp_1 holder rh_9.")
    assert undecided.startswith("1 codes from which nothing was concluded")
    assert undecided.endswith(": code v_2 campaign camp_1.")
    assert rest == [
        "1 refused by Voucherify: customer cust_1.",
        "1 that fail, while others are answered; the next run asks again: code v_3.",
        "No removal is missing.",
    ]
    found = document(progress, capsys)
    assert found["skipped"] == [
        {"why": "odd_holder", "code": "v_1", "campaign": "camp_1", "holder": "rh_9"},
        {"why": "undecided", "code": "v_2", "campaign": "camp_1"},
        {"why": "failing", "code": "v_3"},
        {"why": "refused", "customer": "cust_1"},
    ]
    assert found["counts"] == {"odd_holder": 1, "undecided": 1, "failing": 1, "refused": 1}


def test_of_many_that_were_skipped_the_first_are_named(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    """All are counted; the list ends before it is endless."""
    for number in range(MOST_SKIPS + 5):
        progress.skip(Skip.ODD_EVENT, customer=f"cust_{number}")
    line = said(progress, capsys).splitlines()[1]
    assert line.startswith(f"{MOST_SKIPS + 5} events ")
    assert line.endswith(f"customer cust_{MOST_NAMED - 1}; and {MOST_SKIPS + 5 - MOST_NAMED} more.")
    assert len(document(progress, capsys)["skipped"]) == MOST_SKIPS


def test_a_few_assignments_for_a_person_are_named(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each has its line."""
    for number in range(MOST_NAMED):
        over(progress, number)
    lines = [each for each in said(progress, capsys).splitlines() if "For an operator" in each]
    assert len(lines) == MOST_NAMED
    assert lines[0].endswith("assignment rh_0 of campaign camp_1 is over, its code was deleted.")


def test_many_assignments_for_a_person_are_a_count_for_each_campaign(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    """A deleted campaign is one line, and JSON has each assignment."""
    for number in range(MOST_NAMED + 1):
        over(progress, number)
    over(progress, 99, "camp_2")
    lines = [each for each in said(progress, capsys).splitlines() if "For an operator" in each]
    many, *rest = lines
    assert many.startswith(
        f"For an operator: {MOST_NAMED + 1} assignments of campaign camp_1 are over"
    )
    assert many.endswith("their codes were deleted (--json names each).")
    assert rest == [
        "For an operator: assignment rh_99 of campaign camp_2 is over, its code was deleted.",
    ]
    found = document(progress, capsys)
    assert len(found["for_a_person"]) == MOST_NAMED + 2
    assert found["for_a_person_by_campaign"] == [
        {"campaign": "camp_1", "why": "code_gone", "assignments": MOST_NAMED + 1},
        {"campaign": "camp_2", "why": "code_gone", "assignments": 1},
    ]
