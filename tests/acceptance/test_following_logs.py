"""What an operator finds by a delivery's id in the logs of all processes."""

from typing import Any

from tests import samples
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import Product
from tests.processes import wait_until


def lines_of(product: Product, delivery: str) -> list[dict[str, Any]]:
    """Find the lines of a delivery, by time."""
    return sorted(
        (line for line in product.lines() if line.get("delivery") == delivery),
        key=lambda line: line["timestamp"],
    )


def of_event(lines: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    """Find the lines of an event."""
    return [line for line in lines if line["event"] == event]


def test_an_event_can_be_followed_by_its_lines_from_the_receiver_to_both_handlers(
    make_product: MakeProduct,
) -> None:
    """One line for each step, found by the delivery's id; none says who the customer is."""
    product = make_product()
    referee = product.scenario()["referees"][0]
    product.unassign(referee["holder"])
    product.wait_until_settled()
    # A step is reported after it is in the store.
    wait_until(lambda: len(of_event(product.lines(), "job.done")) == 3, "each job is logged")
    wait_until(lambda: bool(of_event(product.lines(), "webhook.accepted")), "and the webhook")
    logs = product.logs()
    (delivery,) = {line["delivery"] for line in of_event(product.lines(), "webhook.accepted")}

    lines = lines_of(product, delivery)

    # A stand-in that has waited for a second sends it again, and the receiver reports both.
    accepted, done = of_event(lines, "webhook.accepted"), of_event(lines, "job.done")
    assert len(lines) == len(accepted) + len(done)
    assert {line["process"] for line in accepted} == {"receiver"}
    assert {line["process"] for line in done} == {"worker"}
    assert [line["duplicate"] for line in accepted].count(False) <= 1
    (process,) = [line for line in done if line["job"].endswith(":process")]
    handlers = [line for line in done if line is not process]
    assert process["job"] == f"{delivery}:process"
    assert process["event_type"] == "customer.holder.assignment.deleted"
    assert process["holder"] == referee["holder"]
    assert process["event_id"].startswith("ev")
    assert process["campaign"].startswith("camp_")
    assert sorted((line["event"], line["job"]) for line in handlers) == [
        ("job.done", f"{delivery}:notify_crm"),
        ("job.done", f"{delivery}:revoke_referral_perks"),
    ]
    for line in done:
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
    wait_until(lambda: bool(of_event(product.lines(), "job.failed")), "the failure is logged")

    lines = lines_of(product, delivery)

    of_crm = [line["event"] for line in lines if line.get("job") == f"{delivery}:notify_crm"]
    assert of_crm == ["job.waiting", "job.failed"]
    (process,) = [line for line in lines if line.get("job") == f"{delivery}:process"]
    assert process["campaign"] == samples.CAMPAIGN
    assert {"holder", "event_id"} & process.keys() == set()
    for word in samples.PERSONAL:
        assert word not in product.logs()
