"""Promise 4: nothing personal leaves."""

import json
import subprocess

from inbox.store.client import StoreClient
from tests import samples
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import SECRETS, Product, sign
from tests.processes import wait_until


def test_no_log_message_or_metric_holds_a_name_an_address_a_body_or_a_secret(
    make_product: MakeProduct, store: StoreClient
) -> None:
    """Handled, poisoned, refused and failing webhooks leave no trace of what is personal."""
    product = make_product("sandbox", "web", "worker", "flower", RETRY_SCHEDULE_SECONDS="1")
    product.faults(crm={"status": 422})
    bodies = [
        samples.body(samples.assignment_deleted(1)),
        samples.body(samples.assignment_deleted(2, role=samples.PERSONAL[0])),
        samples.body(samples.assignment_deleted(3, event_created_at=samples.PERSONAL[1])),
        samples.body(samples.assignment_deleted(4))[:-40],
        samples.body({**samples.assignment_deleted(5), "event": samples.PERSONAL[1]}),
        b'{"' + samples.PERSONAL[1].encode() + b'":1,"' + samples.PERSONAL[1].encode() + b'":1}',
        samples.PERSONAL[0].encode() + b"\xff",
    ]
    answers = [product.send(body) for body in bodies]
    assert [answer.status_code for answer in answers] == [202] * len(bodies)
    product.http.post(
        f"{product.receiver_url}/webhooks/voucherify",
        content=bodies[0],
        headers={"X-Voucherify-Signature": sign(bodies[1])},
    )
    product.wait_until_settled()
    assert len(product.inbox("failed")) >= 5

    seen = {
        "logs": product.logs(),
        "failed jobs": json.dumps(product.inbox("failed")),
        "metrics": product.http.get(f"{product.receiver_url}/metrics").text,
        "Flower": _flower(product, answers[0].json()["delivery"]),
        "keys": b" ".join(store.scan_iter()).decode(),
        "process list": subprocess.run(
            ["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True
        ).stdout,
    }
    assert "webhook.accepted" in seen["logs"]
    assert "job.failed" in seen["logs"]
    signatures = [sign(body) for body in bodies]
    for place, text in seen.items():
        for secret in (*samples.PERSONAL, *SECRETS, *signatures, '{"id":"whs_'):
            assert secret not in text, f"{secret!r} is in {place}"


def _flower(product: Product, delivery: str) -> str:
    """The pages that Flower shows of a delivery's tasks."""
    pages = [
        f"{product.flower_url}/task/{delivery}:{name}:1"
        for name in ("process", "revoke_referral_perks", "notify_crm")
    ]
    wait_until(
        lambda: all(product.http.get(page).is_success for page in pages), "Flower knows the tasks"
    )
    # Our own pages beside Flower's, of which the last shows this delivery's failed job.
    ours = ("/failed", "/failed/api/jobs", f"/failed/job/{delivery}:notify_crm")
    pages += [f"{product.flower_url}{path}" for path in ours]
    shown = [product.http.get(page).raise_for_status().text for page in pages]
    assert "crm_service_answered_422" in shown[-1]
    return "".join(shown)
