"""Promise 3 when a downstream does not answer at all: it fails late, and holds up no one."""

import json
from datetime import datetime

import pytest

from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import Product
from tests.engine import KEYS
from tests.processes import wait_until
from tests.stores import client_of


#: A call that hangs is given up after ten seconds, so one that waits behind it waits for longer.
SMALL_DELAY_SECONDS = 9.5

#: A few threads come to the same end as fifty do, with fewer events.
THREADS = "10"
EVENTS = 30


def delays(product: Product, handler: str) -> list[float]:
    """Return the seconds from the acceptance of each delivery to the end of a handler's job."""
    ended = [
        json.loads(line)
        for line in product.process("worker").output().splitlines()
        if '"job.done"' in line and f":{handler}" in line
    ]
    with client_of(product.redis_url) as store:
        return [
            datetime.fromisoformat(line["timestamp"]).timestamp()
            - int(str(store.hget(KEYS.delivery + line["delivery"], "received"), "ascii")) / 1000
            for line in ended
        ]


@pytest.mark.long
def test_a_crm_that_hangs_holds_up_no_revocation(make_product: MakeProduct) -> None:
    """Thirty rewards are taken back at once while it hangs; then each note arrives, once."""
    product = make_product(WORKER_CONCURRENCY=THREADS)
    product.faults(crm={"delay_before_seconds": 30})
    referees = product.scenario(referees=EVENTS)["referees"]

    product.unassign(*(referee["holder"] for referee in referees))

    wait_until(lambda: len(delays(product, "revoke_referral_perks")) == EVENTS, "all is taken back")
    assert max(delays(product, "revoke_referral_perks")) < SMALL_DELAY_SECONDS
    assert product.state("notes") == []
    wait_until(lambda: _paused(product, "crm"), "its queue is paused")
    product.faults(crm=None)
    wait_until(lambda: len(product.state("notes")) == EVENTS, "every note has arrived")
    product.wait_until_settled()
    assert sorted(note["customer"] for note in product.state("notes")) == sorted(
        referee["customer"] for referee in referees
    )
    # Messages that stay in their queue while it is paused are not taken for lost.
    reaped = [line for line in product.logs().splitlines() if '"reaper.sent_again"' in line]
    assert [line for line in reaped if json.loads(line)["lost"]] == []


def _paused(product: Product, queue: str) -> bool:
    lines = product.process("worker").output().splitlines()
    return any('"queue.paused"' in line and f'"{queue}"' in line for line in lines)


def test_a_voucherify_that_hangs_holds_up_no_note(make_product: MakeProduct) -> None:
    """Thirty notes reach the CRM at once while no revocation gets an answer."""
    product = make_product(WORKER_CONCURRENCY=THREADS)
    product.faults(voucherify={"delay_before_seconds": 30})
    referees = product.scenario(referees=EVENTS)["referees"]

    product.unassign(*(referee["holder"] for referee in referees))

    wait_until(lambda: len(delays(product, "notify_crm")) == EVENTS, "the CRM has all")
    assert max(delays(product, "notify_crm")) < SMALL_DELAY_SECONDS
    assert delays(product, "revoke_referral_perks") == []
    assert len(product.state("notes")) == EVENTS
