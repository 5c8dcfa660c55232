"""Brands on one cluster of three primaries."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.clusters import Cluster
from tests.faults.store import Store
from tests.integration.brands.brand import Brand


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three primaries for all tests of this module; each has prefixes of its own."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def brands(cluster: Cluster) -> Iterator[list[Brand]]:
    """Three brands, each on a primary of its own, and a fourth on the primary of the first."""
    prefixes: dict[Store, list[str]] = {node: [] for node in cluster.nodes}
    for number in range(60):
        prefix = f"{{brand-{number}}}:"
        prefixes[cluster.owner(prefix)].append(prefix)
    first, *rest = prefixes.values()
    several = [
        Brand.at(cluster.url, cluster.owner(prefix), prefix)
        for prefix in (first[0], *(each[0] for each in rest), first[1])
    ]
    yield several
    for brand in several:
        brand.client.flushdb()
        brand.client.connection_pool.disconnect()


@pytest.fixture
def strangers(tmp_path: Path) -> Iterator[list[Brand]]:
    """Two that have nothing to do with the cluster, and keep the machine as busy as brands do."""
    nodes = [Store(tmp_path), Store(tmp_path)]
    for node in nodes:
        node.start()
    several = [Brand.at(f"{node.connection_url}/0", node, "stranger:") for node in nodes]
    yield several
    for brand in several:
        brand.client.connection_pool.disconnect()
        brand.node.close()


@pytest.fixture
def quiet() -> Iterator[None]:
    """Log nothing: the time is the stores'."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()
