"""Shortening what is remembered: what is refused, with the reason, and what is taken."""

import pytest

from inbox.admin.batches import KEPT_MOST, KEPT_SECONDS
from inbox.ledger import LOCK_TIMES
from inbox.privacy import erasure
from settings.needs import (
    DECISION_SECONDS,
    METADATA_SECONDS,
    RESENDS_SECONDS,
    RETRIES_SECONDS,
)
from settings.reader import SettingsError
from settings.table import page
from settings.variables.downstream import RECONCILE_GRACE_SECONDS, RECONCILE_INTERVAL_SECONDS
from worker.cli.reconcile import DAYS
from worker.handlers import HandlerTable, Registration
from worker.periodic.retention import WARN_FROM
from worker.revocation.execute import mark
from worker.run.verdict import JITTER
from worker.settings.kept import LONGEST_WAIT, longest, longest_kept, longest_sum
from worker.settings.worker import MOST_MARKERS, WorkerSettings
from worker.shop.load import check_retries


DAY = 86_400

#: When Voucherify sends a webhook again, in minutes after the first try; the last but one interval
#: is documented as long as all before it, the last try at 24 h.
TRIES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 24 * 60)

LEAST = {
    "DEDUPE_WINDOW_SECONDS": (RETRIES_SECONDS, "automatic retries of Voucherify"),
    "MAX_EVENT_AGE_SECONDS": (RETRIES_SECONDS, "automatic retries of Voucherify"),
    "REMOVAL_MEMORY_SECONDS": (RESENDS_SECONDS, "from Voucherify's audit log"),
    "FAILED_KEEP_SECONDS": (DECISION_SECONDS, "must leave a person a day to decide"),
}


def problems(**environ: str | int) -> list[str]:
    """Return what is wrong with these settings of a worker."""
    try:
        WorkerSettings.from_environ({name: str(value) for name, value in environ.items()})
    except SettingsError as error:
        return list(error.problems)
    return []


@pytest.mark.parametrize("name", LEAST)
def test_below_its_need_a_bound_is_refused_with_the_reason_and_the_least(name: str) -> None:
    """One second below the least stops the start, and the sentence says both."""
    least, why = LEAST[name]

    (problem,) = problems(**{name: least - 1})

    assert problem.startswith(f"{name} must be ")
    assert str(least) in problem
    assert why in problem


@pytest.mark.parametrize("name", LEAST)
def test_the_least_of_a_bound_is_taken_beside_the_defaults(name: str) -> None:
    """Without own handlers, each bound may be shortened alone down to its least."""
    assert problems(**{name: LEAST[name][0]}) == []


def test_all_bounds_at_their_least_fit_each_other() -> None:
    """The smallest memory that keeps every promise, with own handlers too."""
    least = {name: seconds for name, (seconds, _) in LEAST.items()}

    assert problems(**least, HANDLERS="shop", PERKS_BACKEND="dry-run") == []


def test_all_that_is_too_short_is_named_at_once() -> None:
    """A person who shortens four bounds learns of all four from one start."""
    short: dict[str, str | int] = {name: seconds - 1 for name, (seconds, _) in LEAST.items()}

    assert sorted(each.split()[0] for each in problems(**short)) == sorted(LEAST)


def test_voucherifys_retries_fit_into_the_least_window_by_either_reading() -> None:
    """Its last try comes at 24 h, or after one more interval as long as the one before."""
    by_intervals = TRIES[-2] + 1024

    assert max(TRIES[-1], by_intervals) * 60 < RETRIES_SECONDS


@pytest.mark.parametrize(
    ("environ", "name", "why"),
    [
        (
            {"DEDUPE_WINDOW_SECONDS": 200 * DAY},
            "REMOVAL_MEMORY_SECONDS",
            f"must be at least {200 * DAY}, which is DEDUPE_WINDOW_SECONDS",
        ),
        (
            {"MAX_EVENT_AGE_SECONDS": 190 * DAY + 1},
            "MAX_EVENT_AGE_SECONDS",
            f"must be at most {190 * DAY}, which is REMOVAL_MEMORY_SECONDS",
        ),
        (
            {"MAX_EVENT_AGE_SECONDS": 7 * DAY + 1, "HANDLERS": "shop"},
            "MAX_EVENT_AGE_SECONDS",
            f"must be at most {7 * DAY}, which is DEDUPE_WINDOW_SECONDS, where HANDLERS is set",
        ),
        (
            {"DEDUPE_WINDOW_SECONDS": RETRIES_SECONDS, "HANDLERS": "shop"},
            "MAX_EVENT_AGE_SECONDS",
            f"must be at most {RETRIES_SECONDS}, which is DEDUPE_WINDOW_SECONDS",
        ),
        (
            {"FAILED_KEEP_SECONDS": 190 * DAY - 239, "RETRY_SCHEDULE_SECONDS": 100},
            "FAILED_KEEP_SECONDS",
            f"must be at most {190 * DAY - 240}, REMOVAL_MEMORY_SECONDS less the tries",
        ),
        (
            {"RETRY_SCHEDULE_SECONDS": f"{7 * DAY}," * 12},
            "RETRY_SCHEDULE_SECONDS",
            f"must add up to at most {int(185 * DAY / 2.4)}",
        ),
        (
            {
                "RETRY_SCHEDULE_SECONDS": f"{2 * DAY}",
                "PERKS_BACKEND": "voucherify",
                "VOUCHERIFY_APP_ID": "a",
                "VOUCHERIFY_APP_TOKEN": "b",
            },
            "RETRY_SCHEDULE_SECONDS",
            "must add up to at most 144000 with MARK_CUSTOMER=on",
        ),
    ],
)
def test_a_bound_that_breaks_what_another_carries_is_refused(
    environ: dict[str, str | int], name: str, why: str
) -> None:
    """Each is right by itself; the sentence names the other and the value that fits it."""
    (problem,) = problems(**environ)

    assert problem.startswith(f"{name} {why}")


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOVAL_MEMORY_SECONDS": 200 * DAY, "DEDUPE_WINDOW_SECONDS": 200 * DAY},
        {"MAX_EVENT_AGE_SECONDS": 190 * DAY},
        {"MAX_EVENT_AGE_SECONDS": 7 * DAY, "HANDLERS": "shop"},
        {"MAX_EVENT_AGE_SECONDS": 0, "DEDUPE_WINDOW_SECONDS": RETRIES_SECONDS, "HANDLERS": "shop"},
        {"FAILED_KEEP_SECONDS": 190 * DAY - 240, "RETRY_SCHEDULE_SECONDS": 100},
        {"RETRY_SCHEDULE_SECONDS": 2 * DAY},
        {
            "RETRY_SCHEDULE_SECONDS": 2 * DAY,
            "PERKS_BACKEND": "voucherify",
            "VOUCHERIFY_APP_ID": "a",
            "VOUCHERIFY_APP_TOKEN": "b",
            "MARK_CUSTOMER": "off",
        },
    ],
)
def test_at_the_limit_of_what_another_carries_a_bound_is_taken(
    environ: dict[str, str | int],
) -> None:
    """The same pairs, exactly as far apart as they may be."""
    assert problems(**environ) == []


def test_a_wrong_value_is_not_compared_with_others() -> None:
    """What is wrong by itself is named once, and hides nothing else that is wrong."""
    found = problems(REMOVAL_MEMORY_SECONDS="x", DEDUPE_WINDOW_SECONDS="x", FAILED_KEEP_SECONDS=1)

    assert [each.split()[0] for each in found] == [
        "DEDUPE_WINDOW_SECONDS",
        "REMOVAL_MEMORY_SECONDS",
        "FAILED_KEEP_SECONDS",
    ]


def test_the_time_of_a_jobs_tries_counts_their_spread() -> None:
    """A wait may be a fifth longer than written, before a retry and after it."""
    assert LONGEST_WAIT == 1 + JITTER
    assert longest((100.0, 200.0)) == pytest.approx(360)
    assert longest_kept(10_000, (100.0, 200.0)) == 10_000 - 720
    assert longest_sum(10_000, 10_000 - 720) == 300


def test_an_own_handlers_retries_end_while_its_steps_are_known() -> None:
    """Retries of a hundred weeks would outlast the ledger; as long as fits is taken."""
    kept = WorkerSettings.from_environ({}).kept
    most = longest_sum(kept.memory or 0, kept.failed or 0)

    check_retries(_table(float(most)), kept)
    with pytest.raises(SettingsError) as caught:
        check_retries(_table(*[604_800.0] * 100), kept)

    (problem,) = caught.value.problems
    assert problem.startswith("HANDLERS: ")
    assert ".refund has retries that add up to too long" in problem
    assert f"they may add up to {most} s" in problem


def test_reconciliation_never_looks_back_further_than_is_remembered() -> None:
    """Its longest interval, longest grace and the command's default all end within the memory."""
    interval = RECONCILE_INTERVAL_SECONDS.parse(str(30 * DAY))
    grace = RECONCILE_GRACE_SECONDS.parse(str(7 * DAY))

    assert interval + grace < RESENDS_SECONDS
    assert DAYS * DAY < RESENDS_SECONDS
    for variable, longer in (
        (RECONCILE_INTERVAL_SECONDS, 30 * DAY + 1),
        (RECONCILE_GRACE_SECONDS, 7 * DAY + 1),
    ):
        with pytest.raises(ValueError, match="whole number"):
            variable.parse(str(longer))


def test_fixed_bounds_keep_their_promises_and_stand_on_the_page() -> None:
    """The page says of each what the code does."""
    said = page()

    assert erasure.MEMORY_SECONDS >= RESENDS_SECONDS
    assert mark._LOST_SECONDS == METADATA_SECONDS
    assert DECISION_SECONDS * (1 - WARN_FROM) >= DAY - 1
    assert f"| an erased customer | {erasure.MEMORY_SECONDS // DAY} days |" in said
    assert f"| the newest {MOST_MARKERS:,} within" in said
    assert f"| the lock of a card | {LOCK_TIMES} times `IN_FLIGHT_SECONDS` |" in said
    assert f"| {KEPT_SECONDS // DAY} days, the newest {KEPT_MOST} |" in said
    assert f"| {METADATA_SECONDS // DAY} days, or until it is put back |" in said


def test_the_page_says_beside_each_bound_what_it_carries() -> None:
    """Promise, least and consequence stand in the row of the setting; the least as a number."""
    rows = {line.split("`")[1]: line for line in page().splitlines() if line.startswith("| `")}

    for name, (least, _) in LEAST.items():
        assert "**Carries:**" in rows[name]
        assert f"**Least:** {least} " in rows[name]
        assert "**Shorter means:**" in rows[name]
    assert "**Carries:**" in rows["FAILED_KEEP_MOST"]


def _table(*retries: float) -> HandlerTable:
    handler = Registration(
        name="refund", queue="refunds", event_types=(), run=lambda *_: "", retries=retries
    )
    return HandlerTable({"refund": handler})
