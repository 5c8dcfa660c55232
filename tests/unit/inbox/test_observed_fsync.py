from dataclasses import replace
from typing import Any

import pytest
from redis.exceptions import ReadOnlyError, ResponseError

from inbox.durability.fsync import (
    BLIND_MS,
    FSYNC_DUE_MS,
    LONGEST_FSYNC_MS,
    Clocks,
    Observation,
    Verdict,
    Watch,
    begin,
    follow,
    pause_ms,
    read,
)


T0 = 1_000_000.0
FIRST = Observation(
    at=T0 - 1,
    server=("run-1", 7),
    disturbances=(0, 0),
    fsync_under_way=False,
    acknowledged=False,
    found=1,
)
INFO = {
    "run_id": "run-1",
    "aof_enabled": 1,
    "aof_last_write_status": "ok",
    "aof_last_bgrewrite_status": "ok",
    "aof_pending_bio_fsync": 0,
    "aof_delayed_fsync": 2,
    "aof_rewrites": 3,
}
CONFIG = {"appendfsync": "everysec", "no-appendfsync-on-rewrite": "no"}


def _sight(after_ms: float, *, busy: bool = False, **changes: Any) -> Observation:
    """What is seen so long after the write."""
    return replace(
        FIRST, **{"at": T0 + after_ms, "acknowledged": True, "fsync_under_way": busy} | changes
    )


def _checked(*sights: Observation, newest: float = T0) -> Watch | Verdict:
    """Check these one after the other, and often enough before them."""
    watch: Watch | Verdict = begin(FIRST, T0, newest)
    before = [_sight(each) for each in range(0, int(sights[0].at - T0), 100)]
    for sight in [*before, *sights]:
        assert isinstance(watch, Watch), "it had ended before"
        watch = follow(watch, sight)
    return watch


def test_two_checks_after_a_second_are_durable() -> None:
    """No fsync under way after the second, and again afterwards: the disk has it."""
    assert _checked(_sight(FSYNC_DUE_MS), _sight(FSYNC_DUE_MS + 1)) is Verdict.DURABLE


def test_one_check_after_a_second_is_not_enough() -> None:
    """The first says only that an fsync has been submitted by then."""
    watch = _checked(_sight(FSYNC_DUE_MS - 1), _sight(FSYNC_DUE_MS))

    assert isinstance(watch, Watch)
    assert watch.submitted


def test_nothing_is_durable_before_the_second_is_over() -> None:
    """However often it is checked: the server may not have submitted anything yet."""
    watch = _checked(*(_sight(each) for each in range(0, FSYNC_DUE_MS, 20)))

    assert isinstance(watch, Watch)
    assert not watch.submitted


def test_an_fsync_under_way_is_waited_for() -> None:
    """It neither counts as submitted for us nor as ended."""
    late = FSYNC_DUE_MS + 40
    busy = [_sight(FSYNC_DUE_MS, busy=True), _sight(FSYNC_DUE_MS + 20, busy=True)]

    first = _checked(*busy)
    assert isinstance(first, Watch)
    assert not first.submitted
    second = _checked(*busy, _sight(late), _sight(late + 20, busy=True))
    assert isinstance(second, Watch)
    assert follow(second, _sight(late + 40)) is Verdict.DURABLE


@pytest.mark.parametrize(
    "changes",
    [
        {"server": ("run-2", 7)},
        {"server": ("run-1", 8)},
        {"disturbances": (1, 0)},
        {"disturbances": (0, 1)},
    ],
)
@pytest.mark.parametrize("at", [500, FSYNC_DUE_MS, FSYNC_DUE_MS + 20])
def test_a_disturbance_starts_it_over(changes: dict[str, Any], at: int) -> None:
    """After a restart, a reconnect, a postponed flush or a rewrite the write does not count."""
    sights = [_sight(each) for each in (500, 700, 900, FSYNC_DUE_MS) if each < at]

    assert _checked(*sights, _sight(at, **changes)) is Verdict.AGAIN


def test_a_server_that_acknowledges_nothing() -> None:
    """While an append-only file that was just turned on does not count, nothing is durable."""
    silent = [_sight(FSYNC_DUE_MS + each, acknowledged=False) for each in (0, 20, 40)]

    assert isinstance(_checked(*silent), Watch)
    assert _checked(*silent, _sight(FSYNC_DUE_MS + 60)) is Verdict.DURABLE


def test_a_failed_fsync_cannot_go_unseen() -> None:
    """Too long a time between two checks, or with an fsync under way, could hide a failure."""
    assert isinstance(_checked(_sight(0), _sight(BLIND_MS)), Watch)
    assert _checked(_sight(0), _sight(BLIND_MS + 1)) is Verdict.AGAIN
    busy = [_sight(each, busy=True) for each in range(100, LONGEST_FSYNC_MS + 1, 100)]
    assert isinstance(_checked(_sight(0), *busy), Watch)
    assert _checked(_sight(0), *busy, _sight(LONGEST_FSYNC_MS + 1)) is Verdict.AGAIN
    # The next good fsync, which makes it forgotten, is submitted a second after the failed one.
    assert BLIND_MS + LONGEST_FSYNC_MS < 1000


def test_a_clock_that_is_set_back() -> None:
    """Back by less than it can be seen at is not noticed; all else starts over or waits longer."""
    assert _checked(_sight(100), _sight(99)) is Verdict.AGAIN
    ahead = _checked(_sight(FSYNC_DUE_MS), _sight(FSYNC_DUE_MS + 1), newest=T0 + 5000)
    assert isinstance(ahead, Watch)
    assert not ahead.submitted


def test_the_newest_time_of_a_server_is_kept() -> None:
    """Of each process of it: one that was started again counts from its own start."""
    clocks = Clocks()
    assert clocks.newest(_sight(100)) == T0 + 100
    assert clocks.newest(_sight(50)) == T0 + 100
    assert clocks.newest(_sight(20, server=("run-2", 1))) == T0 + 20


def test_it_is_checked_often_only_when_it_can_be_decided() -> None:
    """Ten times a second at first, not beyond the end of the second, then fifty times."""
    start = begin(FIRST, T0, T0)

    assert pause_ms(start) == 100
    assert pause_ms(replace(start, last_at=T0 + FSYNC_DUE_MS - 60)) == 60
    assert pause_ms(replace(start, last_at=T0 + FSYNC_DUE_MS + 200)) == 20


def _answers(
    info: dict[str, Any] | Exception = INFO,
    config: dict[str, Any] | Exception = CONFIG,
    waitaof: Any = (1, 0),
) -> list[Any]:
    return [[b"1000", b"500000"], info, config, 7, waitaof, 1]


def test_what_a_server_reports() -> None:
    """Each value comes from where it is kept."""
    assert read(_answers()) == Observation(1_000_500.0, ("run-1", 7), (2, 3), False, True, 1)
    pending = read(_answers(INFO | {"aof_pending_bio_fsync": 2}, waitaof=[0, 0]))
    assert isinstance(pending, Observation)
    assert (pending.fsync_under_way, pending.acknowledged) == (True, False)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (_answers(INFO | {"aof_enabled": 0}), "appendonly yes"),
        (_answers(INFO | {"aof_last_write_status": "err"}), "could not write"),
        (_answers(INFO | {"aof_last_bgrewrite_status": "err"}), "could not rewrite"),
        (_answers({key: INFO[key] for key in INFO if key != "aof_rewrites"}), "does not report"),
        (_answers(config=CONFIG | {"appendfsync": "no"}), "everysec or always"),
        (_answers(config=CONFIG | {"no-appendfsync-on-rewrite": "yes"}), "on-rewrite no"),
        (_answers(config={}), "does not report"),
        (_answers(waitaof=ResponseError("unknown command 'WAITAOF'")), "needs WAITAOF"),
    ],
)
def test_a_server_that_cannot_be_watched(answers: list[Any], words: str) -> None:
    """Each reason is reported in words that say what to do."""
    reported = read(answers)

    assert isinstance(reported, str)
    assert words in reported


def test_an_error_is_handed_on() -> None:
    """What the server refuses is reported as what it is."""
    error = ReadOnlyError("READONLY")

    assert read(_answers(config=error)) is error
