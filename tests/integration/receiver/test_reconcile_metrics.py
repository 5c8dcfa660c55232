"""Any receiver says what runs that reconcile have found."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from inbox.admin.fleet_views import FATES
from inbox.model.assignment import Assignment, Missing, Run
from inbox.state.assignments import AssignmentRegistry
from tests.engine import KEYS
from tests.integration.receiver.test_fleet_metrics import read
from tests.samples import PERSONAL
from worker.reconcile.outcomes import APPLIED, UNKNOWN_CAMPAIGN, UNKNOWN_CUSTOMER, Ending, Skip


PREFIX = "perkhook_reconcile_"
ALL, ONE = "campaigns all", "campaigns camp_1"
ME = "host:1"


@pytest.fixture
def book(store: Any) -> AssignmentRegistry:
    """What runs write into."""
    return AssignmentRegistry(store, memory_seconds=86_400)


def reported(client: FlaskClient) -> dict[str, float]:
    """Read what a receiver reports of reconciliation."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in read(client).items()
        if name.startswith(PREFIX)
    }


def begin(book: AssignmentRegistry, scope: str = ALL) -> Run:
    """Begin a run."""
    run = book.begin(ME, scope)
    assert isinstance(run, Run)
    return run


def missing(number: int) -> Missing:
    """A removal that no one reported."""
    known = Assignment(
        holder=f"rh_{number}", customer="cust_1", role="REFEREE", code="R-1", campaign="camp_1"
    )
    return Missing(assignment=known, removed="2026-11-02T10:00:00.000+00:00")


def test_counters_are_there_before_the_first_run(client: FlaskClient) -> None:
    """An increase from nothing is none to Prometheus; an age is reported when someone waits."""
    counters = ("found_total", "delivered_total", "codes_total", "calls_total")
    fates = [f"assignments_total {fate}" for fate in FATES]
    gauges = ("missing", "running", "interval_seconds")

    assert reported(client) == dict.fromkeys((*counters, *fates, *gauges), 0)


def test_the_names_are_those_that_runs_count_by() -> None:
    """What became of an assignment has its label, whatever the worker calls it."""
    assert set(FATES) == {*Ending, *Skip, UNKNOWN_CUSTOMER, UNKNOWN_CAMPAIGN} - {Ending.MISSING}
    assert APPLIED == "applied"


def test_a_run_is_reported_while_it_lasts_and_after(
    client: FlaskClient, book: AssignmentRegistry
) -> None:
    """What it found, what became of it, what it cost; the next run's are added."""
    for number in (1, 2):
        run = begin(book)
        assert reported(client)["running"] == 1
        book.store_code(ME, run.number, code="R-1", campaign="camp_1",
                    missing=[missing(number), missing(10 * number)])  # fmt: skip
        book.resolve(ME, f"rh_{number}", APPLIED)
        book.move(ME, {"told": 3, "young": 1, "calls": 7})
        book.finish(ME, {"code_gone": 2, "customer_gone": 1, "refused": 4, "calls": 1})

        found = reported(client)
        counts = [found[f"{name}_total"] for name in ("found", "delivered", "codes", "calls")]
        assert counts == [2 * number, number, number, 8 * number]
        fates = {fate: found[f"assignments_total {fate}"] for fate in FATES}
        assert fates == dict.fromkeys(FATES, 0) | {
            "told": 3 * number, "young": number, "code_gone": 2 * number,
            "customer_gone": number, "refused": 4 * number,
        }  # fmt: skip
        assert (found["running"], found["missing"], found["interval_seconds"]) == (0, number, 0)
        assert 0 <= found["completed_age_seconds"] < 5


def test_one_that_was_cut_off_does_not_run(
    client: FlaskClient, book: AssignmentRegistry, store: Any
) -> None:
    """Whatever its state says, no one is at it."""
    begin(book)
    store.delete(KEYS.reconcile_lock)

    assert reported(client)["running"] == 0
    assert "completed_age_seconds" not in reported(client)


def test_the_age_counts_from_when_workers_were_first_to_begin_a_run(
    client: FlaskClient, book: AssignmentRegistry, store: Any
) -> None:
    """One that never comes to its end is reported as well, and another's turn changes nothing."""
    assert book.turn(ME, 60, ALL)
    assert reported(client)["interval_seconds"] == 60
    _move_back(store, "since", 500)
    store.delete(KEYS.reconcile_turn)
    assert book.turn("host:2", 60, ALL)
    begin(book)

    assert reported(client)["completed_age_seconds"] == pytest.approx(500, abs=5)
    book.finish(ME, {})
    assert reported(client)["completed_age_seconds"] < 5
    _move_back(store, "completed", 300)
    assert reported(client)["completed_age_seconds"] == pytest.approx(300, abs=5)
    begin(book)
    assert reported(client)["completed_age_seconds"] == pytest.approx(300, abs=5)


def test_a_run_over_less_does_not_hide_that_the_workers_come_to_no_end(
    client: FlaskClient, book: AssignmentRegistry, store: Any
) -> None:
    """A person who reads one campaign, or one customer, has not read the others."""
    book.turn(ME, 60, ALL)
    _move_back(store, "since", 500)

    begin(book, ONE)
    book.finish(ME, {})

    assert reported(client)["completed_age_seconds"] == pytest.approx(500, abs=5)
    assert reported(client)["interval_seconds"] == 60


def test_workers_that_begin_none_are_waited_for_by_no_one(
    client: FlaskClient, book: AssignmentRegistry, store: Any
) -> None:
    """The interval is 0; when it is set again, the time between does not count."""
    book.turn(ME, 60, ALL)
    begin(book)
    book.finish(ME, {})
    _move_back(store, "since", 900_000)
    _move_back(store, "completed", 800_000)
    book.no_turns()
    assert reported(client)["interval_seconds"] == 0
    assert reported(client)["completed_age_seconds"] == pytest.approx(800_000, abs=5)
    begin(book, ONE)
    book.finish(ME, {})
    assert reported(client)["completed_age_seconds"] < 5
    _move_back(store, "completed", 800_000)

    store.delete(KEYS.reconcile_turn)
    assert book.turn(ME, 60, ALL)

    assert reported(client)["completed_age_seconds"] < 5


def test_no_id_is_reported(client: FlaskClient, book: AssignmentRegistry, store: Any) -> None:
    """Of removals there are numbers alone, whatever someone wrote into the tally."""
    run = begin(book)
    book.store_code(ME, run.number, code="R-1", campaign="camp_1", missing=[missing(1)])
    store.hset(KEYS.tally, f"reconcile:{PERSONAL[1]}", 1)

    text = client.get("/metrics").text

    for word in ("rh_1", "cust_1", "camp_1", "R-1", PERSONAL[1]):
        assert word not in text


def _move_back(store: Any, field: str, seconds: int) -> None:
    store.hincrby(KEYS.reconcile, field, -1000 * seconds)
