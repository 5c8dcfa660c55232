"""What operators and Prometheus see of what is kept, before anything of it is dropped."""

import json
from typing import Any

import pytest

from tests.engine import KEYS
from tests.integration.inbox.conftest import Run
from tests.integration.inbox.house import House
from tests.integration.inbox.keeping import DAY, dropped, failed_ago, noticed
from tests.integration.inbox.shown import shown


def test_metrics_say_how_full_each_set_is(house: House) -> None:
    """Number, limit and fill ratio by set; the ratio is that of the nearer bound."""
    job = house.failed(b"one")
    house.completed(b"two")
    dropped(noticed(house.store, failed_most=10, completed_most=4).trim())
    by_count = shown(house, "perkhook_kept")
    failed_ago(house.store, job, 0.85 * DAY)

    by_age = shown(house, "perkhook_kept")

    assert by_count == {
        ("perkhook_kept", "failed"): 1,
        ("perkhook_kept", "settled"): 1,
        ("perkhook_kept_limit", "failed"): 10,
        ("perkhook_kept_limit", "settled"): 4,
        ("perkhook_kept_fill_ratio", "failed"): pytest.approx(0.1),
        ("perkhook_kept_fill_ratio", "settled"): pytest.approx(0.25),
        ("perkhook_kept_dropped_total", "failed"): 0,
        ("perkhook_kept_dropped_total", "settled"): 0,
    }
    assert by_age["perkhook_kept_fill_ratio", "failed"] == pytest.approx(0.85, abs=0.001)


def test_what_was_dropped_is_counted(house: House) -> None:
    """A drop that no one saw coming is still seen in the metrics."""
    for one in range(3):
        house.failed(b"f%d" % one)
        house.completed(b"s%d" % one)
    list(noticed(house.store, failed_most=1, completed_most=3).trim())

    found = shown(house, "perkhook_kept")

    assert found["perkhook_kept_dropped_total", "failed"] == 2
    # Dropping a job completes its delivery, whose marker is one more.
    assert found["perkhook_kept_dropped_total", "settled"] == 2


def test_no_limit_is_reported_before_a_worker_ran(house: House) -> None:
    """A receiver that was started alone reports numbers and no ratio."""
    house.failed()

    names = {name for name, _ in shown(house, "perkhook_kept")}

    assert names == {"perkhook_kept", "perkhook_kept_dropped_total"}


def test_stats_are_one_round_trip(house: House) -> None:
    """The command line and Flower read everything by one script, and no job for it."""
    house.failed()
    house.admin.stats()
    house.store.config_resetstat()

    house.admin.stats()

    calls = {name: stat["calls"] for name, stat in house.store.info("commandstats").items()}
    assert calls["cmdstat_evalsha"] == 1
    # The first of each index, and no sample of its jobs.
    assert calls["cmdstat_zrange"] == 6


def test_stats_say_when_the_next_failed_job_goes(here: Run, house: House) -> None:
    """The table and its JSON have the time, the number, the limit and how full it is."""
    job = house.failed()
    failed_ago(house.store, job, 0.5 * DAY)
    list(noticed(house.store, failed_most=4).trim())

    table, plain = here("stats").stdout.decode(), _json(here("--json", "stats"))

    (failed, markers) = plain["kept"]
    assert (failed["set"], failed["count"], failed["limit"]) == ("failed", 1, 4)
    assert failed["keep_seconds"] == DAY
    assert failed["oldest"] == plain["oldest_failed"]
    assert failed["next_drop"][:10] > failed["oldest"][:10]
    assert (markers["set"], markers["count"], markers["limit"]) == ("settled", 0, 1000)
    row = next(line for line in table.splitlines() if failed["next_drop"][11:19] in line)
    assert "50%" in row


@pytest.mark.parametrize(
    ("count", "words"), [(2, "as soon as one more comes"), (3, "the next reaper runs")]
)
def test_a_full_set_says_so(here: Run, house: House, count: int, words: str) -> None:
    """At its limit the next failure drops the oldest; above it the next reaper runs do."""
    for one in range(count):
        house.failed(b"%d" % one)
    fields = {"failed_seconds": DAY, "failed_most": 2, "settled_most": 9, "since": 1}
    house.store.hset(KEYS.limits, mapping=fields)

    assert words in here("stats").stdout.decode()


def _json(done: Any) -> Any:
    return json.loads(done.stdout)
