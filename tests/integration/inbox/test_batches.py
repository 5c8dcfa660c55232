"""Decisions about many jobs: one run for each, even after a crash or a double click."""

import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inbox.admin.batches import A_STEP, WATCHED
from inbox.admin.decisions import Decisions
from inbox.admin.selection import Filter
from inbox.store.client import StoreClient
from tests.conftest import WINDOW_SECONDS
from tests.engine import KEYS, store_settings
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import NOTHING, WHO, House
from tests.integration.inbox.many import fail_many
from tests.processes import ROOT, Process, wait_until


@pytest.fixture
def decisions(store: StoreClient) -> Decisions:
    """What the page and the command line work with."""
    return Decisions(store, dedupe_window_seconds=WINDOW_SECONDS)


def begin(decisions: Decisions, action: str = "retry", limit: int | None = None) -> str:
    """Note a batch of all failed jobs."""
    tasks = [row.task for row in decisions.rows.of("failed")][:limit]
    return decisions.batches.start(action, tasks, who=WHO, why="fixed", what="every failed job")


def messages(house: House) -> list[str]:
    """List the jobs that stand in the CRM's queue for their second dispatch."""
    found = house.store.zrange(KEYS.queued + "crm", 0, -1)
    return [job.decode() for job in found]


def test_a_batch_retries_each_job_once(house: House, decisions: Decisions) -> None:
    """All jobs of a batch are queued, with their tries, and who did it stands on record."""
    jobs = fail_many(house, 2 * A_STEP + 30)

    batch = begin(decisions)
    decisions.batches.carry_out(batch)

    found = decisions.batches.get(batch)
    assert found is not None
    assert (found.state, found.dealt, found.done) == ("finished", 230, {"queued": 230})
    assert sorted(messages(house)) == sorted(jobs)
    assert {house.dispatches(job) for job in jobs} == {2}
    assert house.admin.stats().failed == 0
    end, start = decisions.recent(2)
    assert (start.who, start.action, start.why, start.result) == (
        WHO,
        "retry",
        "fixed",
        "230 jobs",
    )
    assert (end.who, end.action, end.result) == (WHO, "retry ended", "230 queued")
    view = house.admin.job(jobs[0])
    assert view is not None
    assert view.decided is not None
    assert (view.decided.who, view.decided.why) == (WHO, "fixed")
    assert_consistent(house.store)


def test_two_operators_retry_the_same_group_at_once(house: House, decisions: Decisions) -> None:
    """Each job is dispatched once; the other batch says that it was queued already."""
    jobs = fail_many(house, 1000)
    batches = [begin(decisions), begin(decisions)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(decisions.batches.carry_out, batches * 4))

    views = [decisions.batches.get(batch) for batch in batches]
    assert sum(view.done.get("queued", 0) for view in views if view) == 1000
    assert sum(view.refused.get("queued", 0) for view in views if view) == 1000
    assert {house.dispatches(job) for job in jobs} == {2}
    assert_consistent(house.store)


def test_a_job_that_failed_again_meanwhile_is_not_sent_a_second_time(
    house: House, decisions: Decisions
) -> None:
    """A batch decides about the failure that was seen, not about a later one."""
    (job,) = fail_many(house, 1)
    first, second = begin(decisions), begin(decisions)
    decisions.batches.carry_out(first)
    house.jobs.fail(house.claim(job), "other", "an error")

    decisions.batches.carry_out(second)

    view = decisions.batches.get(second)
    assert view is not None
    assert (view.done, view.refused) == ({}, {"changed": 1})
    assert house.dispatches(job) == 2
    assert house.state_of(job) == "failed"
    assert house.admin.retry(f"{job}:1", who=WHO) == "changed"
    assert house.admin.retry(f"{job}:2", who=WHO) == "queued"


def test_a_batch_whose_process_is_killed_is_resumed(
    house: House, decisions: Decisions, redis_url: str, tmp_path: Path
) -> None:
    """SIGKILL in the middle: the rest is still failed, and resuming it doubles nothing."""
    jobs = fail_many(house, 5000)
    batch = begin(decisions)
    code = (
        "import os, time\n"
        "from inbox.settings import InboxSettings\n"
        "from inbox.store.connection import connect\n"
        "from inbox.admin.decisions import Decisions\n"
        "client = connect(InboxSettings.from_environ(os.environ).store, max_connections=2)\n"
        "found = Decisions(client, dedupe_window_seconds=60)\n"
        # Slow from its middle on, so that there is time to kill it there.
        "pauses = iter([0.02] * 6)\n"
        f"while found.batches.step({batch!r}):\n"
        "    time.sleep(next(pauses, 2))\n"
    )
    script = tmp_path / "carry.py"
    script.write_text(code)
    process = Process(
        "carry",
        f"{sys.executable} {script}",
        {**store_settings(redis_url), "PYTHONPATH": str(ROOT)},
        tmp_path / "log",
    )

    def dealt() -> int:
        view = decisions.batches.get(batch)
        assert view is not None
        return view.dealt

    wait_until(lambda: dealt() >= 500, "the batch is in its middle")
    process.signal(signal.SIGKILL)
    process.kill()
    house.store.ping()  # what it had sent before it died is done by the next command
    middle = dealt()
    assert 0 < middle < 5000, process.output()
    assert house.admin.stats().failed == 5000 - middle
    assert_consistent(house.store)
    assert decisions.batches.running() == [batch]

    decisions.batches.carry_out(batch)

    assert decisions.batches.running() == []
    assert house.store.llen(f"{KEYS.batch}{batch}:tasks") == WATCHED
    assert decisions.batches.became(batch) == {"queued": WATCHED}
    assert house.admin.stats().failed == 0
    assert {house.dispatches(job) for job in jobs} == {2}
    assert_consistent(house.store)


def test_the_first_few_can_be_watched(house: House, decisions: Decisions) -> None:
    """What became of a batch's jobs is reported: succeeded, failed again, on their way."""
    fail_many(house, 10)
    batch = begin(decisions, limit=4)
    decisions.batches.carry_out(batch)
    assert house.admin.stats().failed == 6
    assert decisions.batches.became(batch) == {"queued": 4}
    first, second, third, _ = sorted(messages(house))

    house.jobs.done(house.claim(first), "told")
    house.jobs.fail(house.claim(second), "other", "an error")
    house.claim(third)

    assert decisions.batches.became(batch) == {
        "succeeded": 1, "failed again": 1, "running": 1, "queued": 1
    }  # fmt: skip


def test_a_batch_can_be_stopped(house: House, decisions: Decisions) -> None:
    """What is not dealt with yet is left alone, permanently."""
    fail_many(house, 3 * A_STEP)
    batch = begin(decisions)
    assert decisions.batches.step(batch)

    decisions.batches.stop(batch)

    assert not decisions.batches.step(batch)
    assert house.admin.stats().failed == 2 * A_STEP
    assert decisions.recent(1)[0].result == "100 queued, 200 left alone"


def test_discarding_completes_and_releasing_queues(house: House, decisions: Decisions) -> None:
    """A batch takes the same ways as a single decision, in every state that has it."""
    fail_many(house, 5)
    batch = begin(decisions, "discard")
    decisions.batches.carry_out(batch)
    assert decisions.batches.became(batch) == {"discarded": 5}
    claim = house.in_state("held")
    house.tick()

    preview = decisions.preview("release", wanted=Filter(state="held"))
    assert len(preview.tasks) == 1
    batch = decisions.batches.start("release", preview.tasks, who=WHO, why="", what="held")
    decisions.batches.carry_out(batch)

    assert house.state_of(claim.job) == "queued"
    # It is past the rate cap now.
    again = house.claim(claim.job)
    assert house.admit(again, NOTHING) == "admitted"
    assert_consistent(house.store)


@pytest.mark.parametrize(
    ("action", "tasks"),
    [
        ("retry", []),
        ("erase", ["0" * 32 + ":process:1"]),
        ("retry", ["0" * 32 + ":process"]),
        ("retry", ["*"]),
        ("retry", ["0" * 32 + ":process:1", "../x:1"]),
    ],
    ids=str,
)
def test_a_wrong_batch_is_not_begun(
    decisions: Decisions, house: House, action: str, tasks: list[str]
) -> None:
    """Nothing is noted of what could not be carried out."""
    with pytest.raises(ValueError, match=r"must|choose|named"):
        decisions.batches.start(action, tasks, who=WHO, why="", what="")

    assert house.store.dbsize() == 0


def test_old_batches_pass(house: House, decisions: Decisions) -> None:
    """The newest two hundred are kept, and none that still runs is dropped."""
    task = f"{'0' * 32}:process:1"
    running = decisions.batches.start("retry", [task], who=WHO, why="", what="runs")
    for _ in range(210):
        batch = decisions.batches.start("retry", [task], who=WHO, why="", what="ends")
        decisions.batches.carry_out(batch)

    assert house.store.zcard(KEYS.batches) <= 202
    assert decisions.batches.get(running) is not None
    assert decisions.batches.get("../counts") is None
    assert decisions.batches.became("*") == {}
    assert len(decisions.batches.newest(5)) == 5
