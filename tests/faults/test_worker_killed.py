"""Promise 1: a worker that is killed loses nothing, and promise 2: nothing runs twice."""

import pytest

from tests.acceptance.conftest import MakeProduct
from tests.processes import wait_until


@pytest.mark.timeout(240)
def test_a_worker_killed_in_the_middle_of_200_events_loses_and_doubles_nothing(
    make_product: MakeProduct,
) -> None:
    """After kill -9, a new worker and the lease, each event had one revocation and one note."""
    product = make_product()
    # Slow enough that the kill meets jobs in every stage.
    product.faults(voucherify={"delay_seconds": 0.02}, crm={"delay_seconds": 0.05})
    referees = product.scenario(referees=200)["referees"]
    product.unassign(*(referee["holder"] for referee in referees))
    wait_until(lambda: len(product.state("notes")) >= 40, "forty notes are there")

    product.process("worker").kill()
    in_the_middle = product.inbox("stats")
    product.start("worker")

    wait_until(lambda: len(product.state("notes")) >= 200, "every note is there", seconds=90)
    product.wait_until_settled()
    assert in_the_middle["running"] > 0
    assert product.inbox("failed") == []
    cards = product.state("cards")
    removals = [
        [each for each in cards[referee["card"]["id"]]["transactions"] if "REMOVAL" in each["type"]]
        for referee in referees
    ]
    assert [len(each) for each in removals] == [1] * 200
    assert sorted(note["customer"] for note in product.state("notes")) == sorted(
        referee["customer"] for referee in referees
    )
