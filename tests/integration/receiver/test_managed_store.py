"""A store that refuses what AWS MemoryDB refuses, with ACCEPT_DURABILITY=managed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.clusters import Cluster, ask
from tests.integration.receiver.conftest import PATH, MakeApp, signed


#: docs.aws.amazon.com/memorydb/latest/devguide/restrictedcommands.html, and what asks for copies.
RESTRICTED: Final = (
    "acl|deluser", "acl|load", "acl|save", "acl|setuser", "bgrewriteaof", "bgsave",
    "cluster|addslots", "cluster|delslots", "cluster|setslot", "config", "debug", "migrate",
    "module", "psync", "replicaof", "save", "shutdown", "slaveof", "sync", "wait", "waitaof",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of one server, as the smallest MemoryDB is, without persistence of its own."""
    found = Cluster(tmp_path, primaries=1, appendonly="no")
    try:
        found.start()
        refused = [f"-{each}" for each in RESTRICTED]
        ask(found.nodes[0], "ACL", "SETUSER", "default", *refused)
        yield found
    finally:
        found.close()


def test_nothing_is_asked_and_nothing_is_refused(make_app: MakeApp, store: Cluster) -> None:
    """It is ready and takes webhooks; with fsync it is neither, so the store does refuse."""
    body = b'{"one":1}'
    environ = {"REDIS_URL": store.url, "STORE_PREFIX": "{shoes}:"}
    managed = make_app(**environ, ACCEPT_DURABILITY="managed").test_client()
    fsync = make_app(**environ, ACCEPT_DURABILITY="fsync").test_client()

    assert managed.get("/readyz").status_code == 200
    assert managed.post(PATH, data=body, headers=signed(body)).status_code == 202
    assert fsync.get("/readyz").status_code == 503
    assert fsync.post(PATH, data=body, headers=signed(body)).status_code == 503
