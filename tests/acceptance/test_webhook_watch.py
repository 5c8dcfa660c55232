"""A webhook that Voucherify has switched off shows in the metrics of any receiver."""

import json
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from inbox.store.client import StoreClient
from sandbox.settings import DEMO
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import Product
from tests.processes import wait_until


PREFIX = "perkhook_voucherify_webhook_"


def reported(product: Product) -> dict[str, float]:
    """Read what a receiver reports of the webhook."""
    text = product.http.get(f"{product.receiver_url}/metrics").text
    return {
        sample.name.removeprefix(PREFIX): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith(PREFIX)
    }


def steer(product: Product, **webhook: Any) -> None:
    """Change the stand-in's webhook."""
    answer = product.http.put(f"{product.sandbox_url}/sandbox/webhook", json=webhook)
    answer.raise_for_status()


def test_a_webhook_that_was_switched_off_is_reported(
    make_product: MakeProduct, store: StoreClient
) -> None:
    """Nothing is reported while no one checks; then it is seen to be on, and then to be off."""
    product = make_product("sandbox", "web")
    assert reported(product) == {}
    product.settings |= {
        "VOUCHERIFY_MANAGEMENT_ID": DEMO["SANDBOX_MANAGEMENT_ID"],
        "VOUCHERIFY_MANAGEMENT_TOKEN": DEMO["SANDBOX_MANAGEMENT_TOKEN"],
        "VOUCHERIFY_PROJECT_ID": "proj_perkhookSandbox",
        "VOUCHERIFY_WEBHOOK_URL": f"{product.receiver_url}/webhooks/voucherify",
    }
    product.start("worker")
    wait_until(lambda: reported(product).get("active") == 1, "it is seen to be on")
    assert reported(product)["event_listed"] == 1
    assert reported(product)["look_age_seconds"] < 20
    product.process("worker").stop()

    steer(product, active=False, events=["voucher.created"])
    # The interval is over.
    store.delete("perkhook:webhook:turn")
    product.start("worker")
    wait_until(lambda: reported(product)["active"] == 0, "it is seen to be off")
    assert reported(product)["event_listed"] == 0
    worker = product.process("worker")
    wait_until(lambda: "webhook_watch.event_not_listed" in worker.output(), "both are logged")
    # Which is reported before.
    assert '"webhook_watch.switched_off"' in worker.output()
    worker.stop()
    assert DEMO["SANDBOX_MANAGEMENT_TOKEN"] not in product.logs()

    answer = product.http.get(f"{product.sandbox_url}/sandbox/violations")
    assert json.loads(answer.text) == []
