"""Each process does all of its work as its own user of the store, and none of another's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import NoPermissionError, ResponseError

from inbox.intake import Intake
from sandbox.settings import DEMO
from tests.acceptance.users import GuardedProduct, GuardedStore, guarded_store
from tests.engine import KEYS
from tests.processes import wait_until
from tests.samples import assignment_deleted, body, customer_deleted


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedStore]:
    """One store for this file."""
    with guarded_store(tmp_path_factory.mktemp("store")) as store:
        yield store


@pytest.fixture
def product(store: GuardedStore, tmp_path: Path) -> Iterator[GuardedProduct]:
    """The product on that store, with the default of MAX_EVENT_AGE_SECONDS."""
    store.client("admin").execute_command("ACL", "LOG", "RESET")
    product = GuardedProduct(tmp_path, store, {"MAX_EVENT_AGE_SECONDS": ""})
    yield product
    product.close()


@pytest.fixture
def delivery(store: GuardedStore) -> str:
    """A body that waits in the store."""
    return Intake(store.client("perkhook-receiver")).accept(body(assignment_deleted())).delivery


def test_every_process_does_its_work_as_its_own_user(
    product: GuardedProduct, store: GuardedStore
) -> None:
    """A removal, stale events that are retried, an erasing: nothing is refused to anybody."""
    product.settings |= {
        "VOUCHERIFY_MANAGEMENT_ID": DEMO["SANDBOX_MANAGEMENT_ID"],
        "VOUCHERIFY_MANAGEMENT_TOKEN": DEMO["SANDBOX_MANAGEMENT_TOKEN"],
        "VOUCHERIFY_PROJECT_ID": "proj_perkhookSandbox",
        "RECONCILE_INTERVAL_SECONDS": "60",
        "RECONCILE_GRACE_SECONDS": "0",
    }
    product.start("sandbox", "web", "worker", "flower")
    (referee,) = product.scenario(referees=1)["referees"]
    product.unassign(referee["holder"])
    wait_until(lambda: len(product.state("notes")) == 1, "the CRM has the note")
    stale, mine, erased = (
        product.send(body(each | {"project_id": "proj_perkhookSandbox"})).json()["delivery"]
        for each in (assignment_deleted(3), assignment_deleted(5), customer_deleted(4))
    )
    wait_until(lambda: len(product.inbox("failed")) == 3, "the stale events are set aside")

    for command in (
        "stats", "groups", "held", "history", f"plan {mine}:process",
        "erase --customer x --why asked", f"retry {mine}:process --why ours",
    ):  # fmt: skip
        assert product.inbox(*command.split()) is not None
    for path in ("/workers", "/broker", "/tasks", "/failed", "/failed/history"):
        assert product.http.get(product.flower_url + path).status_code == 200, path
    job = f"{stale}:process"
    _ask_flower(product, "plan", {"job": job})
    wait_until(lambda: _plan(product, job) is not None, "a worker has made the plan")
    _ask_flower(product, "decide", {"action": "retry", "filter": {}, "why": "we sent it again"})
    for each in (stale, mine, erased):
        wait_until(lambda each=each: _processed(product, each), "the retry is believed")  # type: ignore[misc]
    wait_until(lambda: product.inbox("show", erased)["completed"], "the customer is erased")
    product.inbox("replay", stale)

    def reported() -> str:
        return product.http.get(f"{product.receiver_url}/metrics").text

    wait_until(lambda: "perkhook_inbox_up 1.0" in reported(), "the store is there")
    wait_until(
        lambda: "perkhook_voucherify_webhook_active 1.0" in reported(), "the webhook is known"
    )
    assert [product.process(name).stop(40) for name in ("web", "worker", "flower")] == [0, 0, 0]
    assert store.refusals() == []


def _ask_flower(product: GuardedProduct, path: str, document: dict[str, Any]) -> None:
    answer = product.http.post(
        f"{product.flower_url}/failed/api/{path}",
        json=document,
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 202, answer.text


def _processed(product: GuardedProduct, delivery: str) -> bool:
    return "process" in product.inbox("show", delivery)["ended"]


def _plan(product: GuardedProduct, job: str) -> Any:
    return product.http.get(f"{product.flower_url}/failed/api/plan/{job}").json()["plan"]


BODY = "perkhook:delivery:{delivery}"
READS = (
    "GET", "GETEX", "GETDEL", "DUMP", "COPY x", "STRLEN", "GETRANGE 0 9", "SORT", "HGETALL",
)  # fmt: skip
DANGERS = [
    ("FLUSHALL",), ("FLUSHDB",), ("CONFIG", "SET", "dir", "/tmp"), ("CONFIG", "GET", "requirepass"),
    ("KEYS", "*"), ("SCAN", "0"), ("SHUTDOWN",), ("ACL", "LIST"),
    ("REPLICAOF", "evil.example.test", "6379"), ("MONITOR",), ("MODULE", "LIST"), ("SAVE",),
    ("BGREWRITEAOF",), ("CLIENT", "LIST"), ("CLIENT", "KILL", "ID", "1"), ("FUNCTION", "LIST"),
    ("MIGRATE", "evil.example.test", "6379", "x", "0", "1"), ("SCRIPT", "FLUSH"),
    ("SLOWLOG", "GET"),
    ("SET", "not-ours", "x"), ("RENAME", BODY, "x"),
]  # fmt: skip


@pytest.mark.parametrize(
    "user", ["perkhook-receiver", "perkhook-worker", "perkhook-flower", "perkhook-operator"]
)
def test_no_one_may_more_than_the_work(store: GuardedStore, user: str, delivery: str) -> None:
    """No user of ours can empty, copy, configure or search the store, or read its users."""
    client = store.client(user)

    for words in DANGERS:
        with pytest.raises(NoPermissionError):
            client.execute_command(*(word.format(delivery=delivery) for word in words))


@pytest.mark.parametrize(
    "script",
    [
        f"return redis.call('{word}', KEYS[1])"
        for word in ("GET", "HGETALL", "DUMP", "STRLEN", "GETDEL")
    ]
    + [
        "return redis.call('SET', KEYS[1], 'x', 'GET')",
        "return redis.call('LRANGE', 'perkhook:celery:deliveries', 0, -1)",
        "return redis.call('LPUSH', 'perkhook:celery:perks', 'x')",
        "return redis.call('ZADD', 'perkhook:failed', 1, 'x')",
        "return redis.call('HSET', KEYS[1], 'a', 'b')",
    ],
)
def test_a_receiver_cannot_read_bodies_back(
    store: GuardedStore, script: str, delivery: str
) -> None:
    """An attacker in a receiver reads no body that waits, not by a script of their own either."""
    client = store.client("perkhook-receiver")
    key = BODY.format(delivery=delivery)

    with pytest.raises(ResponseError, match="ACL failure in script"):
        client.eval(f"#!lua\n{script}", 1, key)
    for command, *words in map(str.split, READS):
        with pytest.raises(NoPermissionError):
            client.execute_command(command, key, *words)
    with pytest.raises(NoPermissionError):
        client.set(key, "x", get=True)


def test_flower_and_operators_make_no_effects(store: GuardedStore) -> None:
    """Neither forges the ledger, the rate cap, or what is known of a downstream."""
    for user in ("perkhook-flower", "perkhook-operator"):
        for key in ("effect:x", "card:x", "identity:x", "gate:perks", "brake", "budget:perks"):
            with pytest.raises(NoPermissionError):
                store.client(user).delete(f"perkhook:{key}")


@pytest.mark.parametrize("right", ["set", "zadd", "evalsha"])
def test_a_right_that_the_receiver_lacks_is_reported(
    store: GuardedStore, product: GuardedProduct, right: str
) -> None:
    """/readyz and the webhook name the command and the user; nothing is taken for accepted."""
    with store.without("perkhook-receiver", right):
        product.launch_web()
        reported = product.refused_readiness()
        answer = product.send(body(assignment_deleted(50)))

    assert reported["code"] == "inbox_auth"
    assert f"user perkhook-receiver may not run {right}" in reported["message"]
    assert "sesame" not in json.dumps(reported) + product.logs()
    assert answer.status_code == 503
    # Once the right is there, the same webhook is no duplicate of something half-done.
    wait_until(product.answers, "it is ready")
    assert product.send(body(assignment_deleted(50))).json()["duplicate"] is False
    store.client("admin").flushall()


def test_a_queue_that_may_not_be_written_is_no_half_accept(
    store: GuardedStore, product: GuardedProduct
) -> None:
    """What /readyz cannot ask, LPUSH, is reported by the first webhook, which leaves nothing."""
    with store.without("perkhook-receiver", "lpush"):
        product.launch_web()
        wait_until(product.answers, "it is ready")
        reported = product.send(b"{}").json()["error"]
        assert store.client("admin").keys("perkhook:delivery:*") == []

    assert "user perkhook-receiver may not run lpush" in reported["message"]


@pytest.mark.parametrize("right", ["blmpop", "hset"])
def test_a_right_that_a_worker_lacks_is_reported(
    store: GuardedStore, product: GuardedProduct, right: str
) -> None:
    """A worker says which right it lacks, and continues once it is there."""
    with store.without("perkhook-worker", right):
        product.settings["PERKS_BACKEND"] = product.settings["CRM_BACKEND"] = "dry-run"
        worker = product.launch_worker()
        if right == "hset":
            Intake(store.client("perkhook-receiver")).accept(body(assignment_deleted(60)))
        worker.wait_for(f"user perkhook-worker may not run {right}")

    worker.wait_for("ready.")
    Intake(store.client("perkhook-receiver")).accept(body(assignment_deleted(61)))
    wait_until(lambda: store.client("admin").zcard(KEYS.failed) > 0, "it works")
    assert "sesame" not in worker.output()
    store.client("admin").flushall()


def test_what_each_durability_needs(store: GuardedStore, product: GuardedProduct) -> None:
    """`replica` needs nothing more; `fsync` needs CONFIG GET, says so, and works with it."""
    product.settings["ACCEPT_DURABILITY"] = "replica"
    product.launch_web()
    assert "replica" in product.refused_readiness()["message"]
    product.process("web").stop()
    product.settings["ACCEPT_DURABILITY"] = "fsync"
    product.launch_web()
    assert "CONFIG GET" in product.refused_readiness()["message"]

    store.client("admin").execute_command("ACL", "SETUSER", "perkhook-receiver", "+config|get")

    wait_until(product.answers, "it is ready")
    # A disk that is slow just then is no right that is missing.
    wait_until(lambda: product.send(b"{}").status_code == 202, "it is acknowledged")
    store.client("admin").execute_command("ACL", "SETUSER", "perkhook-receiver", "-config|get")
    store.client("admin").flushall()
