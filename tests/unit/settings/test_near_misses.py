import pytest

from receiver.settings import ReceiverSettings
from settings.names import distance, is_near, tidy_for_flower
from settings.reader import SettingsError
from settings.table import KNOWN
from worker.settings.worker import WorkerSettings


RIGHT = {"VOUCHERIFY_WEBHOOK_SECRETS": "a-secret-that-is-long-enough"}


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [
        ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("abc", "abd", 1), ("abc", "ab", 1),
        ("abc", "acb", 1), ("abcd", "badc", 2), ("kitten", "sitting", 3), ("ab", "ba", 1),
    ],
)  # fmt: skip
def test_a_distance_counts_slips(one: str, other: str, letters: int) -> None:
    """A letter more, less or another, and two neighbours swapped, are one slip each."""
    assert distance(one, other) == distance(other, one) == letters


def problems(environ: dict[str, str]) -> list[str]:
    """Name what a worker finds wrong."""
    try:
        WorkerSettings.from_environ(environ)
    except SettingsError as error:
        return list(error.problems)
    return []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("PERKS_BAKEND", "PERKS_BACKEND"),
        ("PERK_BACKEND", "PERKS_BACKEND"),
        ("PERKSBACKEND", "PERKS_BACKEND"),
        ("perks_backend", "PERKS_BACKEND"),
        ("PERKS-BACKEND", "PERKS_BACKEND"),
        ("CRM_BACKND", "CRM_BACKEND"),
        ("REDIS_URI", "REDIS_URL"),
        ("VOUCHERIFY_APP_TOEKN", "VOUCHERIFY_APP_TOKEN"),
        ("VOUCHERIFY_API_URI", "VOUCHERIFY_API_URL"),
        ("REVOCATION_BREAK", "REVOCATION_BRAKE"),
        ("RETRY_SCHEDULE_SECOND", "RETRY_SCHEDULE_SECONDS"),
        ("WORKER_CONCURENCY", "WORKER_CONCURRENCY"),
        ("ACCEPT_DURABILTY", "ACCEPT_DURABILITY"),
    ],
)
def test_a_misspelt_setting_stops_the_start(wrong: str, right: str) -> None:
    """Its default would be in force: a dry run that seems a start, another store."""
    reported = problems({wrong: "x7q"})

    assert len(reported) == 1
    assert reported[0].startswith(
        f"{wrong} is no setting: write {right}, or name it in IGNORED_VAR"
    )
    assert "x7q" not in reported[0]
    assert problems({wrong: "x7q", "IGNORED_VARIABLES": f"OTHER, {wrong}"}) == []


@pytest.mark.parametrize("name", ["PERKS_MODE", "VOUCHERIFY_KEY", "RECONCILE_EVERY", "CRM_TOKEN"])
def test_an_unknown_name_with_a_prefix_of_ours_stops_the_worker_only(name: str) -> None:
    """It was meant for perkhook; for the receiver, which reads no such setting, it is nothing."""
    reported = problems({name: "x7q"})

    assert len(reported) == 1
    assert reported[0].startswith(f"{name} is no setting of perkhook: remove it, or ")
    ReceiverSettings.from_environ({**RIGHT, name: "x7q"})


@pytest.mark.parametrize(
    "name",
    [
        # What Kubernetes and docker links set for services of these names (kubernetes.io:
        # Service, environment variables).
        "PERKS_PORT", "PERKS_SERVICE_HOST", "PERKS_SERVICE_PORT", "PERKS_SERVICE_PORT_HTTP",
        "CRM_PORT_8080_TCP", "CRM_PORT_8080_TCP_PROTO", "CRM_PORT_8080_TCP_ADDR",
        "CANARY_PORT_53_UDP_PORT", "REDIS_PORT", "REDIS_SERVICE_HOST", "FLOWER_PORT",
        "HUBSPOT_ENV_PATH",
        # Heroku's, Sentry's, Flower's and Celery's own.
        "REDIS_TLS_URL", "HEROKU_APP_NAME", "DYNO", "SENTRY_TRACE", "SENTRY_ORG",
        "SENTRY_AUTH_TOKEN", "FLOWER_MAX_WORKERS", "FLOWER_URL_PREFIX", "CELERY_BROKER_URL",
        # Every machine's.
        "HOME", "HOSTNAME", "POST", "PATH", "LANG", "LC_ALL", "PYTHONPATH", "PWD", "USER", "TERM",
        "HANDLE", "SANDBOX_WEBHOOK_URL", "HTTP_PROXY", "http_proxy", "no_proxy", "DATABASE_URL",
        "LOG_LEVEL", "SSL_CERT_FILE", "WEB_MEMORY", "ERLANG_COOKIE",
    ],
)  # fmt: skip
def test_names_of_others_pass(name: str) -> None:
    """A start is not stopped by what platforms, libraries and machines set."""
    assert problems({name: "x7q"}) == []
    ReceiverSettings.from_environ({**RIGHT, name: "x7q"})


def test_a_name_near_a_setting_that_is_set_passes() -> None:
    """A user who has set both knows which is which."""
    assert problems({"REDIS_URL": "redis://h", "REDIS_URI": "x7q"}) == []


def test_the_receiver_heeds_what_is_near_its_own_settings_only() -> None:
    """A misspelt setting of the worker must not cost webhooks."""
    ReceiverSettings.from_environ({**RIGHT, "PERKS_BAKEND": "voucherify"})
    with pytest.raises(SettingsError, match="ALLOWED_IP is no setting: write ALLOWED_IPS"):
        ReceiverSettings.from_environ({**RIGHT, "ALLOWED_IP": "eu1"})


def test_no_setting_is_a_near_miss_of_another() -> None:
    """Else one of ours that a process does not read would have to be ignored by hand."""
    pairs = {
        (one, other) for one in KNOWN for other in KNOWN if one < other and is_near(one, other)
    }

    assert pairs == set()


def test_a_name_that_is_no_name_is_not_shown() -> None:
    """A broken file can put a part of a value into a name."""
    reported = problems({"PERKS_SECRET x7q": "1"})

    assert len(reported) == 1
    assert reported[0].startswith("a variable is no setting of perkhook: remove it, or ")


@pytest.mark.parametrize(
    ("value", "dropped"),
    [("tcp://10.0.0.9:5555", True), ("x", True), ("5555", False), (None, False)],
)
def test_a_port_of_flowers_that_is_no_number_is_dropped(value: str | None, dropped: bool) -> None:
    """Kubernetes sets it for a service named flower, and Flower would end with a traceback."""
    environ = {} if value is None else {"FLOWER_PORT": value}

    assert tidy_for_flower(environ) is dropped
    assert ("FLOWER_PORT" in environ) is (value is not None and not dropped)


def test_an_empty_variable_of_flowers_counts_as_unset() -> None:
    """docker-compose.yml hands empty ones over, and Flower takes none for a number or a flag."""
    environ = {"FLOWER_PORT": "", "FLOWER_PERSISTENT": " ", "FLOWER_DB": "db", "HOME": ""}

    assert tidy_for_flower(environ) is False
    assert environ == {"FLOWER_DB": "db", "HOME": ""}
