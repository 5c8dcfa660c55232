import re
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from settings.reader import SettingsError
from worker.app import create_celery
from worker.runtime import runtime_of
from worker.settings.worker import BrokerSettings, WorkerSettings


SECRET = "whsec_dGhpcyBpcyBhIHNlY3JldCBvZiB0ZXN0cw=="
WRONG = {
    "REDIS_URL": "http://:p4ssw0rd-one@example.test",
    "DEDUPE_WINDOW_SECONDS": "1",
    "LOG_FORMAT": "xml-two",
    "SENTRY_DSN": "dsn-three",
    "JOB_LEASE_SECONDS": "19",
    "WORKER_CONCURRENCY": "0",
    "RECLAIM_INTERVAL_SECONDS": "0",
    "ACCEPT_DURABILITY": "fourteen",
    "RETRY_SCHEDULE_SECONDS": "10,,x-four",
    "REMOVAL_MEMORY_SECONDS": "59",
    "FAILED_KEEP_SECONDS": "3599",
    "FAILED_KEEP_MOST": "0",
    "PERKS_BACKEND": "http",
    "PERKS_HTTP_URL": "ftp://five.test",
    "PERKS_HTTP_SECRET": "whsec_six",
    "VOUCHERIFY_API_URL": "seven",
    "VOUCHERIFY_APP_ID": "eight\nnine",
    "VOUCHERIFY_APP_TOKEN": "t\u00f6ken-ten",
    "CRM_BACKEND": "fax-eleven",
    "CRM_HTTP_URL": "twelve",
    "CRM_HTTP_SECRET": "thirteen",
}


def _problems(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        WorkerSettings.from_environ(environ)
    return [problem.split()[0] for problem in caught.value.problems]


def test_one_message_names_everything_that_is_wrong_and_no_value() -> None:
    """With every variable wrong, one message names each of them once and repeats no value."""
    with pytest.raises(SettingsError) as caught:
        WorkerSettings.from_environ(WRONG)

    message = str(caught.value)
    # PERKS_BACKEND is the one right value: it makes the others required.
    named = re.findall(r"^  - ([A-Z_]+) ", message, re.MULTILINE)
    assert sorted(named) == sorted(set(WRONG) - {"PERKS_BACKEND"})
    assert not re.search(r"p4ssw0rd|xml|dsn-|four|five|six|seven|eight|nine|ten\b|eleven", message)
    assert "teen" not in message


def test_a_worker_with_wrong_settings_of_both_kinds_hears_of_all_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What Celery needs and what the worker needs stand in the same message."""
    monkeypatch.delenv("REDIS_URL", raising=False)

    with pytest.raises(SystemExit) as caught:
        create_celery({"REDIS_URL": "x", "PERKS_BACKEND": "voucherify"})

    message = str(caught.value.code)
    assert "REDIS_URL" in message
    assert "VOUCHERIFY_APP_ID" in message
    assert "VOUCHERIFY_APP_TOKEN" in message


def test_flower_starts_without_the_workers_settings() -> None:
    """The application is made although the worker's own variables are wrong: Flower has none."""
    app = create_celery({"PERKS_BACKEND": "voucherify", "CRM_BACKEND": "http"})

    assert app.main == "perkhook"
    assert runtime_of(app).settings is None


@pytest.mark.parametrize(
    ("environ", "required"),
    [
        ({"PERKS_BACKEND": "voucherify"}, ["VOUCHERIFY_APP_ID", "VOUCHERIFY_APP_TOKEN"]),
        ({"PERKS_BACKEND": "http"}, ["PERKS_HTTP_URL", "PERKS_HTTP_SECRET"]),
        ({"CRM_BACKEND": "http"}, ["CRM_HTTP_URL", "CRM_HTTP_SECRET"]),
        ({"PERKS_BACKEND": "voucherify", "VOUCHERIFY_APP_ID": "a"}, ["VOUCHERIFY_APP_TOKEN"]),
        ({"CRM_BACKEND": "http", "CRM_HTTP_URL": "https://c.test"}, ["CRM_HTTP_SECRET"]),
    ],
)
def test_each_backend_requires_what_it_needs(environ: dict[str, str], required: list[str]) -> None:
    """Choosing a backend makes its address and keys required, and nothing else."""
    assert _problems(**environ) == required


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"PERKS_BACKEND": "voucherify", "VOUCHERIFY_APP_ID": "a", "VOUCHERIFY_APP_TOKEN": "b"},
        {
            "PERKS_BACKEND": "http",
            "PERKS_HTTP_URL": "https://p.test",
            "PERKS_HTTP_SECRET": SECRET,
            "CRM_BACKEND": "http",
            "CRM_HTTP_URL": "https://c.test",
            "CRM_HTTP_SECRET": SECRET,
        },
    ],
)
def test_settings_that_suffice_are_taken(environ: dict[str, str]) -> None:
    """Nothing at all is a dry run; each backend is content with its own variables."""
    found = WorkerSettings.from_environ(environ)

    assert found.perks.backend == environ.get("PERKS_BACKEND", "dry-run")
    assert found.perks.voucherify_url == "https://api.voucherify.io"
    assert (found.broker.lease_seconds, found.reclaim_interval_seconds) == (300, 10)


@pytest.mark.parametrize(("value", "right"), [("19", False), ("20", True), ("86401", False)])
def test_a_lease_has_room_for_a_call(value: str, right: bool) -> None:
    """Under 20 s no outgoing call would ever be begun."""
    if right:
        found = BrokerSettings.from_environ({"JOB_LEASE_SECONDS": value})
        assert found.lease_seconds == int(value)
    else:
        with pytest.raises(SettingsError, match="JOB_LEASE_SECONDS must be a whole number"):
            BrokerSettings.from_environ({"JOB_LEASE_SECONDS": value})


def test_no_secret_stands_in_the_repr_of_settings() -> None:
    """Settings that end up in a log or a traceback show no key, token or password."""
    secrets = {
        "REDIS_URL": "redis://:p4ssw0rd@h.test:6379/0",
        "PERKS_HTTP_SECRET": SECRET,
        "CRM_HTTP_SECRET": SECRET,
        "VOUCHERIFY_APP_ID": "app-id-1",
        "VOUCHERIFY_APP_TOKEN": "app-token-1",
        "SENTRY_DSN": "https://dsnkey@s.test/1",
    }

    text = repr(WorkerSettings.from_environ(secrets))

    assert not any(word in text for word in ("p4ssw0rd", SECRET, "app-id", "app-token", "dsnkey"))


def test_settings_cannot_be_changed_after_the_start() -> None:
    """Every settings class is frozen."""
    found = WorkerSettings.from_environ({})
    parts: list[Any] = [found, found.broker, found.perks, found.crm]

    for part in parts:
        assert is_dataclass(part)
        with pytest.raises(AttributeError):
            setattr(part, fields(part)[0].name, None)
