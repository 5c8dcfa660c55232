"""Promise 2: a worker that froze in the middle of a job and wakes when another has run it."""

import signal
from typing import Any

import pytest
from redis import Redis

from tests.acceptance.conftest import MakeProduct
from tests.engine import KEYS
from tests.processes import wait_until


# The shortest lease is 20 s, so this takes half a minute; tests/histories/test_frozen.py freezes
# at every call, in one process and without waiting.
@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("when", ["reading what is there", "changing the balance"])
def test_a_frozen_worker_that_wakes_completes_nothing_and_doubles_nothing(
    make_product: MakeProduct, when: str
) -> None:
    """Its job was run by another meanwhile: one take-back, one settlement; then it works on."""
    product = make_product()
    (referee,) = product.scenario(referees=1)["referees"]
    # So many calls as there are must fit into what the lease leaves for them.
    product.faults(voucherify={"delay_seconds": 0.3})
    frozen = product.process("worker")
    with Redis.from_url(product.redis_url, decode_responses=True) as store:
        product.unassign(referee["holder"])
        moment = _changing_the_balance if "balance" in when else _running
        wait_until(lambda: moment(store), f"the worker is {when}")
        frozen.signal(signal.SIGSTOP)
        product.faults(voucherify=None)
        product.start("worker")
        wait_until(lambda: _counts(store).get("done") == "2", "another worker has run the job")
        product.wait_until_settled()
        before = _counts(store)
        assert before["leases_over"] == "1"

        frozen.signal(signal.SIGCONT)

        # It acknowledges its message when its run has ended, one way or the other.
        wait_until(lambda: store.hlen(KEYS.unacked) == 0, "its run has ended")
        wait_until(lambda: frozen.running and store.zcard(KEYS.running) == 0, "it is idle")
        assert {name: _counts(store).get(name) for name in ("done", "settled", "failed")} == {
            name: before.get(name) for name in ("done", "settled", "failed")
        }
    changes = product.state("cards")[referee["card"]["id"]]["transactions"]
    assert sum("REMOVAL" in change["type"] for change in changes) == 1
    assert len(product.state("notes")) == 1
    # The one that woke is as good as any: it handles the next event alone.
    product.process("worker").kill()
    (second,) = product.scenario(referees=1)["referees"][-1:]
    product.unassign(second["holder"])
    product.wait_until_settled()
    assert product.inbox("failed") == []


def _running(store: Any) -> bool:
    return any(":revoke" in job for job in store.zrange(KEYS.running, 0, -1))


def _changing_the_balance(store: Any) -> bool:
    effects = [
        name for name in store.scan_iter(KEYS.effect + "*") if not name.startswith(KEYS.effects_of)
    ]
    return any(store.hget(name, "state") == "sent" for name in effects)


def _counts(store: Any) -> dict[str, str]:
    counts: dict[str, str] = store.hgetall(KEYS.counts)
    return counts
