"""Nothing failed is dropped in silence: the metric warns; then log, audit and a count report."""

import json

from prometheus_client.parser import text_string_to_metric_families

from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import Product
from tests.engine import KEYS
from tests.integration.inbox.keeping import known_long_enough
from tests.processes import wait_until
from tests.stores import client_of


def test_the_metric_warns_before_a_failed_job_is_dropped(make_product: MakeProduct) -> None:
    """
    Four of five failed jobs: a warning. Six: over the limit, and nothing goes for an hour.

    After the hour that a new limit must have shown, exactly the oldest is dropped.
    """
    product = make_product("web", "worker", FAILED_KEEP_MOST="5", PERKS_BACKEND="dry-run")
    first, *_ = [_poison(product, number) for number in range(4)]
    wait_until(lambda: _kept(product).get("perkhook_kept_fill_ratio") == 0.8, "four have failed")
    assert _events(product, "kept.nearly_full") == []

    _poison(product, 4)
    _poison(product, 5)

    wait_until(lambda: _kept(product).get("perkhook_kept_fill_ratio") == 1.2, "six have failed")
    wait_until(lambda: bool(_events(product, "kept.nearly_full")), "the worker has warned")
    assert _kept(product) == {
        "perkhook_kept": 6,
        "perkhook_kept_limit": 5,
        "perkhook_kept_fill_ratio": 1.2,
        "perkhook_kept_dropped_total": 0,
    }
    assert _events(product, "job.dropped") == []

    with client_of(product.redis_url) as store:
        known_long_enough(store)
        wait_until(lambda: bool(_events(product, "job.dropped")), "one is dropped")
        (entry,) = [fields for _, fields in store.xrange(KEYS.audit)]

    (line,) = _events(product, "job.dropped")
    assert (line["level"], line["job"], line["reason"]) == ("error", f"{first}:process", "not_json")
    assert (entry[b"who"], entry[b"action"], entry[b"what"]) == (
        b"perkhook", b"drop", f"{first}:process".encode(),
    )  # fmt: skip
    assert _kept(product)["perkhook_kept"] == 5
    assert _kept(product)["perkhook_kept_dropped_total"] == 1
    assert product.inbox("show", first)["ended"]["process"].startswith("dropped: ")


def _poison(product: Product, number: int) -> str:
    answer = product.send(b"this is not JSON %d" % number)
    assert answer.status_code == 202
    delivery: str = answer.json()["delivery"]
    # One after the other, so that the first is the one that failed longest ago.
    wait_until(lambda: _kept(product).get("perkhook_kept", 0) == number + 1, "it has failed")
    return delivery


def _kept(product: Product) -> dict[str, float]:
    text = product.http.get(f"{product.receiver_url}/metrics").text
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.labels.get("set") == "failed"
    }


def _events(product: Product, name: str) -> list[dict[str, str]]:
    lines = product.process("worker").output().splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return [event for event in events if event.get("event") == name]
