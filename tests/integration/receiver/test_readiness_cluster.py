"""`/readyz` names what is wrong between us and a cluster."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from tests.clusters import Cluster, ask
from tests.integration.receiver.conftest import PATH, MakeApp, signed
from tests.processes import wait_until


PREFIX = "{shoes}:"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three primaries, which serve nothing when one of them is away."""
    options: Any = {"cluster-require-full-coverage": "yes"}
    found = Cluster(tmp_path_factory.mktemp("cluster"), **options)
    try:
        found.start()
        yield found
    finally:
        found.close()


def refused(make_app: MakeApp, url: str, prefix: str = PREFIX) -> str:
    """Return why the receiver is not ready."""
    answer = make_app(REDIS_URL=url, STORE_PREFIX=prefix).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["error"]["code"] == "inbox_elsewhere"
    return str(answer.json["error"]["message"])


def test_one_address_of_a_cluster_is_not_enough(make_app: MakeApp, cluster: Cluster) -> None:
    """Whoever turned on cluster mode behind a redis:// address reads what to write instead."""
    owner, other = cluster.owner(PREFIX), cluster.others(PREFIX)[0]

    plain = refused(make_app, owner.connection_url, "perkhook:")
    at_another = refused(make_app, other.connection_url)

    for sentence in (plain, at_another):
        assert "redis+cluster://" in sentence
        assert "a part in braces" in sentence


def test_a_slot_that_is_moved_key_by_key(make_app: MakeApp, cluster: Cluster) -> None:
    """Webhooks wait as long, and are taken again when the slot has moved."""
    client = make_app(REDIS_URL=cluster.url, STORE_PREFIX=PREFIX).test_client()
    bodies = [b'{"n":%d}' % number for number in range(3)]

    def taken(body: bytes) -> bool:
        return client.post(PATH, data=body, headers=signed(body)).status_code == 202

    assert taken(bodies[0])
    moving = cluster.moving(PREFIX, cluster.others(PREFIX)[0])
    list(islice(moving, 1))
    assert "moves our keys" in refused(make_app, cluster.url)
    assert not taken(bodies[1])
    list(moving)

    wait_until(lambda: taken(bodies[2]), "they are taken where the slot is now")


def test_a_part_of_the_cluster_is_down(make_app: MakeApp, cluster: Cluster) -> None:
    """What the others answer is reported, and not that the dead one is away."""
    owner, away = cluster.owner(PREFIX), cluster.others(PREFIX)[0]
    away.kill()
    wait_until(lambda: b"cluster_state:fail" in ask(owner, "CLUSTER", "INFO"), "the others notice")

    # The dead one is asked last.
    places = ",".join(f"127.0.0.1:{node.port}" for node in (owner, away))
    assert "CLUSTER INFO" in refused(make_app, f"redis+cluster://{places}")
