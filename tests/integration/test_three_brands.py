"""Three brands on one cluster of three primaries: each as if it were alone."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
import structlog

from inbox.admin.fleet import Fleet
from inbox.admin.queries import Admin
from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.privacy.erasure import Erasure
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from settings.store_url import store_address
from tests import samples
from tests.clusters import Cluster, ask, info
from tests.conftest import ANSWER_SECONDS, LEASE_SECONDS, WINDOW_SECONDS
from tests.faults.store import Store
from tests.integration.costs.bounds import events
from tests.patience import TRIES
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.perks.dry_run import DryRunPerks
from worker.handlers import load_handlers
from worker.run.flow import Flow
from worker.run.verdict import Completed
from worker.services import Services


#: Jobs of an ordinary removal.
JOBS: Final = ("process", "revoke_referral_perks", "notify_crm")

#: Of a brand's processor time of the store when it is alone.
A_TENTH: Final = 1.1

#: What connections do, and these tests.
SESSION: Final = {"hello", "client", "select", "ping", "config", "info", "cluster"}

EVENTS: Final = 150
ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Brand:
    """An installation: its prefix, the server of its keys, and its faces."""

    prefix: str
    node: Store
    client: StoreClient
    intake: Intake
    jobs: Jobs
    admin: Admin
    flow: Flow

    @classmethod
    def at(cls, url: str, node: Store, prefix: str) -> "Brand":
        """Make the faces of an installation at an address."""
        client = connect(
            replace(store_address(url), prefix=prefix),
            max_connections=4,
            answer_timeout=ANSWER_SECONDS,
        )
        jobs = Jobs(
            client,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=WINDOW_SECONDS,
            removal_memory_seconds=WINDOW_SECONDS,
        )
        services = Services(perks=DryRunPerks(), crm=DryRunCrm(), erasure=Erasure(client))
        return cls(
            prefix=prefix,
            node=node,
            client=client,
            intake=Intake(client),
            jobs=jobs,
            admin=Admin(client, dedupe_window_seconds=WINDOW_SECONDS),
            flow=Flow(
                jobs=jobs,
                table=load_handlers(),
                services=services,
                schedule=(60.0,),
                lease_seconds=LEASE_SECONDS,
                chance=lambda: 0.5,
            ),
        )

    def handle_all(self, bodies: list[bytes]) -> None:
        """Accept removals and run their jobs."""
        for body in bodies:
            self.intake.accept(body)
            for name in JOBS:
                assert isinstance(self.flow.run(f"{delivery_id(body)}:{name}:1"), Completed)

    def fail(self, body: bytes) -> str:
        """Accept a body whose job fails; return the job."""
        claim: Any = self.jobs.claim(f"{self.intake.accept(body).delivery}:process")
        assert self.jobs.fail(claim, "no_such", "an error")
        return str(claim.job)

    def keys(self) -> dict[bytes, bytes]:
        """Return all that is stored for this brand, byte by byte."""
        stored: Any = self.client
        found = stored.scan_iter(self.prefix + "*", count=1000)
        return {key: stored.dump(key) for key in found}

    def seen(self) -> tuple[Any, ...]:
        """Return what its pages and metrics show; the server's memory is everyone's."""
        view = Fleet(self.client).read()
        return (
            replace(view, now=None, memory=None),  # type: ignore[arg-type]  # only compared
            [each.job for each in self.admin.failed()],
            [each.job for each in self.admin.held()],
        )


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


def _seconds(node: Store) -> float:
    used = info(node, "cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])


def _calls(node: Store) -> int:
    """Count the commands that a server ran, those inside scripts too, but not those of sessions."""
    return sum(
        stat["calls"]
        for name, stat in info(node, "commandstats").items()
        if name.removeprefix("cmdstat_").split("|")[0] not in SESSION
    )


def _one_round(of: list[Brand], on: list[Store]) -> list[tuple[float, int]]:
    """Let these brands work at the same time; return seconds and commands of each server."""
    several = [events(EVENTS) for _ in of]
    for node in on:
        ask(node, "CONFIG", "RESETSTAT")
    before = [_seconds(node) for node in on]
    with ThreadPoolExecutor(len(of)) as working:
        for each in [
            working.submit(brand.handle_all, bodies)
            for brand, bodies in zip(of, several, strict=True)
        ]:
            each.result()
    return [(_seconds(node) - was, _calls(node)) for node, was in zip(on, before, strict=True)]


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("quiet")
def test_an_event_costs_a_primary_no_more_beside_two_other_brands(
    brands: list[Brand], strangers: list[Brand]
) -> None:
    """
    Commands and processor time of each primary for an event are those of one brand alone.

    Alone on the cluster: strangers keep the machine's caches and processors as busy as two brands.
    """
    three = brands[:3]
    nodes = [brand.node for brand in three]
    for brand in (*three, *strangers):
        # Scripts are loaded, and connections made.
        brand.handle_all(events(20))
    alone: list[list[float]] = [[] for _ in three]
    beside: list[list[float]] = [[] for _ in three]
    ratios: list[float] = []
    for _ in range(TRIES):
        for _ in range(ROUNDS):
            commands = []
            for number, brand in enumerate(three):
                found = _one_round([brand, *strangers], nodes)
                # No more than a connection's search for its server.
                assert all(ran < 10 for node, (_, ran) in enumerate(found) if node != number)
                alone[number].append(found[number][0])
                commands.append(found[number][1])
            together = _one_round(three, nodes)
            assert [ran for _, ran in together] == pytest.approx(commands, rel=0.01)
            for number, (seconds, _) in enumerate(together):
                beside[number].append(seconds)
        # What else the machine does costs a server time now and then, and never saves it any.
        ratios = [min(both) / min(one) for both, one in zip(beside, alone, strict=True)]
        print([f"{min(one) / EVENTS * 1e6:.0f} µs an event" for one in alone], ratios)  # noqa: T201
        if max(ratios) <= A_TENTH:
            return
    assert max(ratios) <= A_TENTH


@pytest.mark.usefixtures("quiet")
def test_nothing_of_a_brand_is_seen_counted_or_erased_by_another(brands: list[Brand]) -> None:
    """The same bodies at all of them: what one does with its own changes no byte of another's."""
    bodies = [samples.body(samples.assignment_deleted(number)) for number in range(6)]
    customer = samples.assignment_deleted(2)["data"]["holder"]["id"]
    acting, *others = brands
    for brand in others:
        brand.handle_all(bodies[:1])
        brand.fail(bodies[1])
        for body in bodies[2:]:
            brand.intake.accept(body)
    before = [(brand.keys(), brand.seen()) for brand in others]
    assert all(stored for stored, _ in before)
    assert acting.keys() == {}
    assert acting.seen()[1:] == ([], [])
    assert acting.admin.stats().counts.get("accepted", 0) == 0

    acting.handle_all(bodies[:1])
    job = acting.fail(bodies[1])
    for body in bodies[2:]:
        acting.intake.accept(body)
    assert acting.admin.retry(job, who="ops") == "queued"
    erased = Erasure(acting.client).erase(customer, who="ops", now=True)

    assert acting.admin.stats().counts["accepted"] == len(bodies)
    assert erased.erased == 1
    assert [(brand.keys(), brand.seen()) for brand in others] == before
