from collections.abc import Callable
from typing import Any

import pytest

from inbox import keys
from inbox.model.job import Claim, FannedOut, Refused, Stale
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent, snapshot
from tests.integration.inbox.house import EVERYTHING, HANDLERS, NOTHING, WHO, House


Act = Callable[[House, Claim], Any]

ACTS: dict[str, Act] = {
    "claim": lambda house, last: house.jobs.claim(last.task),
    "admit": lambda house, last: house.admit(last, EVERYTHING),
    "hold": lambda house, last: house.admit(last, NOTHING),
    "fan_out": lambda house, last: house.jobs.fan_out(last, HANDLERS, outcome="handed on"),
    "done": lambda house, last: house.jobs.done(last, "done"),
    "wait": lambda house, last: bool(house.jobs.wait(last, 60, "asked_to_wait", "an error")),
    "postpone": lambda house, last: bool(house.jobs.postpone(last, 60, "shut", "an error")),
    "fail": lambda house, last: house.jobs.fail(last, "no_such", "an error"),
    "reap": lambda house, _: any(house.reap()),
    "retry": lambda house, last: house.admin.retry(last.job, who=WHO),
    "release": lambda house, last: house.admin.release(last.job, who=WHO),
    "discard": lambda house, last: house.admin.discard(last.job, who=WHO, why="a test"),
}

#: What an act does to a job in a state. Everything that is not here is refused.
CHANGES: dict[tuple[str, str], str] = {
    ("queued", "claim"): "running",
    ("due", "claim"): "running",
    ("due", "reap"): "queued",
    ("running", "admit"): "running",
    ("running", "hold"): "held",
    ("running", "postpone"): "waiting",
    ("running", "fan_out"): "gone",
    ("running", "done"): "gone",
    ("running", "wait"): "waiting",
    ("running", "fail"): "failed",
    # Past its lease and not yet reaped, a run is still the only one.
    ("over", "admit"): "running",
    ("over", "hold"): "held",
    ("over", "postpone"): "waiting",
    ("over", "fan_out"): "gone",
    ("over", "done"): "gone",
    ("over", "wait"): "waiting",
    ("over", "fail"): "failed",
    ("over", "reap"): "queued",
    ("failed", "retry"): "queued",
    ("failed", "discard"): "gone",
    ("held", "release"): "queued",
    ("held", "discard"): "gone",
}
STATES = ("queued", "running", "over", "waiting", "due", "failed", "held", "gone")
#: What only the run that holds the lease may do.
ON_A_LEASE = ("admit", "hold", "fan_out", "done", "wait", "postpone", "fail")
#: The state that a refusal names.
NAMES = {"over": "running", "due": "waiting"}


@pytest.mark.parametrize("name", ["process", "notify_crm"])
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", STATES)
def test_each_act_in_each_state(house: House, state: str, act: str, name: str) -> None:
    """An act changes a job in the states it leaves and is refused without a trace in others."""
    last = house.in_state(state, name)
    assert_consistent(house.store)
    before = snapshot(house.store)

    answer = ACTS[act](house, last)

    after = CHANGES.get((state, act))
    if after is None:
        refused = NAMES.get(state, state)
        assert answer in _refusals(act, refused)
        assert snapshot(house.store) == before
    else:
        assert answer not in _refusals(act, NAMES.get(state, state))
        assert house.state_of(last.job) == after
        assert snapshot(house.store) != before
    assert_consistent(house.store)


def _refusals(act: str, state: str) -> list[Any]:
    if act == "claim":
        return [Refused(state)]
    if act == "fan_out":
        return [Stale()]
    if act in {"admit", "hold"}:
        return ["stale"]
    if act in {"retry", "release", "discard"}:
        return ["already queued" if state == "queued" else state]
    return [False]


@pytest.mark.parametrize("act", ON_A_LEASE)
def test_a_lease_that_was_reaped_is_no_lease(house: House, act: str) -> None:
    """A worker that wakes up after another has taken its job over changes nothing."""
    frozen = house.in_state("over", keys.PROCESS)
    assert house.reap().lease_over == 1
    successor = house.claim(frozen.task)
    before = snapshot(house.store)

    answer = ACTS[act](house, frozen)

    assert answer in _refusals(act, "running")
    assert snapshot(house.store) == before
    assert house.jobs.fan_out(successor, HANDLERS, outcome="handed on") == FannedOut(2)
    assert_consistent(house.store)


@pytest.mark.parametrize("act", ON_A_LEASE)
def test_a_lease_from_before_a_replay_is_no_lease(house: House, act: str) -> None:
    """A worker that froze before its job ended and was replayed cannot end it again."""
    frozen = house.in_state("over", keys.PROCESS)
    house.reap()
    successor = house.claim(frozen.task)
    house.jobs.fan_out(successor, HANDLERS, outcome="handed on")
    for _ in range(2):
        assert house.admin.replay(frozen.delivery, who=WHO) == "queued"
        replayed = house.claim(f"{frozen.job}:3")
        before = snapshot(house.store)
        answers = [ACTS[act](house, stale) for stale in (frozen, successor)]

        assert answers == _refusals(act, "running") * 2
        assert snapshot(house.store) == before
        assert_consistent(house.store)
        successor = replayed
        house.jobs.fan_out(replayed, HANDLERS, outcome="handed on")


def test_a_replayed_job_continues_with_its_task_ids(house: House) -> None:
    """No task id is given twice, for Flower would keep showing what the first one did."""
    delivery = house.handlers()

    sent = []
    for _ in range(3):
        house.admin.replay(delivery, who=WHO)
        claim = house.claim(f"{delivery}:process")
        sent.append((house.dispatches(claim.job), claim.fence))
        house.jobs.fan_out(claim, HANDLERS, outcome="handed on")

    assert sent == [(2, 2), (3, 3), (4, 4)]
    assert_consistent(house.store)


def test_a_replay_makes_jobs_of_new_handlers_only(house: House) -> None:
    """A handler that had its job, or has it still, gets no second one from a replay."""
    delivery = house.handlers()
    house.jobs.done(house.claim(f"{delivery}:notify_crm"), "told")
    house.admin.replay(delivery, who=WHO)
    claim = house.claim(f"{delivery}:process")

    made = house.jobs.fan_out(claim, [*HANDLERS, ("thank", "crm")], outcome="handed on")

    assert made == FannedOut(1)
    assert house.state_of(f"{delivery}:thank:1") == "queued"
    assert_consistent(house.store)


@pytest.mark.parametrize("state", ["queued", "running", "waiting", "failed", "held"])
def test_a_replay_waits_for_the_process_job(house: House, state: str) -> None:
    """A delivery whose process job is still pending is not replayed, and the answer says why."""
    last = house.in_state(state, keys.PROCESS)
    before = snapshot(house.store)

    answer = house.admin.replay(last.delivery, who=WHO)

    assert answer == ("already queued" if state == "queued" else state)
    assert snapshot(house.store) == before


def test_a_retry_gives_all_tries_again(house: House) -> None:
    """A retried job counts its tries and losses from none, and its messages on."""
    last = house.in_state("failed")
    house.admin.retry(last.job, who=WHO)

    claim = house.claim(last.task)

    assert (claim.tries, claim.fence, house.dispatches(last.job)) == (1, 2, 2)


def test_a_long_history_keeps_its_newest_runs(house: House) -> None:
    """A job that fails for weeks keeps thirty runs; its size is bounded."""
    claim = house.process()
    for _ in range(40):
        house.jobs.wait(claim, 0, "asked_to_wait", "an error")
        claim = house.claim(claim.job)

    found = house.admin.job(claim.job)

    assert found is not None
    assert len(found.runs) == 30
    assert_consistent(house.store)


def test_a_history_with_postponed_runs_is_bounded_too(house: House) -> None:
    """A run that is no try leaves a gap in the numbers, behind which no old run may stay."""
    claim = house.process()
    for number in range(120):
        if number % 7 in {1, 2, 5}:
            house.jobs.postpone(claim, 0, "shut", "an error")
        else:
            house.jobs.wait(claim, 0, "asked_to_wait", "an error")
        claim = house.claim(claim.job)

    found = house.admin.job(claim.job)

    assert found is not None
    assert 0 < len(found.runs) <= 30
    assert_consistent(house.store)


def test_times_are_whole_milliseconds(house: House) -> None:
    """No time is written in the short form that Lua gives to large numbers."""
    last = house.in_state("failed")
    for key in (KEYS.delivery + last.delivery, KEYS.job + last.job):
        fields = house.store.hgetall(key)
        for name in (b"received", b"since", b"settled"):
            value = fields.get(name)
            assert value is None or (value.isdigit() and len(value) == 13), (name, value)

    view = house.admin.job(last.job)

    assert view is not None
    (run,) = view.runs
    assert run.started is not None
    assert run.ended is not None
    assert 0 <= (run.ended - run.started).total_seconds() < 60


@pytest.mark.parametrize("kind", ["process", "handler"])
def test_a_claim_whose_answer_was_lost_is_answered_again(house: House, kind: str) -> None:
    """The same call gets the same lease again; another call finds the job running."""
    if kind == "process":
        job = f"{house.intake.accept(b'{}').delivery}:process"
    else:
        job = f"{house.handlers()}:notify_crm"
    claim = house.jobs._scripts["claim"]

    first, again, other = (
        claim(args=[job, 20_000, call]) for call in ("call:1", "call:1", "call:2")
    )

    assert first == again
    assert first[0] == b"claimed"
    assert other == [b"refused", b"running"]
    assert house.store.zscore(KEYS.running, job)
