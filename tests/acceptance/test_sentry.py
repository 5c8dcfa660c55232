"""What Sentry receives from real processes, and that it can block none of them."""

import socket
from collections.abc import Callable, Iterator
from itertools import pairwise
from time import monotonic
from typing import Any

import pytest

from inbox.store.client import StoreClient
from tests import samples
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import SECRETS, Product, sign
from tests.acceptance.sentry import Sentry
from tests.engine import KEYS
from tests.processes import ROOT, wait_until


RELEASE = "1f2e3d4c"


@pytest.fixture
def make_sentry() -> Iterator[Callable[..., Sentry]]:
    """Start servers that stand for Sentry."""
    made: list[Sentry] = []

    def make(**options: Any) -> Sentry:
        made.append(Sentry(**options))
        return made[-1]

    yield make
    for sentry in made:
        sentry.close()


def watched(make_product: MakeProduct, sentry: Sentry, *names: str, **settings: str) -> Product:
    """Start the product with Sentry."""
    return make_product(
        *names,
        SENTRY_DSN=sentry.dsn,
        SENTRY_ENVIRONMENT="tests",
        HEROKU_SLUG_COMMIT=RELEASE,
        **{"SENTRY_TRACES_SAMPLE_RATE": "1", **settings},
    )


def test_one_trace_leads_from_the_webhook_to_both_handlers_and_nothing_personal_leaves(
    make_product: MakeProduct, make_sentry: Callable[..., Sentry], store: StoreClient
) -> None:
    """Traces, errors and check-ins are there; no name, address, id, body or secret is."""
    sentry = make_sentry()
    product = watched(make_product, sentry)
    bodies = [samples.body(samples.assignment_deleted(n)) for n in (1, 2, 3)]
    # Foreign values where the product keeps its own: errors that no one expects.
    for n in (2, 3):
        store.set(f"perkhook:customer:cust_adaQuill{n:06d}", samples.PERSONAL[0])
    delivery = product.send(bodies[0]).json()["delivery"]
    wait_until(lambda: len(sentry.items("transaction")) >= 4, "the whole way is traced")
    for body in bodies[1:]:
        product.send(body)
    headers = {
        "X-Voucherify-Signature": sign(bodies[1]),
        "sentry-trace": f"{'ab' * 16}-{'cd' * 8}-1",
    }
    url = f"{product.receiver_url}/webhooks/voucherify"
    assert product.http.post(url, content=bodies[0], headers=headers).status_code == 401
    wait_until(lambda: len(sentry.items("event")) >= 2, "both errors are reported")
    store.hset(KEYS.counts, "accepted", samples.PERSONAL[1])
    assert product.http.get(f"{product.receiver_url}/metrics").status_code == 500
    # A process that stops has two seconds for what it has not reported yet.
    wait_until(lambda: len(sentry.items("event")) >= 3, "the third error is reported")
    wait_until(lambda: len(_traces(sentry)) >= 4, "all webhooks are traced")
    product.process("web").stop()
    product.process("worker").stop()

    way = [each for each in sentry.items("transaction") if _tag(each, "delivery") == delivery]
    (first,) = [
        each
        for each in sentry.items("transaction")
        if each["transaction"] == "POST /webhooks/voucherify"
        and _trace(each)["trace_id"] == _trace(way[0])["trace_id"]
    ]
    names = {each["transaction"] for each in way}
    assert names == {"process", "revoke_referral_perks", "notify_crm"}
    for each in way:
        assert _trace(each)["trace_id"] == _trace(first)["trace_id"]
        assert _trace(each)["parent_span_id"] == _trace(first)["span_id"]
        assert _tag(each, "process") == "worker"
    traces = _traces(sentry)
    assert len(traces) == 4, "one for each webhook, and none that a caller claims"
    assert "ab" * 16 not in traces

    of_worker = [each for each in sentry.items("event") if _tag(each, "process") == "worker"]
    (of_receiver,) = [each for each in sentry.items("event") if each not in of_worker]
    assert {tuple(each["fingerprint"]) for each in of_worker} == {
        (
            "worker",
            "process",
            "redis.exceptions.ResponseError",
            (
                "worker/run/flow.py in _work > worker/run/flow.py in _fan_out > "
                "inbox/jobs.py in fan_out"
            ),
        )
    }
    assert of_receiver["fingerprint"][:3] == ["receiver", "", "ValueError"]
    for each in (*of_worker, of_receiver, *way):
        assert (each["release"], each["environment"]) == (RELEASE, "tests")

    all_sent = b"\n".join(sentry.raw).decode()
    for secret in (*samples.PERSONAL, *SECRETS, *map(sign, bodies), "cust_", "whs_"):
        assert secret not in all_sent, f"{secret!r} is sent to Sentry"
    for machine in (socket.gethostname(), str(ROOT)):
        assert machine not in all_sent


@pytest.mark.long
def test_what_is_expected_is_never_reported_and_a_fleet_checks_in_once_a_minute(
    make_product: MakeProduct, make_sentry: Callable[..., Sentry], store: StoreClient
) -> None:
    """Retries, failures, poison, a store that takes nothing: no event; of two workers one beat."""
    sentry, began = make_sentry(), monotonic()
    product = watched(
        make_product,
        sentry,
        *("sandbox", "web", "worker", "worker"),
        SENTRY_TRACES_SAMPLE_RATE="0",
        RETRY_SCHEDULE_SECONDS="1",
    )
    product.faults(crm={"status": 400})
    assert product.send(b"poison").status_code == 202
    product.send(samples.body(samples.assignment_deleted(1)))
    wait_until(lambda: len(product.inbox("failed")) >= 2, "jobs have failed as expected")
    product.faults(crm={"delay_seconds": 6.0})
    # Each worker gives six threads to it at most: with ten, both have several.
    for n in range(2, 42):
        product.send(samples.body(samples.assignment_deleted(n)))
    wait_until(lambda: _with_the_crm(store) >= 10, "both workers have jobs with the CRM")
    store.replicaof("127.0.0.1", "1")
    reported = '"store.unavailable"'
    workers = [each for each in product.processes if each.name == "worker"]
    wait_until(lambda: all(reported in each.output() for each in workers), "the outage is met")
    assert product.send(b"one more").status_code == 503
    store.replicaof("NO", "ONE")
    for process in (product.process("web"), *workers):
        process.stop()

    assert [each.output().count(reported) for each in workers] == [1, 1], "one warning of each"
    assert "raised unexpected" not in product.logs()
    assert sentry.items("event") == []
    assert sentry.items("transaction") == []
    beat, *others = sentry.items("check_in")
    assert len(others) <= (monotonic() - began) // 60
    assert (beat["monitor_slug"], beat["status"]) == ("perkhook-reclaim", "ok")
    schedule = beat["monitor_config"]["schedule"]
    assert schedule == {"type": "interval", "value": 1, "unit": "minute"}


def test_what_waits_when_a_process_ends_is_still_sent(
    make_product: MakeProduct, make_sentry: Callable[..., Sentry]
) -> None:
    """A stopping receiver reports all its webhooks to a slow Sentry, for up to 2 s."""
    sentry = make_sentry(seconds=0.2)
    product = watched(make_product, sentry, "web")
    for n in range(5):
        product.send(samples.body(samples.assignment_deleted(n)))
    asked = monotonic()
    assert product.process("web").stop() == 0
    took = monotonic() - asked

    reported = len(sentry.items("transaction"))
    assert reported == 5 or (reported > 1 and took > 2)


def test_a_sentry_that_never_answers_holds_up_nothing(
    make_product: MakeProduct, make_sentry: Callable[..., Sentry]
) -> None:
    """Sixty traced webhooks are answered and handled at once, and processes end in time."""
    sentry = make_sentry(answers=False)
    product = watched(make_product, sentry)
    began = [monotonic()]
    for n in range(60):
        assert product.send(samples.body(samples.assignment_deleted(n))).status_code == 202
        began.append(monotonic())
    # One or two may have met a machine that stood still.
    assert sorted(later - before for before, later in pairwise(began))[-3] < 2
    done = '"event": "job.done"'
    worker = product.process("worker")
    wait_until(lambda: worker.output().count(done) >= 60, "each is processed")
    assert sentry.raw, "it was called"

    for name in ("web", "worker"):
        asked = monotonic()
        assert product.process(name).stop() == 0
        # Two seconds are Sentry's; Heroku would kill it after thirty.
        assert monotonic() - asked < 20, name


def _with_the_crm(store: StoreClient) -> int:
    return sum(b"notify_crm" in each for each in store.zrange(KEYS.running, 0, -1))


def _trace(event: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = event["contexts"]["trace"]
    return found


def _traces(sentry: Sentry) -> set[str]:
    return {_trace(each)["trace_id"] for each in sentry.items("transaction")}


def _tag(event: dict[str, Any], name: str) -> Any:
    return event.get("tags", {}).get(name)
