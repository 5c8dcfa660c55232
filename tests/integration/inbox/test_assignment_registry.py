"""What is known of assignments, and that only one run at a time writes it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from inbox import keys
from inbox.model.assignment import Assignment, Missing, Run, RunLostError
from inbox.state.assignments import CHUNK, LOCK_MS, AssignmentRegistry
from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent, snapshot
from tests.processes import wait_until


CODE, CAMPAIGN, SCOPE = "REF-1", "camp_1", "campaigns all"
MEMORY_SECONDS = 86_400
ME, OTHER = "host:1", "host:2"


@pytest.fixture
def book(store: StoreClient) -> AssignmentRegistry:
    """A book with nothing in it."""
    return AssignmentRegistry(store, memory_seconds=MEMORY_SECONDS)


@pytest.fixture
def run(book: AssignmentRegistry) -> Run:
    """A run of ours that has just begun."""
    run = book.begin(ME, SCOPE)
    assert isinstance(run, Run)
    return run


def assignment(number: int = 1, **changes: str) -> Assignment:
    """One assignment to the code."""
    return replace(
        Assignment(
            holder=f"rh_{number}",
            customer=f"cust_{number}",
            role="REFEREE",
            code=CODE,
            campaign=CAMPAIGN,
            kind="DISCOUNT_VOUCHER",
            since="2026-11-01T10:00:00.123Z",
        ),
        **changes,
    )


def missing(number: int = 1) -> Missing:
    """The removal of one, of which no one reported."""
    return Missing(
        assignment=assignment(number), removed="2026-11-02T10:00:00.000+00:00", event="evcus_1"
    )


def note_code(book: AssignmentRegistry, run: Run, *, caller: str = ME, **found: Any) -> None:
    """Note that the code was read."""
    book.store_code(caller, run.number, code=CODE, campaign=CAMPAIGN, **found)


def test_what_is_noted_is_known_again(book: AssignmentRegistry, run: Run) -> None:
    """Who holds a code, all that is known of it, and who does not any more."""
    seen = [assignment(1), assignment(2, kind="", since=""), assignment(3)]
    note_code(book, run, seen=seen)

    assert book.known(CODE, CAMPAIGN) == {each.holder: each for each in seen}
    note_code(book, run, over=["rh_1"], missing=[missing(3)])
    assert book.known(CODE, CAMPAIGN) == {"rh_2": seen[1]}
    assert list(book.missing()) == [missing(3)]
    assert book.runs_of(CAMPAIGN, [CODE, "REF-2"]) == [run.number, 0]
    assert (book.read_by(CAMPAIGN, run.number), book.runs_of(CAMPAIGN, [])) == (1, [])


def test_a_code_with_two_thousand_holders_comes_in_chunks(
    book: AssignmentRegistry, run: Run, store: Any
) -> None:
    """None is lost at the edge of a chunk, and no step is long enough to hold up webhooks."""
    seen = [assignment(number) for number in range(2000)]
    store.config_resetstat()
    note_code(book, run, seen=seen)
    steps = store.info("commandstats")["cmdstat_evalsha"]["calls"]

    assert book.known(CODE, CAMPAIGN) == {each.holder: each for each in seen}
    assert steps == 2000 / CHUNK
    gone = [missing(number) for number in range(1500)]
    note_code(book, run, over=[f"rh_{number}" for number in range(1500, 2000)], missing=gone)
    assert book.known(CODE, CAMPAIGN) == {}
    assert sorted(book.missing(), key=str) == sorted(gone, key=str)
    assert book.last().fields["found"] == "1500"  # type: ignore[union-attr]
    assert_consistent(store)


def test_a_run_killed_between_two_chunks_has_not_checked_the_code(
    book: AssignmentRegistry, run: Run, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next run reads it again, and no one who was known is forgotten meanwhile."""
    note_code(book, run, seen=[assignment(number) for number in range(700)])
    store.delete(KEYS.codes + CAMPAIGN)
    steps = iter((False, True))
    original = book._step

    def step(*words: Any, **named: Any) -> None:
        # The lock passes to someone else after the first step.
        if next(steps):
            store.set(KEYS.reconcile_lock, OTHER)
        original(*words, **named)

    monkeypatch.setattr(book, "_step", step)
    with pytest.raises(RunLostError):
        note_code(book, run, missing=[missing(number) for number in range(700)])

    assert book.runs_of(CAMPAIGN, [CODE]) == [0]
    noted = {each.assignment.holder for each in book.missing()}
    assert len(noted) == CHUNK
    assert noted.isdisjoint(book.known(CODE, CAMPAIGN))
    assert len(book.known(CODE, CAMPAIGN)) == 700 - CHUNK


def test_found_twice_counts_once(book: AssignmentRegistry, run: Run) -> None:
    """A run that was cut off after its note finds the same again."""
    for _ in range(2):
        note_code(book, run, missing=[missing()])
    for came_to in ("applied", "applied"):
        book.resolve(ME, "rh_1", came_to)

    last = book.last()
    assert last is not None
    assert (last.count("found"), last.count("applied")) == (1, 1)
    assert list(book.missing()) == []


def test_one_that_is_there_again_is_not_missing(book: AssignmentRegistry, run: Run) -> None:
    """A list that lagged has reported a removal that never was."""
    note_code(book, run, missing=[missing()])
    note_code(book, run, seen=[assignment()])

    assert list(book.missing()) == []
    assert book.known(CODE, CAMPAIGN) == {"rh_1": assignment()}


STEPS: dict[str, Callable[[AssignmentRegistry, Run], None]] = {
    "noted": lambda book, run: note_code(book, run, seen=[assignment()], missing=[missing(2)]),
    "resolve": lambda book, _: book.resolve(ME, "rh_9", "applied"),
    "move": lambda book, _: book.move(ME, {"calls": 5}, {"at:page": 7}),
    "finish": lambda book, _: book.finish(ME, {"calls": 5}),
}


@pytest.mark.parametrize("lost", ["ended", "taken over"])
@pytest.mark.parametrize("step", list(STEPS))
def test_without_the_lock_no_step_is_taken(
    book: AssignmentRegistry, run: Run, store: Any, step: str, lost: str
) -> None:
    """One that was frozen for too long gets an error, and has written nothing."""
    note_code(book, run, missing=[missing(9)])
    store.delete(KEYS.reconcile_lock)
    if lost == "taken over":
        again = book.begin(OTHER, SCOPE)
        assert isinstance(again, Run)
        assert (again.number, again.resumed) == (run.number, True)
    before = snapshot(store)

    with pytest.raises(RunLostError):
        STEPS[step](book, run)

    assert snapshot(store) == before
    book.give_up(ME)
    assert snapshot(store) == before


@pytest.mark.parametrize("step", [name for name in STEPS if name != "finish"])
def test_each_step_keeps_the_lock(
    book: AssignmentRegistry, run: Run, store: Any, step: str
) -> None:
    """A run that moves on is not taken for dead, however long it takes."""
    store.pexpire(KEYS.reconcile_lock, 5000)

    STEPS[step](book, run)

    assert LOCK_MS - 3000 < store.pttl(KEYS.reconcile_lock) <= LOCK_MS


def test_one_run_at_a_time(book: AssignmentRegistry, run: Run, store: Any) -> None:
    """Another caller gets its runner's name, until that is at its end, gives up, or is dead."""
    assert book.begin(OTHER, SCOPE) == ME
    assert book.runs_now() == ME
    assert not book.cut_off(SCOPE)

    book.give_up(ME)
    wait_until(lambda: book.cut_off(SCOPE), "the lock is over")
    assert not book.cut_off("campaigns camp_1")
    second = book.begin(OTHER, SCOPE)
    assert isinstance(second, Run)
    assert (second.number, second.resumed) == (run.number, True)

    assert book.begin(ME, SCOPE, dead="host:3") == OTHER
    third = book.begin(ME, SCOPE, dead=OTHER)
    assert isinstance(third, Run)
    assert third.number == run.number
    book.finish(ME, {"calls": 3})
    assert (book.runs_now(), book.cut_off(SCOPE)) == (None, False)
    fourth = book.begin(OTHER, SCOPE)
    assert isinstance(fourth, Run)
    assert (fourth.number, fourth.resumed, fourth.count("calls")) == (run.number + 1, False, 0)
    assert int(store.hget(KEYS.tally, "reconcile:calls")) == 3


def test_how_long_each_key_lives(book: AssignmentRegistry, run: Run, store: Any) -> None:
    """As inbox/keys.py says; what a later step touches begins anew."""
    memory = MEMORY_SECONDS * 1000
    note_code(book, run, seen=[assignment()], missing=[missing(2)])
    kept = [KEYS.codes + CAMPAIGN, KEYS.assignments + CODE, KEYS.missing]
    for name in kept:
        assert memory - 5000 < store.pttl(name) <= memory, name
        store.pexpire(name, 10_000)
    note_code(book, run, seen=[assignment(3)], missing=[missing(4)])
    assert book.turn(ME, 60, SCOPE)
    store.pexpire(KEYS.assignments + CODE, 10_000)
    assert book.remember(assignment(5))

    for name in kept:
        assert memory - 5000 < store.pttl(name) <= memory, name
    assert 55_000 < store.pttl(KEYS.reconcile_turn) <= 60_000
    assert LOCK_MS - 5000 < store.pttl(KEYS.reconcile_lock) <= LOCK_MS
    assert store.pttl(KEYS.reconcile) == -1
    assert_consistent(store)


def test_a_webhook_of_an_assignment_is_remembered_where_someone_checks(
    book: AssignmentRegistry, run: Run, store: Any
) -> None:
    """A campaign that no run has read costs the store nothing; a reported removal is over."""
    assert not book.remember(assignment(1))
    assert not store.exists(KEYS.assignments + CODE)

    note_code(book, run)
    store.set(KEYS.identity + keys.REMOVAL + "rh_2", "x", px=60_000)
    assert not book.remember(assignment(2))
    other = assignment(3, code="REF-2")
    assert book.remember(assignment(1))
    assert book.remember(other)

    assert book.known(CODE, CAMPAIGN) == {"rh_1": assignment(1)}
    assert book.known("REF-2", CAMPAIGN) == {"rh_3": other}
    assert book.reported(["rh_1", "rh_2"]) == {"rh_2"}
    # A code that a webhook reported is read by the run that continues, and one read is not.
    assert next(iter(book.unread(CAMPAIGN, run.number))) == "REF-2"
    assert book.runs_of(CAMPAIGN, [CODE, "REF-2"]) == [run.number, 0]
    assert_consistent(store)


def test_one_worker_of_the_fleet_has_the_turn(book: AssignmentRegistry, store: Any) -> None:
    """Once an interval, no matter which worker asks; never when the workers begin no runs."""
    assert [book.turn(f"host:{each}", 60, SCOPE) for each in range(5)] == [True, *[False] * 4]
    store.delete(KEYS.reconcile_turn)
    assert book.turn(OTHER, 60, SCOPE)

    book.no_turns()
    assert store.hget(KEYS.reconcile, "interval") == b"0"
    store.flushdb()
    book.no_turns()
    assert store.dbsize() == 0
