"""
Wrong and odd values of every variable, for every process that reads it.

What people really set is from: docker run --env-file (moby/moby#46773, docker/cli#3630), Kubernetes
service links (mher/flower#738), Celery's spelling of TLS options (celery/celery#5371, rq/rq#1495),
Unix sockets (indico/indico#5391).
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

import pytest

from dashboard.settings import DashboardSettings
from inbox.settings import InboxSettings
from receiver.settings import ReceiverSettings
from settings.reader import SettingsError, check
from settings.table import VARIABLES
from worker.settings.worker import BrokerSettings, WorkerSettings


RIGHT: Final = {"VOUCHERIFY_WEBHOOK_SECRETS": "a-secret-that-is-long-enough"}


def _web(environ: dict[str, str]) -> None:
    """Read as `python -m receiver` does, and as any WSGI server's child does."""
    reported = _problems(lambda given: check(given, "web"), environ)
    assert reported == _problems(ReceiverSettings.from_environ, environ)
    ReceiverSettings.from_environ(environ)


def _problems(read: Callable[[dict[str, str]], Any], environ: dict[str, str]) -> list[str]:
    try:
        read(environ)
    except SettingsError as error:
        return sorted(error.problems)
    return []


#: How each process reads its settings.
READ: Final[dict[str, tuple[Callable[[dict[str, str]], Any], ...]]] = {
    "web": (_web,),
    "worker": (WorkerSettings.from_environ,),
    "flower": (BrokerSettings.from_environ, DashboardSettings.from_environ),
}
PROCESSES: Final = {each.name: each.processes for each in VARIABLES}

#: A value, and what the message says of it. `x7q` must never show.
WRONG: Final = [
    ("REDIS_URL", "redis://:x7q@h/0?socket_timeout=5", "no options behind ?"),
    ("REDIS_URL", "redis://:x7q@h/perkhook", "number of its database"),
    ("REDIS_URL", "redis://:x7q@h/1?db=2", "must name one database"),
    ("REDIS_URL", "redis://:x7q@h:0/0", "port from 1 to 65535"),
    ("REDIS_URL", "redis://:x7q@h:70000/0", "must be an address such as redis://"),
    ("REDIS_URL", "'redis://:x7q@h/0'", "without quotes"),
    ("REDIS_URL", "rediss://:x7q@h?ssl_cert_reqs=maybe", "none, optional, required"),
    ("REDIS_URL", "unix:///run/x7q.sock?virtual_host=1", "?db=1"),
    ("REDIS_URL", "sentinel://x7q:26379/0", "must be an address such as redis://"),
    ("REDIS_URL", "tcp://10.0.0.9:6379", "must be an address such as redis://"),
    ("REDIS_URL", "redis+sentinel://:x7q@s1:26379,s2:26379/0/0/0", "number of its database"),
    ("REDIS_URL", "redis+cluster://:x7q@n1:6379/1", "no database but 0"),
    ("STORE_PREFIX", "x7q", "end in its only colon"),
    ("STORE_PREFIX", "x7q:y:", "end in its only colon"),
    ("STORE_PREFIX", ":", "end in its only colon"),
    ("STORE_PREFIX", "{}:", "end in its only colon"),
    ("STORE_PREFIX", "{x7q}{b}:", "end in its only colon"),
    ("STORE_PREFIX", "x7q*:", "end in its only colon"),
    ("STORE_CONNECTIONS", "0", "a whole number from 1 to 64"),
    ("STORE_CONNECTIONS", "four", "a whole number from 1 to 64"),
    ("DEDUPE_WINDOW_SECONDS", "7d", "a whole number from 129600"),
    ("DEDUPE_WINDOW_SECONDS", "604_800", "a whole number from 129600"),
    ("DEDUPE_WINDOW_SECONDS", "129599", "the automatic retries of Voucherify"),
    ("LOG_FORMAT", "JSON", "one of json, console"),
    ("LOG_FORMAT", "\ufeffjson", "byte order mark"),
    ("SENTRY_DSN", "https://sentry.example.test/x7q", "must be a Sentry DSN"),
    ("SENTRY_DSN", '"https://x7q@sentry.example.test/1"', "without quotes"),
    ("SENTRY_ENVIRONMENT", "production/x7q", "without blanks and slashes"),
    ("SENTRY_ENVIRONMENT", "x7q" * 30, "at most 64 characters"),
    ("SENTRY_RELEASE", "x7q 1", "without blanks and slashes"),
    ("SENTRY_TRACES_SAMPLE_RATE", "10%", "a number from 0 to 1"),
    ("SENTRY_TRACES_SAMPLE_RATE", "0,1", "a number from 0 to 1"),
    ("ACCEPT_DURABILITY", "disk", "one of memory, fsync, replica, managed"),
    ("SENTINEL_FENCING", "off", "one of required, none"),
    ("ONE_CORE", "true", "must be on or off"),
    ("VOUCHERIFY_WEBHOOK_SECRETS", "'x7q0123456789abcdef'", "without quotes"),
    ("VOUCHERIFY_WEBHOOK_SECRETS", "x7q-0123456789abc,'x7q-0123456789abc'", "a secret in quotes"),
    ("VOUCHERIFY_WEBHOOK_SECRETS", "\ufeffx7q-0123456789abc", "byte order mark"),
    ("VOUCHERIFY_WEBHOOK_SECRETS", "x7q-0123456789abc\nx7q-0123456789abc", "one line"),
    ("VOUCHERIFY_WEBHOOK_SECRETS", "x7q", "shorter than 16"),
    ("VOUCHERIFY_WEBHOOK_SECRETS", "", "is required and not set"),
    ("HOST", "x7q.example.test", "an IP address of this machine"),
    ("HOST", "0.0.0.0:8000", "an IP address of this machine"),
    ("HOST", "http://0.0.0.0", "an IP address of this machine"),
    ("HOST", "fe80::1%eth0", "an IP address of this machine"),
    ("PORT", "tcp://10.0.0.9:8000", "a whole number from 1 to 65535"),
    ("PORT", "0", "a whole number from 1 to 65535"),
    ("PORT", "$PORT", "a whole number from 1 to 65535"),
    ("WEB_CONCURRENCY", "auto", "a whole number from 1 to 256"),
    ("DRAIN_SECONDS", "5s", "a whole number from 0 to 300"),
    ("MAX_BODY_BYTES", "1MB", "a whole number from 1024"),
    ("ALLOWED_IPS", "eu-1", "must hold addresses, networks"),
    ("ALLOWED_IPS", "10.0.0.1/8", "must hold addresses, networks"),
    ("ALLOWED_IPS", "*", "must hold addresses, networks"),
    ("TRUSTED_PROXY_HOPS", "-1", "a whole number from 0 to 10"),
    ("WORKER_CONCURRENCY", "1000", "a whole number from 1 to 500"),
    ("HANDLERS", "shop/events.py", "names of Python modules"),
    ("HANDLERS_DRY_RUN", "*", "names of handlers"),
    ("REVOCATION_BRAKE", "1000/h", "a number, a slash and one of"),
    ("REVOCATION_BRAKE", "off", "a number, a slash and one of"),
    ("REVOCATION_BRAKE_CAMPAIGN", "1,000/hour", "a number, a slash and one of"),
    ("MAX_EVENT_AGE_SECONDS", "48h", "must be 0 or a whole number from 129600"),
    ("MAX_EVENT_AGE_SECONDS", "129599", "the automatic retries of Voucherify"),
    ("MAX_EVENT_AGE_SECONDS", "16416001", "which is REMOVAL_MEMORY_SECONDS"),
    ("JOB_LEASE_SECONDS", "9" * 5000, "a whole number from 20"),
    ("RECLAIM_INTERVAL_SECONDS", "\u0667", "a whole number from 1"),
    ("RETRY_SCHEDULE_SECONDS", "10;20", "seconds from 0 to 604800"),
    ("IN_FLIGHT_SECONDS", "19", "a whole number from 20"),
    ("REMOVAL_MEMORY_SECONDS", "0", "a whole number from 15897600"),
    ("REMOVAL_MEMORY_SECONDS", "15897599", "again from Voucherify's audit log"),
    ("FAILED_KEEP_SECONDS", "90 days", "a whole number from 432000"),
    ("FAILED_KEEP_SECONDS", "431999", "must leave a person a day to decide"),
    ("FAILED_KEEP_SECONDS", "16416001", "REMOVAL_MEMORY_SECONDS less the tries"),
    ("RETRY_SCHEDULE_SECONDS", "604800," * 12, "must add up to at most"),
    ("FAILED_KEEP_MOST", "1e5", "a whole number from 1"),
    ("PERKS_BACKEND", "Voucherify", "one of dry-run, voucherify, http"),
    ("PERKS_BACKEND", "'voucherify'", "without quotes"),
    ("VOUCHERIFY_API_URL", "https://api.voucherify.io/v1", "without a path"),
    ("VOUCHERIFY_API_URL", "https://api.voucherify.io?x7q", "without a path"),
    ("VOUCHERIFY_API_URL", "https://\u00e4pi.x7q.example", "must be ASCII"),
    ("VOUCHERIFY_API_URL", "api.voucherify.io", "must be an address such as https://"),
    ("VOUCHERIFY_API_URL", "https://x7q:x7q@api.voucherify.io", "no user and password"),
    ("VOUCHERIFY_APP_ID", '"x7q"', "without quotes"),
    ("VOUCHERIFY_APP_TOKEN", "x7q\u00e9", "printable ASCII"),
    ("VOUCHERIFY_APP_TOKEN", "x7q" * 2000, "at most 4096 characters"),
    ("VOUCHERIFY_PROJECT_ID", "x7q\x00", "one line"),
    ("VOUCHERIFY_RATE_LIMIT", "100", "a number, a slash and one of"),
    ("CLAW_BACK_REFERRER", "yes", "must be on or off"),
    ("ROLL_BACK_REDEMPTION", "1", "must be on or off"),
    ("DISABLE_REFERRER_CODE", "On", "must be on or off"),
    ("MARK_CUSTOMER", "false", "must be on or off"),
    ("PERKS_HTTP_URL", "https://user:x7q@perks.example.test/", "no user and password"),
    ("PERKS_HTTP_URL", "https://perks.example.test/#x7q", "must hold no #"),
    ("PERKS_HTTP_URL", "https://perks.example.test/\u00e9x7q", "must be ASCII"),
    ("PERKS_HTTP_URL", "https://perks.example.test:0/x7q", "must be an address such as https://"),
    ("PERKS_HTTP_SECRET", "whsec_x7q", "whsec_ and the base64"),
    ("CRM_BACKEND", "hub-spot", "one of dry-run, hubspot, http"),
    ("CRM_HTTP_URL", "https:\\\\x7q.example.test", "must be an address such as https://"),
    ("CRM_HTTP_SECRET", "'whsec_x7q'", "without quotes"),
    ("HUBSPOT_ACCESS_TOKEN", "Bearer x7q", "without Bearer"),
    ("HUBSPOT_API_URL", "https://api.hubapi.com/crm/v3", "without a path"),
    ("HUBSPOT_ID_PROPERTY", "Source Id", "a property's internal name"),
    ("CANARY_INTERVAL_SECONDS", "on", "a whole number from 1"),
    ("CANARY_URL", "perks.example.test/webhooks", "must be an address such as https://"),
    ("CANARY_SECRET", "x7q", "a webhook secret of 16"),
    ("CANARY_SECRET", "x7q-0123456789abc,x7q-0123456789abc", "must be one secret"),
    ("RECONCILE_INTERVAL_SECONDS", "30", "a whole number from 60"),
    ("RECONCILE_INTERVAL_SECONDS", "1h", "a whole number from 60"),
    ("RECONCILE_APPLY", "dry-run", "must be on or off"),
    ("RECONCILE_CAMPAIGNS", "camp 1", "ids of campaigns"),
    ("RECONCILE_BUDGET_SHARE", "20%", "a number above 0"),
    ("RECONCILE_GRACE_SECONDS", "15m", "a whole number from 0"),
    ("VOUCHERIFY_MANAGEMENT_ID", "x7q\u00e9", "printable ASCII"),
    ("VOUCHERIFY_MANAGEMENT_TOKEN", "x7q\tx7q", "one line"),
    ("VOUCHERIFY_WEBHOOK_URL", "/webhooks/x7q", "must be an address such as https://"),
    ("FLOWER_BRANDS", "x7q", "brands with commas between"),
    ("FLOWER_BRANDS", "X7Q=perkhook:", "brands with commas between"),
    ("FLOWER_BRANDS", "own=perkhook:,x7q=x7q", "end in its only colon"),
    ("FLOWER_BRANDS", "x7q=perkhook:,x7q=hats:", "name each brand once"),
    ("FLOWER_BRANDS", "own=perkhook:,x7q=perkhook:", "name each installation once"),
    ("FLOWER_BRANDS", "x7q=hats:", "name the installation of STORE_PREFIX, too"),
    ("FLOWER_BASIC_AUTH", "ada", "must be user:password"),
    ("FLOWER_BASIC_AUTH", "ada:", "must be user:password"),
    ("FLOWER_BASIC_AUTH", "ada:x7q\u00e9", "must be ASCII"),
    ("FLOWER_BASIC_AUTH", "'ada:x7q'", "without quotes"),
    ("FLOWER_ADDRESS", "x7q.example.test", "an IP address of this machine"),
    ("FLOWER_MAX_TASKS", "many", "a whole number from 1 to 1000000"),
    ("FLOWER_SHOW_BODIES", "'ada'", "without quotes"),
    ("IGNORED_VARIABLES", "CRM TEAM", "names of variables"),
    ("HEROKU_SLUG_COMMIT", "x7q/1", "without blanks and slashes"),
    ("HEROKU_BUILD_COMMIT", '"x7q"', "without quotes"),
]


@pytest.mark.parametrize(("name", "value", "advice"), WRONG)
def test_a_wrong_value_stops_every_process_that_reads_it(
    name: str, value: str, advice: str
) -> None:
    """Each says the variable's name and what to write instead, the same words in all of them."""
    reported = set()
    for process in PROCESSES[name]:
        found = [each for read in READ[process] for each in _problems(read, {**RIGHT, name: value})]
        reported |= set(found)

    assert len(reported) == 1, reported
    message = reported.pop()
    assert message.startswith(f"{name} ")
    assert advice in message
    assert "x7q" not in message


def test_every_variable_is_in_the_table() -> None:
    """None is forgotten."""
    assert {name for name, _, _ in WRONG} == PROCESSES.keys()
    assert len(WRONG) > 100


@pytest.mark.parametrize("value", ["redis://:x7q@h?db=x", "http://x7q"])
def test_the_command_line_refuses_an_address_too(value: str) -> None:
    """`python -m inbox` reads fewer variables, and by the same declarations."""
    reported = _problems(InboxSettings.from_environ, {"REDIS_URL": value})

    assert len(reported) == 1
    assert reported[0].startswith("REDIS_URL ")
    assert reported == _problems(WorkerSettings.from_environ, {"REDIS_URL": value})


@pytest.mark.parametrize(
    ("name", "value", "of", "meaning"),
    [
        ("HOST", "localhost", "listen.host", "127.0.0.1"),
        ("HOST", "[::]", "listen.host", "::"),
        ("HOST", "::1", "listen.host", "::1"),
        ("PORT", " 5000\n", "listen.port", 5000),
        ("VOUCHERIFY_WEBHOOK_SECRETS", "0123456789abcdef\n", "secrets", (b"0123456789abcdef",)),
        ("VOUCHERIFY_WEBHOOK_SECRETS", "0123456789'abcd'", "secrets", (b"0123456789'abcd'",)),
        ("TRUSTED_PROXY_HOPS", "01", "callers.proxy_hops", 1),
        ("VOUCHERIFY_API_URL", "https://a.test/", "perks.voucherify_url", "https://a.test"),
        ("VOUCHERIFY_API_URL", "HTTPS://a.test", "perks.voucherify_url", "https://a.test"),
        ("VOUCHERIFY_APP_TOKEN", "a-token\r\n", "perks.voucherify_app_token", "a-token"),
        ("PERKS_HTTP_URL", "https://p.test/a?shop=1", "perks.http_url", "https://p.test/a?shop=1"),
        ("REVOCATION_BRAKE", "0007/day", "cap.count", 7),
        ("PERKS_BACKEND", "  ", "perks.backend", "dry-run"),
        ("FLOWER_ADDRESS", "[::1]", "address", "::1"),
        ("FLOWER_BASIC_AUTH", "ada:tea, eve:po:t\n", "logins", ("ada:tea", "eve:po:t")),
    ],
)
def test_an_odd_value_that_people_write_works(
    name: str, value: str, of: str, meaning: object
) -> None:
    """Its meaning is plain, so every process starts and has it."""
    environ = {**RIGHT, name: value}
    made: dict[str, Any] = {
        "web": ReceiverSettings.from_environ(environ),
        "worker": WorkerSettings.from_environ(environ),
        "flower": DashboardSettings.from_environ(environ),
    }

    assert attrgetter(of)(made[PROCESSES[name][0]]) == meaning
