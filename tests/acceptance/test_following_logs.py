"""What an operator finds by a delivery's id in the logs of all processes."""

import json
from typing import Any

from tests import samples
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import Product


def lines_of(product: Product, delivery: str) -> list[dict[str, Any]]:
    """Find the lines of a delivery, by time."""
    lines = [json.loads(line) for line in product.logs().splitlines() if line.startswith("{")]
    return sorted(
        (line for line in lines if line.get("delivery") == delivery),
        key=lambda line: line["timestamp"],
    )


def test_an_event_can_be_followed_by_its_lines_from_the_receiver_to_both_handlers(
    make_product: MakeProduct,
) -> None:
    """One line for each step, found by the delivery's id; none says who the customer is."""
    product = make_product()
    referee = product.scenario()["referees"][0]
    product.unassign(referee["holder"])
    product.wait_until_settled()
    logs = product.logs()
    accepted = [line for line in logs.splitlines() if '"webhook.accepted"' in line]
    (delivery,) = {json.loads(line)["delivery"] for line in accepted}

    lines = lines_of(product, delivery)

    first, process, *handlers = lines
    assert (first["event"], first["process"]) == ("webhook.accepted", "receiver")
    assert (process["event"], process["process"]) == ("job.done", "worker")
    assert process["job"] == f"{delivery}:process"
    assert process["event_type"] == "customer.holder.assignment.deleted"
    assert process["holder"] == referee["holder"]
    assert process["event_id"].startswith("ev")
    assert process["campaign"].startswith("camp_")
    assert sorted((line["event"], line["job"]) for line in handlers) == [
        ("job.done", f"{delivery}:notify_crm"),
        ("job.done", f"{delivery}:revoke_referral_perks"),
    ]
    for line in lines[1:]:
        assert {"task", "tries", "outcome", "seconds"} <= line.keys()
    assert referee["customer"] not in logs


def test_lines_of_a_failing_event_are_found_the_same_way_and_hold_nothing_of_its_body(
    make_product: MakeProduct,
) -> None:
    """A retry and a failure are lines of the delivery; what stands for an id is not believed."""
    product = make_product(RETRY_SCHEDULE_SECONDS="1")
    product.faults(crm={"status": 409})
    odd = samples.assignment_deleted(1, holder_id=samples.PERSONAL[0], event_id=samples.PERSONAL[1])
    delivery = product.send(samples.body(odd)).json()["delivery"]
    product.wait_until_settled()

    lines = lines_of(product, delivery)

    of_crm = [line["event"] for line in lines if line.get("job") == f"{delivery}:notify_crm"]
    assert of_crm == ["job.waiting", "job.failed"]
    (process,) = [line for line in lines if line.get("job") == f"{delivery}:process"]
    assert process["campaign"] == samples.CAMPAIGN
    assert {"holder", "event_id"} & process.keys() == set()
    for word in samples.PERSONAL:
        assert word not in product.logs()
