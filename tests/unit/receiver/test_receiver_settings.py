import os

import pytest

from inbox.durability.barrier import Durability
from inbox.durability.fencing import Fencing
from receiver.settings import FSYNC_CONNECTIONS, ReceiverSettings, load_settings
from settings.reader import SettingsError
from settings.secrets import webhook_secrets
from settings.store_address import StoreAddress
from settings.store_url import store_address
from tests.acceptance.heroku.formation import with_buildpack


SECRET = "whsec-sesame-0001"
RIGHT = {
    "VOUCHERIFY_WEBHOOK_SECRETS": f"{SECRET}, whsec-sesame-0002",
    "REDIS_URL": "rediss://default:sesame-redis@store.example.test:6380/0",
    "SENTRY_DSN": "https://sesamedsn@sentry.example.test/42",
    "ALLOWED_IPS": "10.0.0.0/8,eu1",
    "TRUSTED_PROXY_HOPS": "1",
    "ACCEPT_DURABILITY": "replica",
}
ALL_WRONG = {
    "VOUCHERIFY_WEBHOOK_SECRETS": "sesame, whsec-sesame-0002",
    "MAX_BODY_BYTES": "sesame bytes",
    "ALLOWED_IPS": "sesame",
    "TRUSTED_PROXY_HOPS": "-1",
    "REDIS_URL": "http://:sesame@127.0.0.1",
    "DEDUPE_WINDOW_SECONDS": "59",
    "ACCEPT_DURABILITY": "sesame",
    "LOG_FORMAT": "sesame",
    "SENTRY_DSN": "https://sesame@sentry.example.test",
    "PORT": "sesame",
    "WEB_CONCURRENCY": "0",
    "DRAIN_SECONDS": "-1",
}


def test_only_the_secrets_are_required() -> None:
    """Everything but the webhook's secrets has a default."""
    found = ReceiverSettings.from_environ({"VOUCHERIFY_WEBHOOK_SECRETS": SECRET})

    assert found.secrets == (SECRET.encode(),)
    assert found.max_body_bytes == 1_048_576
    assert found.callers.allowed == ()
    assert found.callers.proxy_hops == 0
    assert found.inbox.store == StoreAddress(places=(("127.0.0.1", 6379),))
    assert found.inbox.dedupe_window_seconds == 604_800
    assert found.durability is Durability.MEMORY
    assert found.fencing is Fencing.REQUIRED
    assert found.telemetry.log_format == "json"
    assert found.telemetry.sentry_dsn is None


def test_what_is_set_is_taken() -> None:
    """Secrets keep their order; the address of the store keeps its password."""
    found = ReceiverSettings.from_environ(RIGHT)

    assert found.secrets == (SECRET.encode(), b"whsec-sesame-0002")
    assert found.inbox.store == store_address(RIGHT["REDIS_URL"])
    assert found.telemetry.sentry_dsn == RIGHT["SENTRY_DSN"]
    assert found.durability is Durability.REPLICA
    assert len(found.callers.allowed) == 4


def test_no_secret_is_in_a_repr() -> None:
    """Settings that end up in a log or a traceback show no secret."""
    found = ReceiverSettings.from_environ(RIGHT)

    assert "sesame" not in f"{found!r} {found} {found.inbox!r} {found.telemetry!r}"


def test_all_wrong_variables_are_named_in_one_message_without_values() -> None:
    """A person fixes all at once, and the message can be pasted anywhere."""
    with pytest.raises(SettingsError) as found:
        ReceiverSettings.from_environ(ALL_WRONG)

    named = [problem.split()[0] for problem in found.value.problems]
    assert sorted(named) == sorted(ALL_WRONG)
    assert "sesame" not in f"{found.value} {found.value!r}"


def test_a_process_with_wrong_settings_ends_with_that_message() -> None:
    """Starting ends with the message as its last word, not with a traceback."""
    with pytest.raises(SystemExit, match="VOUCHERIFY_WEBHOOK_SECRETS is required and not set"):
        load_settings({})


@pytest.mark.parametrize("value", [",", " , ", "short", f"{SECRET},short"])
def test_guessable_secrets_are_refused(value: str) -> None:
    """No secret at all, or one too short to be Voucherify's, stops the start."""
    with pytest.raises(ValueError, match="secret"):
        webhook_secrets(value)


def test_secrets_of_any_bytes_are_taken_as_they_are() -> None:
    """A secret that is no UTF-8 signs with its own bytes."""
    raw = b"whsec-\xff\xfe-sesame-\xc3\xa9"

    assert webhook_secrets(os.fsdecode(raw)) == (raw,)


@pytest.mark.parametrize(
    "dsn",
    [
        "sesame",
        "https://sentry.example.test/1",
        "https://sesame@sentry.example.test/",
        "https://sesame@sentry.example.test/sesame",
        "https://sesame@/1",
        "https://@sentry.example.test/1",
        "ftp://sesame@sentry.example.test/1",
        "https://sesame@sentry.example.test:sesame/1",
        "https://sesame@[::1/1",
    ],
)
def test_a_dsn_that_the_sdk_would_refuse_is_reported_with_the_rest(dsn: str) -> None:
    """The SDK's own refusal would come later, and would show the DSN."""
    with pytest.raises(SettingsError, match="SENTRY_DSN must be a Sentry DSN") as found:
        ReceiverSettings.from_environ({**RIGHT, "SENTRY_DSN": dsn})

    assert "sesame" not in str(found.value)


@pytest.mark.parametrize(
    ("megabytes", "cores", "asked", "processes", "each"),
    [
        # Heroku's dynos, with what its Python buildpack makes of them.
        (512, 8, "2", 2, 1),
        (512, 8, "4", 2, 2),
        (1024, 8, "2", 4, 1),
        (1024, 8, "4", 4, 1),
        (2560, 2, "64", 5, 12),
        (14_336, 8, "4", 17, 1),
        (128_000, 16, "64", 33, 1),
    ],
)
def test_processes_share_the_connections(
    megabytes: int, cores: int, asked: str, processes: int, each: int
) -> None:
    """However many processes a platform wants, together they keep to STORE_CONNECTIONS."""
    environ = with_buildpack(
        {"VOUCHERIFY_WEBHOOK_SECRETS": SECRET, "STORE_CONNECTIONS": asked},
        megabytes=megabytes,
        cores=cores,
    )

    found = ReceiverSettings.from_environ(environ)

    assert (found.listen.processes, found.connections) == (processes, each)


@pytest.mark.parametrize(
    ("durability", "chosen", "connections"),
    [
        ("memory", {}, 4),
        ("replica", {}, 4),
        ("fsync", {}, FSYNC_CONNECTIONS),
        ("fsync", {"STORE_CONNECTIONS": "4"}, 4),
        ("fsync", {"STORE_CONNECTIONS": ""}, FSYNC_CONNECTIONS),
        ("fsync", {"WEB_CONCURRENCY": "2"}, FSYNC_CONNECTIONS // 2),
    ],
)
def test_more_share_an_fsync_unless_the_connections_are_set(
    durability: str, chosen: dict[str, str], connections: int
) -> None:
    """Only fsync raises the default, and never a STORE_CONNECTIONS that the operator chose."""
    environ = {"VOUCHERIFY_WEBHOOK_SECRETS": SECRET, "ACCEPT_DURABILITY": durability}

    found = ReceiverSettings.from_environ({"WEB_CONCURRENCY": "1", **environ, **chosen})

    assert found.connections == connections


def test_who_sets_the_processes_has_them() -> None:
    """The buildpack leaves a WEB_CONCURRENCY of the config vars as it is."""
    environ = with_buildpack({"VOUCHERIFY_WEBHOOK_SECRETS": SECRET, "WEB_CONCURRENCY": "1"})

    assert ReceiverSettings.from_environ(environ).listen.processes == 1
