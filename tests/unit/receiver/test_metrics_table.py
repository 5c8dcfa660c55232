"""The table of metrics is whole: each row shows something, and each thing known has a row."""

import math
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from inbox.admin.fleet_views import (
    DelayView,
    DownstreamView,
    FleetView,
    ReconcileView,
    RevocationCap,
    WebhookView,
)
from inbox.admin.views import FillState, KeptView, MemoryView, QueueView, Stats
from receiver.metrics.row import Row, Scrape
from receiver.metrics.sources import Counted, full_in
from receiver.metrics.table import ROWS


ROOT: Final = Path(__file__).parents[3]
NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
EARLIER: Final = NOW - timedelta(hours=1)

#: Counters that the command line shows and no metric does.
FOR_STATS_ONLY: Final = {
    "operator_retries",
    "operator_releases",
    "operator_discards",
    "customers_erased",
    "bodies_erased",
}

#: Fields that Flower and the command line show and no metric does.
FOR_PAGES_ONLY: Final = {
    "QueueView.messages",
    "KeptView.keep_seconds",
    "KeptView.oldest",
    "KeptView.next_drop",
    "MemoryView.policy",
    "Stats.next_try",
    "Stats.oldest_failed",
}

KEPT: Final = KeptView(
    set="failed", count=3, limit=10, keep_seconds=60, oldest=EARLIER, next_drop=NOW, fill_ratio=0.3
)
COUNTERS: Final = sorted({row.source.name for row in ROWS if isinstance(row.source, Counted)})
FLEET: Final = FleetView(
    now=NOW,
    stats=Stats(
        queues=(QueueView(queue="deliveries", jobs=4, messages=5, oldest=EARLIER),),
        running=1,
        waiting=2,
        next_try=NOW,
        failed=3,
        oldest_failed=EARLIER,
        held=6,
        counts=dict.fromkeys([*COUNTERS, "dropped_failed"], 7),
        kept=(KEPT,),
        memory=MemoryView(
            used=1,
            limit=2,
            left=3,
            policy="noeviction",
            evicts=False,
            daily=4.0,
            state=FillState.FILLING,
            full_days=5.0,
        ),
    ),
    handlers={"failed": {"revoke_referral_perks": 3}},
    delay=DelayView(buckets=((1.0, 2), (float("inf"), 3)), sum_seconds=4.5),
    answers={"accepted": 8},
    secrets={"0": 9},
    effects={("planned", "gift_credits"): 10},
    reconcile=ReconcileView(
        found=1,
        delivered=2,
        fates={"young": 3},
        codes=4,
        calls=5,
        missing=6,
        running=True,
        age_seconds=7.0,
        interval_seconds=8,
    ),
    events={("customer.deleted", "no"): 11},
    reaped=EARLIER,
    workers=12,
    downstreams=(
        DownstreamView(
            name="crm", works=True, shut_seconds=1.5, most=20, window_seconds=60.0, used=5
        ),
    ),
    cap=RevocationCap(
        admitted=1, most=2, window_seconds=3.0, campaign_most=4, campaign_window_seconds=5.0
    ),
    canary_age_seconds=13.0,
    webhook=WebhookView(age_seconds=14.0, active=True, listed=True),
)
SCRAPE: Final = Scrape(FLEET, {"answer:accepted": 1})


def other(value: Any) -> Any:
    """Return the value with every number and time in it changed, but for the time it is now."""
    changed = value
    if isinstance(value, bool):
        changed = not value
    elif isinstance(value, int | float):
        changed = 2 * value + 1
    elif isinstance(value, datetime):
        changed = value + timedelta(seconds=1)
    elif isinstance(value, dict):
        changed = {key: other(each) for key, each in value.items()}
    elif isinstance(value, tuple):
        changed = tuple(other(each) for each in value)
    elif is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in fields(value) if each.name != "now"]
        changed = replace(value, **{name: other(getattr(value, name)) for name in names})
    return changed


class Watched:
    """A value that notes which of its fields are read, and of those within it."""

    def __init__(self, value: Any, read: set[str]) -> None:
        self._value, self._read = value, read

    def __getattr__(self, name: str) -> Any:
        """Note the field, and return it watched."""
        kind = type(self._value)
        if isinstance(made := getattr(kind, name, None), property):
            return made.__get__(self)
        self._read.add(f"{kind.__name__}.{name}")
        return watched(getattr(self._value, name), self._read)


def watched(value: Any, read: set[str]) -> Any:
    """Watch dataclasses, also in a tuple."""
    if isinstance(value, tuple):
        return tuple(watched(each, read) for each in value)
    return Watched(value, read) if is_dataclass(value) else value


def known(value: Any) -> Iterable[str]:
    """Name all fields of a dataclass and of those within it."""
    for each in value if isinstance(value, tuple) else (value,):
        if is_dataclass(each):
            for field in fields(each):
                yield f"{type(each).__name__}.{field.name}"
                yield from known(getattr(each, field.name))


def scripts_count() -> set[str]:
    """Name the counters that the store's scripts count."""
    texts = [path.read_text() for path in (ROOT / "inbox/store/lua").glob("*.lua")]
    return {name for text in texts for name in re.findall(r"\bcount\('(\w+)'", text)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_row_is_fed(row: Row) -> None:
    """A row whose value does not follow what is known is named; and so is one without help."""
    if row.name == "inbox_up":
        assert row.source(replace(SCRAPE, fleet=None)) != row.source(SCRAPE)
    else:
        assert row.source(other(SCRAPE)) != row.source(SCRAPE), f"nothing feeds {row.name}"
    family = row.family(SCRAPE)
    assert family is not None
    assert family.samples, f"{row.name} shows nothing"
    assert row.help.endswith("."), row.name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_counter_of_the_table_is_counted_by_a_script(row: Row) -> None:
    """A counter that no script counts is named by its row."""
    if isinstance(row.source, Counted):
        assert row.source.name in scripts_count(), f"nothing counts {row.name}"


def test_each_counter_of_a_script_has_a_row() -> None:
    """A counter that is shown nowhere is named."""
    shown = {*COUNTERS, *FOR_STATS_ONLY, "dropped_failed", "dropped_settled"}
    assert scripts_count() == shown


def test_each_value_that_is_known_has_a_row() -> None:
    """A field of the read model that no row shows is named."""
    read: set[str] = set()
    scrape: Any = Watched(SCRAPE, read)
    for row in ROWS:
        row.source(scrape)
    # The histogram is read by its row as a whole.
    read |= {"DelayView.buckets", "DelayView.sum_seconds"}
    assert set(known(FLEET)) - read == FOR_PAGES_ONLY


def test_a_store_that_never_fills_has_an_infinite_time_and_an_unknown_one_none() -> None:
    """So that an alert about few days fires in neither case, and a panel shows which it is."""
    known = {
        state: MemoryView(used=1, limit=2, left=3, state=state, full_days=days)
        for state, days in (
            (FillState.UNKNOWN, None),
            (FillState.NO_LIMIT, None),
            (FillState.STEADY, None),
            (FillState.FILLING, 2.0),
            (FillState.FULL, 0.0),
        )
    }

    assert {state: full_in(view) for state, view in known.items()} == {
        FillState.UNKNOWN: None,
        FillState.NO_LIMIT: None,
        FillState.STEADY: math.inf,
        FillState.FILLING: 172_800.0,
        FillState.FULL: 0.0,
    }


def test_names_are_unique() -> None:
    """Prometheus refuses a page on which a metric comes twice."""
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("place", ["deploy/prometheus/alerts.yml", "deploy/grafana/perkhook.json"])
def test_each_metric_that_is_watched_has_a_row(place: str) -> None:
    """An alert or a panel about a metric that no row makes is named."""
    asked = set(re.findall(r"\bperkhook_([a-z_]+)\b", (ROOT / place).read_text()))
    made = {row.name + end for row in ROWS for end in ("", "_total", "_bucket", "_sum", "_count")}
    assert asked
    assert asked - made == set()
