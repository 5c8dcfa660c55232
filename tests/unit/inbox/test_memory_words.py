"""What is said of the store's memory: the same on the page, in stats and by the alert."""

from dataclasses import replace
from typing import Final

import pytest
import yaml

from inbox.admin.memory import (
    ADVICE,
    REFUSED,
    SOON_DAYS,
    in_bytes,
    in_days,
    outlook,
    warnings,
)
from inbox.admin.views import FillState, MemoryView
from tests.processes import ROOT


FILLING: Final = MemoryView(
    used=31_000_000,
    limit=50_000_000,
    left=10_400_000,
    policy="noeviction",
    daily=420_000.0,
    state=FillState.FILLING,
    full_days=24.8,
)
STEADY: Final = replace(FILLING, daily=-5.0, state=FillState.STEADY, full_days=None)
UNKNOWN: Final = replace(FILLING, daily=None, state=FillState.UNKNOWN, full_days=None)
NO_LIMIT: Final = replace(FILLING, limit=None, left=None, state=FillState.NO_LIMIT, full_days=None)
FULL: Final = replace(FILLING, left=0, state=FillState.FULL, full_days=0.0)


@pytest.mark.parametrize(
    ("memory", "words"),
    [
        (FILLING, "420 KB a day are added. At this rate it is full in 24 days."),
        (STEADY, "It does not fill: no more is added than goes."),
        (UNKNOWN, "What a day adds is known after two days."),
        (
            NO_LIMIT,
            "420 KB a day are added. No maxmemory is reported: nobody knows when it is full.",
        ),
        (FULL, "It is full: webhooks are answered 503."),
        (None, "The store does not report its memory."),
    ],
)
def test_each_state_has_words(memory: MemoryView | None, words: str) -> None:
    """Unknown, without a limit, steady, filling and full are five sentences."""
    assert outlook(memory) == words


@pytest.mark.parametrize("memory", [FILLING, STEADY, UNKNOWN, NO_LIMIT, None])
def test_nothing_is_warned_of_without_need(memory: MemoryView | None) -> None:
    """A store that is far from full, or unknown, needs no operator."""
    assert warnings(memory) == ()


def test_a_store_that_is_full_soon_is_warned_of() -> None:
    """From 15 days on, with the days, what happens then and what to do."""
    assert warnings(replace(FILLING, full_days=SOON_DAYS)) == ()
    assert warnings(replace(FILLING, full_days=SOON_DAYS - 0.1)) == (
        f"The store is full in 14 days. Then {REFUSED}. {ADVICE}",
    )
    assert warnings(FULL) == (f"The store is full: {REFUSED}. {ADVICE}",)


def test_a_policy_that_evicts_is_warned_of() -> None:
    """By its name and with what it loses; one that cannot evict is not."""
    evicting = replace(STEADY, policy="volatile-lru", evicts=True)
    [words] = warnings(evicting)

    assert words.startswith("The store's maxmemory-policy is volatile-lru: ")
    assert words.endswith("Set it to noeviction.")
    assert warnings(replace(evicting, evicts=False)) == ()


def test_the_alert_says_the_same() -> None:
    """It fires at the same number of days, and has the same sentences."""
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
    alerts = {rule["alert"]: rule for group in rules["groups"] for rule in group["rules"]}
    alert = alerts["PerkhookStoreFullSoon"]

    assert alert["expr"] == f"min(perkhook_store_full_in_seconds) < {SOON_DAYS} * 86400"
    assert alert["annotations"]["summary"].startswith("The store is full in ")
    assert alert["annotations"]["description"] == f"Then {REFUSED}. {ADVICE}"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (999, "999 bytes"),
        (1_000, "1.0 KB"),
        (420_000, "420 KB"),
        (9_960_000, "10.0 MB"),
        (31_000_000, "31 MB"),
        (16e9, "16 GB"),
        (-1_500_000, "-1.5 MB"),
        (0, "0 bytes"),
    ],
)
def test_bytes_have_the_largest_unit_that_fits(number: float, words: str) -> None:
    """As plans and Heroku write them: 1 MB is a million bytes."""
    assert in_bytes(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0.4, "less than a day"),
        (1.9, "1 day"),
        (24.8, "24 days"),
        (3_000.0, "3,000 days"),
        (1e9, "more than 10 years"),
    ],
)
def test_days_are_whole(number: float, words: str) -> None:
    """A day that has begun is not promised."""
    assert in_days(number) == words
