from typing import Final

import pytest

from inbox.model.rate import Rate
from settings.reader import SettingsError
from worker.settings.worker import WorkerSettings


KEYS: Final = {"VOUCHERIFY_APP_ID": "an id", "VOUCHERIFY_APP_TOKEN": "a-secret-token"}
INTERVAL: Final = "RECONCILE_INTERVAL_SECONDS"
SHARE: Final = "RECONCILE_BUDGET_SHARE"
CAMPAIGNS: Final = "RECONCILE_CAMPAIGNS"
APPLY: Final = "RECONCILE_APPLY"
GRACE: Final = "RECONCILE_GRACE_SECONDS"


def problems(environ: dict[str, str]) -> list[str]:
    """Return what is wrong with an environment."""
    try:
        WorkerSettings.from_environ(environ)
    except SettingsError as error:
        return list(error.problems)
    return []


def test_workers_begin_no_runs_unless_asked_to() -> None:
    """Without an interval nothing is asked of anybody; what is found would be taken back."""
    found = WorkerSettings.from_environ({}).reconcile

    assert found.interval_seconds == 0
    assert found.share == 0.2
    assert found.campaigns == ()
    assert found.apply is True
    assert found.grace_seconds == 900


def test_all_is_read() -> None:
    """Each setting has its effect; an empty one counts as unset."""
    found = WorkerSettings.from_environ(
        KEYS | {INTERVAL: "60", SHARE: "1", CAMPAIGNS: "camp_1, camp_2,", APPLY: "off", GRACE: "0"}
    ).reconcile

    assert found.interval_seconds == 60
    assert found.share == 1
    assert found.campaigns == ("camp_1", "camp_2")
    assert found.apply is False
    assert found.grace_seconds == 0
    assert WorkerSettings.from_environ({INTERVAL: ""}).reconcile.interval_seconds == 0
    assert WorkerSettings.from_environ({INTERVAL: "off"}).reconcile.interval_seconds == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [(INTERVAL, value) for value in ("0", "59", "-60", "2592001", "60.0", "an hour", "on")]
    + [(SHARE, value) for value in ("0", "0.0", "1.01", "-0.2", "20%", "1e-1", "nan", "inf", ".")]
    + [(CAMPAIGNS, value) for value in ("camp_1 camp_2", "camp_1;\x1bcamp_2", "cämp_1")]
    + [(APPLY, value) for value in ("maybe", "1", "dry-run")]
    + [(GRACE, value) for value in ("-1", "604801", "15m", "0.5")],
)  # fmt: skip
def test_a_wrong_value_stops_the_worker_at_its_start(name: str, value: str) -> None:
    """It is named once, with what it must be, and not shown."""
    reported = problems(KEYS | {INTERVAL: "600"} | {name: value})

    assert len(reported) == 1
    assert reported[0].startswith(f"{name} must ")
    assert value not in reported[0].removeprefix(name) or len(value) < 5


def test_every_wrong_value_is_reported_at_once() -> None:
    """No one starts a worker five times to learn of five mistakes."""
    reported = problems(KEYS | dict.fromkeys((INTERVAL, SHARE, CAMPAIGNS, APPLY, GRACE), "no, ï"))

    assert [each.split(" ")[0] for each in reported] == [INTERVAL, SHARE, CAMPAIGNS, APPLY, GRACE]


@pytest.mark.parametrize("missing", list(KEYS))
@pytest.mark.parametrize("backend", ["dry-run", "http", "voucherify"])
def test_keys_are_needed_with_an_interval_whatever_takes_perks_back(
    backend: str, missing: str
) -> None:
    """A run that can ask no one would be an alert in the night instead."""
    environ = KEYS | {
        INTERVAL: "3600",
        missing: "",
        "PERKS_BACKEND": backend,
        "PERKS_HTTP_URL": "https://shop.example.test/perks",
        "PERKS_HTTP_SECRET": "whsec_" + "c2VjcmV0LWZvci10ZXN0cy1vbmx5LTEyMzQ1Njc4OTA=",
    }

    reported = problems(environ)

    assert [each.split(" ")[:3] for each in reported] == [[missing, "is", "required"]]
    assert problems(environ | KEYS) == []
    if backend != "voucherify":
        assert problems(environ | {INTERVAL: "off"}) == []


@pytest.mark.parametrize(
    ("plan", "share", "calls"),
    [("100/minute", "0.2", 20), ("2000/minute", "0.05", 100), ("100/hour", "1", 100),
     ("3/second", "0.2", 1), ("100/minute", "0.299", 29)],
)  # fmt: skip
def test_the_share_is_of_what_the_plan_allows(plan: str, share: str, calls: int) -> None:
    """Rounded down, and never so far that nothing could ever be asked."""
    found = WorkerSettings.from_environ({"VOUCHERIFY_RATE_LIMIT": plan, SHARE: share})
    whole = found.perks.voucherify_rate

    assert found.reconcile.rate(whole) == Rate(calls, whole.seconds)
