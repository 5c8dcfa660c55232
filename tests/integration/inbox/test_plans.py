"""Requests for plans and their answers in the store; the jobs themselves are left alone."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from inbox.plans import (
    KEPT_SECONDS,
    NEW_SECONDS,
    PATIENCE_SECONDS,
    WORK_SECONDS,
    PlanPreview,
    Plans,
)
from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.inbox.conftest import Run
from tests.integration.inbox.consistency import assert_consistent, snapshot
from tests.integration.inbox.house import NOTHING, House


PLAN = PlanPreview(
    steps=("take back 500 cents from card v_1",),
    reason="assignment gone",
    read=("additions: 1",),
    unresolved=("what about vtx_2?",),
)


@pytest.fixture
def plans(store: StoreClient) -> Plans:
    """Both sides."""
    return Plans(store)


def pass_time(house: House, job: str, seconds: float) -> None:
    """Let a request grow older."""
    house.store.hincrby(KEYS.plan + job, "since", -int(seconds * 1000))


def jobs_of(house: House) -> dict[str, Any]:
    """Return all that the store holds beside plans."""
    found = snapshot(house.store)
    return {name: value for name, value in found.items() if not name.startswith(KEYS.plan[:-1])}


def test_a_plan_is_asked_for_made_and_read(house: House, plans: Plans) -> None:
    """From nothing to the answer; the job, its lists and its messages stay as they are."""
    job = house.failed(b"body")
    before = jobs_of(house)

    states = [plans.get(job).state]
    assert plans.ask(job) == "asked"
    states.append(plans.get(job).state)
    assert_consistent(house.store)
    request = plans.take()
    assert request
    states.append(plans.get(job).state)
    assert plans.answer(request, PLAN)
    made = plans.get(job)

    assert [*states, made.state] == ["none", "asked", "working", "made"]
    assert (request.job, request.body) == (job, b"body")
    assert made.plan == PLAN
    assert made.since
    assert plans.take() is None
    assert jobs_of(house) == before
    assert_consistent(house.store)
    assert 0 < house.store.pttl(KEYS.plan + job) <= KEPT_SECONDS * 1000


def test_a_held_job_has_a_plan(house: House, plans: Plans) -> None:
    """The rate cap's decision is what an operator thinks about."""
    delivery = house.handlers(b"held")
    job = f"{delivery}:revoke_referral_perks"
    assert house.admit(house.claim(job), NOTHING) == "held"

    assert plans.ask(job) == "asked"
    request = plans.take()
    assert request
    assert request.body == b"held"


@pytest.mark.parametrize("state", ["queued", "running", "waiting", "gone"])
def test_only_what_is_to_be_decided_has_a_plan(house: House, plans: Plans, state: str) -> None:
    """Any other job goes its way by itself."""
    claim = house.process() if state != "queued" else None
    job = claim.job if claim else f"{house.intake.accept(b'{}').delivery}:process"
    if claim and state == "waiting":
        house.jobs.wait(claim, 60, "asked_to_wait", "an error")
    if claim and state == "gone":
        house.jobs.fan_out(claim, [], outcome="done")

    assert plans.ask(job) == state
    assert plans.get(job).state == "none"
    assert plans.take() is None


def test_many_clicks_are_one_request(house: House, plans: Plans) -> None:
    """At once, while a worker reads, and just after it answered; later it is read anew."""
    job = house.failed()
    with ThreadPoolExecutor(8) as clicks:
        answers = list(clicks.map(lambda _: plans.ask(job), range(20)))

    assert sorted(answers) == ["asked"] + ["known"] * 19
    request = plans.take()
    assert request
    assert plans.take() is None
    assert plans.ask(job) == "known"
    assert plans.answer(request, PLAN)
    pass_time(house, job, -60)  # it stays new while the machine stands still
    assert plans.ask(job) == "known"
    assert plans.get(job).plan == PLAN
    pass_time(house, job, 60 + NEW_SECONDS + 1)
    assert plans.ask(job) == "asked"
    assert plans.get(job).plan is None, "an old answer is not shown for a new question"


def test_without_a_worker_it_is_unanswered(house: House, plans: Plans) -> None:
    """It says so, no one works on it later, and it can be asked for again, once."""
    job = house.failed()
    plans.ask(job)
    pass_time(house, job, PATIENCE_SECONDS + 1)

    assert plans.get(job).state == "unanswered"
    assert plans.ask(job) == "asked"
    assert house.store.llen(KEYS.plans) == 1
    pass_time(house, job, PATIENCE_SECONDS + 1)
    assert plans.take() is None, "no one waits for it any more"


def test_a_worker_that_died_over_it_is_not_waited_for(house: House, plans: Plans) -> None:
    """What it says much later, coming back, is not taken for the answer to a new request."""
    job = house.failed()
    plans.ask(job)
    frozen = plans.take()
    assert frozen
    pass_time(house, job, WORK_SECONDS + 1)
    assert plans.get(job).state == "unanswered"
    house.tick()

    assert plans.ask(job) == "asked"
    assert not plans.answer(frozen, PLAN)
    anew = plans.take()
    assert anew
    assert not plans.answer(frozen, PLAN)
    assert plans.get(job).plan is None
    assert plans.answer(anew, PLAN)


def test_a_job_that_continued_meanwhile_has_no_body_to_plan_with(
    house: House, plans: Plans
) -> None:
    """An operator retried it between the question and the worker's check."""
    job = house.failed()
    plans.ask(job)
    house.admin.retry(job, who="ops")

    request = plans.take()

    assert request
    assert request.body is None


def test_the_command_reports_a_plan(run: Run, house: House, plans: Plans) -> None:
    """It asks, waits for the answer and prints it; with no such job it says so."""
    job = house.failed()
    plans.ask(job)
    request = plans.take()
    assert request
    assert plans.answer(request, PLAN)
    pass_time(house, job, -200)  # it is still new when the second command asks

    plain = run("plan", job)
    found = json.loads(run("--json", "plan", job).stdout)

    assert plain.returncode == 0, plain.stderr
    assert b"- take back 500 cents from card v_1\n- for a person: what about vtx_2?" in plain.stdout
    assert found["plan"]["reason"] == "assignment gone"
    assert b"is gone" in run("plan", f"{'0' * 32}:process").stderr
    assert b"nonsense is no job" in run("plan", "nonsense").stderr
