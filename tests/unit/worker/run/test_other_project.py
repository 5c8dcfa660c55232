"""Webhooks that name another project than the worker's keys belong to."""

import pytest

from tests.samples import PERSONAL, assignment_created, assignment_deleted, body, customer_deleted
from tests.unit.worker.run.test_unwanted_events import envelope
from worker.errors import PermanentError
from worker.handlers import load_handlers
from worker.run.fan_out import process


TABLE = load_handlers()
OURS = "proj_brassKettle"


def _refused(raw: bytes, ours: str) -> PermanentError:
    with pytest.raises(PermanentError) as caught:
        process(raw, TABLE, project=ours)
    assert caught.value.reason == "other_project"
    return caught.value


@pytest.mark.parametrize("document", [assignment_deleted(), customer_deleted()])
def test_a_webhook_of_another_project_is_refused(document: dict[str, object]) -> None:
    """The reason says which project it names, which the keys belong to, and what to do."""
    error = str(_refused(body(document), "proj_tinTeapot"))

    assert "the webhook names project proj_brassKettle" in error
    assert "the keys belong to proj_tinTeapot" in error
    assert "discard this job, or correct the settings and retry" in error
    assert not any(text in error for text in PERSONAL)


@pytest.mark.parametrize("named", [None, "", "  ", 7, {"id": "proj_tinTeapot"}, OURS, f" {OURS} "])
def test_a_webhook_without_another_project_is_worked_on(named: object) -> None:
    """Nothing is compared without a project in the body, or with one that cannot be read."""
    assert process(body(assignment_deleted() | {"project_id": named}), TABLE, project=OURS).handlers


def test_nothing_is_compared_without_the_setting() -> None:
    """A worker that does not know its project takes every webhook."""
    assert process(body(assignment_deleted()), TABLE).handlers


def test_what_is_no_id_is_not_repeated() -> None:
    """A body may hold anything where the project should be."""
    for odd in ("ada@example.test", "x" * 101, "proj 1\nerror"):
        error = str(_refused(body(assignment_deleted() | {"project_id": odd}), OURS))
        assert "the webhook names another project, and" in error
        assert odd not in error


def test_an_event_that_no_handler_wants_is_not_compared() -> None:
    """It ends as ever: nothing is done for it anyway."""
    raw = envelope("voucher.disabled", project_id="proj_tinTeapot")

    assert process(raw, TABLE, project=OURS).outcome == "no handler for voucher.disabled"


def test_an_event_that_is_only_remembered_is_handed_to_no_handler() -> None:
    """An assignment of another project that begins fails no job."""
    found = process(body(assignment_created()), TABLE, project="proj_tinTeapot")

    assert (found.handlers, found.outcome) == ((), "handed to no handler: other_project")
