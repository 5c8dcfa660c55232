"""The canary goes through all that a webhook goes through, and its age says if it did not."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from inbox.admin.fleet import Fleet
from inbox.store.client import StoreClient
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import SECRET, Product
from tests.processes import wait_until


def age(product: Product) -> float | None:
    """Read the age from a receiver's metrics."""
    text = product.http.get(f"{product.receiver_url}/metrics").text
    for family in text_string_to_metric_families(text):
        if family.name == "perkhook_canary_age_seconds":
            return float(family.samples[0].value)
    return None


def logged(product: Product, event: str) -> list[dict[str, Any]]:
    """Find the lines of an event in the logs."""
    return [line for line in product.lines() if line["event"] == event]


def test_the_age_of_the_canary_falls_while_all_works_and_grows_when_something_does_not(
    make_product: MakeProduct, store: StoreClient
) -> None:
    """With a worker it is young; without one, and without a receiver, it grows old."""
    product = make_product("web", CANARY_INTERVAL_SECONDS="1", CANARY_SECRET=SECRET)
    product.settings["CANARY_URL"] = f"{product.receiver_url}/webhooks/voucherify"
    assert age(product) is None
    product.start("worker")
    wait_until(lambda: store.hexists("perkhook:canary", "handled"), "a canary has come through")
    first = store.hget("perkhook:canary", "handled")
    wait_until(lambda: store.hget("perkhook:canary", "handled") != first, "and the next")
    wait_until(lambda: (age(product) or 99) < 2, "it is young")

    # What it came through, and what it did not.
    wait_until(lambda: len(logged(product, "webhook.accepted")) >= 2, "each is a webhook")
    wait_until(lambda: len(logged(product, "job.done")) >= 4, "and is handled")
    jobs = {line["job"].partition(":")[2] for line in logged(product, "job.done")}
    assert jobs == {"process", "note_canary"}
    deliveries = {line["delivery"] for line in logged(product, "webhook.accepted")}
    assert len(deliveries) >= 2, "each is a webhook of its own"

    product.process("worker").stop()
    wait_until(lambda: (age(product) or 0) > 2.5, "no handler has it")
    product.start("worker")
    wait_until(lambda: (age(product) or 99) < 1.5, "it is handled again")

    product.process("web").stop()
    wait_until(lambda: (Fleet(store).read().canary_age_seconds or 0) > 2.5, "no receiver has it")
    wait_until(lambda: bool(logged(product, "canary.not_sent")), "the worker says so")
    assert SECRET not in product.logs()
