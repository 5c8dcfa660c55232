"""Lists, groups and previews over a real store."""

from collections.abc import Callable
from time import perf_counter, thread_time
from typing import Any

import pytest

from inbox.admin.decisions import Decisions
from inbox.admin.selection import Filter
from inbox.store.client import StoreClient
from tests.conftest import WINDOW_SECONDS
from tests.engine import KEYS
from tests.integration.inbox.house import WHO, House
from tests.integration.inbox.many import fail_many


MANY = 10_000
#: What the pages promise.
PAGE_SECONDS = 0.3
JOBS_A_SECOND = 500


@pytest.fixture
def decisions(store: StoreClient) -> Decisions:
    """What the page and the command line work with."""
    return Decisions(store, dedupe_window_seconds=WINDOW_SECONDS)


def test_ten_thousand_failed_jobs(
    house: House, decisions: Decisions, record_property: Callable[[str, object], None]
) -> None:
    """A page answers in 300 ms, a batch does 500 jobs a second: in time that is worked in."""
    fail_many(house, MANY)
    house.tick()
    seconds, worked = [], []
    for _ in range(5):
        started, work = perf_counter(), _worked(house.store)
        page = decisions.page(Filter(), sort="newest", page=7)
        worked.append(_worked(house.store) - work)
        seconds.append(perf_counter() - started)
        assert (page.total, page.pages, len(page.groups)) == (MANY, 200, 2)
    started, work = perf_counter(), _worked(house.store)
    preview = decisions.preview("retry", wanted=Filter())
    batch = decisions.batches.start("retry", preview.tasks, who=WHO, why="", what="all")
    decisions.batches.carry_out(batch)
    rate = MANY / (perf_counter() - started)
    worked_rate = MANY / (_worked(house.store) - work)
    figures = (
        f"page of 10,000: first {seconds[0] * 1000:.0f} ms, then {min(seconds) * 1000:.0f} ms; "
        f"batch: {rate:.0f} jobs/s"
    )
    record_property("figures", figures)
    print(figures)  # noqa: T201 - shown by `pytest -s`

    # The first one, 200 ms on a quiet machine, is reported and not judged: it runs but once. Others
    # may keep the processors busy; what is judged is the work, which one does after the other.
    assert min(worked[1:]) < PAGE_SECONDS
    assert worked_rate > JOBS_A_SECOND
    assert house.admin.stats().failed == 0


def _worked(store: Any) -> float:
    """Return the seconds that this thread and the store's have worked."""
    reported = store.info("cpu")
    return float(
        thread_time() + reported["used_cpu_sys_main_thread"] + reported["used_cpu_user_main_thread"]
    )


def test_pages_show_every_job_once(house: House, decisions: Decisions) -> None:
    """Page by page the whole list, in one order; a page beyond the last is the last."""
    jobs = fail_many(house, 60)
    house.store.zadd(KEYS.failed, dict.fromkeys(jobs, 1_700_000_000_000), xx=True)

    pages = [decisions.page(Filter(), page=number, size=25) for number in (1, 2, 3, 4)]

    assert sorted(row.job for page in pages[:3] for row in page.rows) == sorted(jobs)
    assert pages[3].page == pages[2].page == 3
    assert decisions.page(Filter(), page=-5, size=25).page == 1


def test_a_page_sees_what_changed_since_the_last(house: House, decisions: Decisions) -> None:
    """What is remembered of jobs is never older than their state."""
    first, second, *_ = fail_many(house, 5)
    assert decisions.page(Filter()).total == 5
    house.admin.retry(first, who=WHO)
    house.admin.discard(second, who=WHO, why="a test")
    house.jobs.fail(house.claim(first), "another_reason", "another error")

    page = decisions.page(Filter())
    # Not by its place: all of them may have failed in one millisecond.
    (again,) = (row for row in page.rows if row.job == first)

    assert page.total == 4
    assert (again.reason, again.task) == ("another_reason", f"{first}:2")
    assert len(page.groups) == 2


def test_waiting_and_held_jobs_have_lists(house: House, decisions: Decisions) -> None:
    """A waiting job reports its next try; a process job has no facts yet and is listed too."""
    waiting = house.in_state("waiting")
    house.failed(b"{not json")

    (row,) = decisions.page(Filter(state="waiting"), sort="next").rows
    (failed,) = decisions.page(Filter()).rows

    assert row.job == waiting.job
    assert row.next_try is not None
    assert row.next_try > row.since
    assert (failed.name, failed.customer, failed.event_type) == ("process", "", "")
    assert decisions.page(Filter(state="held")).rows == []
    counts = house.admin.stats()
    assert (counts.failed, counts.waiting, counts.held) == (1, 1, 0)


def test_texts_of_all_kinds_pass_the_list(house: House, decisions: Decisions) -> None:
    """An error is shown as it was written, also where it is markup or another script."""
    text = '<script>alert("1")</script> [bold] \\ \n\t€ 漢字 🎁 \x7f ]==] %d'
    house.jobs.fail(house.process(), "odd", text)
    house.store.hset(KEYS.job + house.failed(b"two"), "error", b"\xff\xfe broken")

    assert text in [row.error for row in decisions.page(Filter()).rows]


def test_a_preview_counts_and_touches_nothing(house: House, decisions: Decisions) -> None:
    """The exact number, what they are, and for how many assignments effects are noted."""
    fail_many(house, 40)
    house.tick()
    house.store.zadd(KEYS.effects_of + "holder:rh_1", {"rh_1:reward": 1})
    (large, _) = decisions.page(Filter()).groups

    whole = decisions.preview("retry", wanted=Filter())
    group = decisions.preview("discard", wanted=Filter(group=large.group), limit=3)
    named = decisions.preview("retry", tasks=[*whole.tasks[:2], "0" * 32 + ":process:1"])

    assert (whole.matching, len(whole.tasks), whole.begun) == (40, 40, 1)
    assert whole.by_reason == {"crm_service_answered_422": 36, "crm_service_answered_404": 4}
    assert (group.matching, len(group.tasks), group.by_group) == (36, 3, 1)
    assert named.matching == 2
    assert house.admin.stats().failed == 40
    assert decisions.recent() == []


def test_what_fails_after_the_preview_is_not_retried_by_it(
    house: House, decisions: Decisions
) -> None:
    """The filter that a preview gives back chooses what it counted, and nothing that came later."""
    fail_many(house, 4)
    house.tick()
    preview = decisions.preview("retry", wanted=Filter())
    house.tick()
    house.failed(b"later")

    again = decisions.preview("retry", wanted=preview.wanted)

    assert (preview.matching, again.matching) == (4, 4)
    assert again.tasks == preview.tasks


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        ("release", Filter()),
        ("retry", Filter(state="waiting")),
        ("retry", Filter(state="held")),
        ("erase", Filter()),
        ("retry", None),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused(
    decisions: Decisions, action: str, wanted: Filter | None
) -> None:
    """A decision that a state does not have is refused before anything is chosen."""
    with pytest.raises(ValueError, match=r"cannot|choose"):
        decisions.preview(action, wanted=wanted)


def test_reading_works_where_writing_is_refused(house: House, decisions: Decisions) -> None:
    """On a replica, or a store that cannot write, the lists are still there."""
    fail_many(house, 3)
    house.store.config_set("min-replicas-to-write", "1")
    try:
        assert decisions.page(Filter()).total == 3
        assert house.admin.stats().failed == 3
    finally:
        house.store.config_set("min-replicas-to-write", "0")
