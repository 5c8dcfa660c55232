"""
One life of an application on Heroku's smallest plans, acted out once and checked in parts.

One web of two processes, as Heroku's buildpack sets it, two workers and Flower work under load
with REDIS_URL as Heroku sets it, before a store that takes 20 connections; then all are stopped in
the middle, and started again.
"""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from inbox.admin.queries import Admin
from inbox.admin.views import Stats
from inbox.store.connection import connect
from sandbox.demo.ports import free_port
from tests.acceptance.heroku.dynos import LOGIN, PASSWORD, Dynos
from tests.acceptance.heroku.formation import with_buildpack
from tests.acceptance.product import SECRET
from tests.acceptance.receiver.tls import tls_in_front_of
from tests.faults.fleet import pending_jobs
from tests.faults.load import Load
from tests.faults.store import Store
from tests.processes import ROOT, wait_until
from tests.programs import need
from tests.standstill import Standstill
from tests.stores import client_of


pytestmark = pytest.mark.long


#: The smallest plan of Heroku Key-Value Store.
CONNECTIONS = 20

#: What a Basic or Standard-1X dyno may use.
MEMORY = 512 * 1024 * 1024

#: Webhooks before the restart.
EVENTS = 400

#: One operator checks everything, again and again.
PAGES = ("/workers", "/tasks", "/broker", "/failed", "/failed/api/jobs", "/metrics")


@dataclass(slots=True)
class Life:
    """What was seen."""

    memory: dict[str, int] = field(default_factory=dict)
    pages: set[int] = field(default_factory=set)
    most_connections: int = 0
    turned_away: int = 0
    operator: str = ""
    stood_still: bool = False
    refused_while_up: list[str] = field(default_factory=list)
    ended: dict[str, int] = field(default_factory=dict)
    farewells: dict[str, int] = field(default_factory=dict)
    seconds_to_end: float = 0.0
    sent: int = 0
    stats: Stats | None = None
    written: str = ""


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Act it out."""
    need("openssl")
    folder = tmp_path_factory.mktemp("heroku")
    # One more, to check with.
    store = Store(folder, maxclients=str(CONNECTIONS + 1))
    store.start()
    try:
        with tls_in_front_of(store.port, folder) as port:
            yield _live(folder, store, f"rediss://default:{PASSWORD}@127.0.0.1:{port}")
    finally:
        store.close()


def _live(folder: Path, store: Store, redis_url: str) -> Life:
    seen, port = Life(), free_port()
    config = {
        "REDIS_URL": redis_url,
        "STORE_CONNECTIONS": "2",
        "VOUCHERIFY_WEBHOOK_SECRETS": SECRET,
        "FLOWER_BASIC_AUTH": LOGIN,
        "TRUSTED_PROXY_HOPS": "1",
        "REVOCATION_BRAKE": "1000000/hour",
        "REVOCATION_BRAKE_CAMPAIGN": "1000000/hour",
        "MAX_EVENT_AGE_SECONDS": "0",
        "RECLAIM_INTERVAL_SECONDS": "1",
    }
    formation = {"web": 1, "worker": 2, "flower": 1}
    with Standstill() as standstill, _dynos(folder, config, port, **formation) as dynos:
        with _watching(seen, store), _browsing(seen, dynos), _load(port, most=EVENTS) as load:
            load.join()
        seen.operator = _run_as_heroku_does(config)
        with client_of(f"{store.connection_url}/0") as client:
            seen.turned_away = client.info("stats")["rejected_connections"]
        # Who has waited for a second connects anew, and the old connection may not be gone yet.
        seen.stood_still = standstill.longest > 0.5
        seen.memory = {name: dynos.most_memory(name) for name in dynos.names}
        seen.refused_while_up = [answer.code for answer in load.refused_without_need()]
        seen.sent = len(load.accepted)
        with _load(port, senders=4, pause=0.1, first=EVENTS + 1) as load:
            load.wait_for(20)
            seen.ended, seen.seconds_to_end = _stop(dynos)
            seen.written = dynos.output()
            for name in ("worker.1", "worker.2"):
                seen.farewells[name] = dynos.output(name).count('"worker.stopped"')
            with _dynos(folder, config, port, web=1, worker=1) as again:
                load.wait_for(20)
                load.stop()
                seen.sent += len(load.accepted)
                seen.stats = _worked_off(store)
                seen.written += again.output()
    return seen


@contextmanager
def _dynos(folder: Path, config: dict[str, str], port: int, **formation: int) -> Iterator[Dynos]:
    dynos = Dynos(folder, config, port, **formation)
    try:
        dynos.wait_until_up()
        yield dynos
    finally:
        dynos.close()


def _load(
    port: int, *, senders: int = 16, pause: float = 0.0, most: int | None = None, first: int = 1
) -> Load:
    url = f"http://127.0.0.1:{port}"
    return Load(url, senders=senders, pause=pause, most=most, first=first)


@contextmanager
def _watching(seen: Life, store: Store) -> Iterator[None]:
    done = threading.Event()

    def watch() -> None:
        with client_of(f"{store.connection_url}/0") as client:
            while not done.wait(0.02):
                others = len(client.client_list()) - 1
                seen.most_connections = max(seen.most_connections, others)

    with _thread(watch, done):
        yield


@contextmanager
def _browsing(seen: Life, dynos: Dynos) -> Iterator[None]:
    done = threading.Event()

    def browse() -> None:
        # Flower waits a second for the workers' answers to each of its questions.
        seen.pages.add(dynos.get("flower.1", "/workers?refresh=1"))
        while not done.is_set():
            seen.pages |= {dynos.get("flower.1", page) for page in PAGES}

    with _thread(browse, done):
        yield


@contextmanager
def _thread(target: Callable[[], None], done: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=target)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _run_as_heroku_does(config: dict[str, str]) -> str:
    answer = subprocess.run(
        [sys.executable, "-m", "inbox", "stats"],
        cwd=ROOT,
        env=with_buildpack({"PATH": "/usr/bin:/bin", "DYNO": "run.1", **config}),
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout + answer.stderr


def _stop(dynos: Dynos) -> tuple[dict[str, int], float]:
    began = time.monotonic()
    dynos.terminate()
    time.sleep(1)  # Heroku may say it twice
    dynos.terminate()
    return dynos.wait_until_ended(), time.monotonic() - began


def _worked_off(store: Store) -> Stats:
    client = connect(f"{store.connection_url}/0", max_connections=1, answer_timeout=10)
    desk = Admin(client, dedupe_window_seconds=604_800)
    wait_until(lambda: pending_jobs(desk.stats()) == 0, "everything is worked off")
    stats = desk.stats()
    client.connection_pool.disconnect()
    return stats


def test_twenty_connections_suffice(life: Life) -> None:
    """The store turned no one away, though an operator used Flower, and one the command line."""
    assert life.turned_away == 0 or life.stood_still
    assert life.most_connections <= CONNECTIONS
    assert life.most_connections > 12 or life.stood_still
    assert life.pages == {200}
    assert "deliveries" in life.operator


def test_the_web_dyno_has_the_buildpacks_processes(life: Life) -> None:
    """What is measured here is measured with WEB_CONCURRENCY as the buildpack sets it: 2."""
    assert life.written.count("Started worker-2") >= 2, "before and after the restart"


def test_half_of_a_dynos_memory_suffices(life: Life) -> None:
    """No dyno comes near the limit of the smallest ones."""
    assert life.memory.keys() == {"web.1", "worker.1", "worker.2", "flower.1"}
    for name, most in life.memory.items():
        assert 20 * 1024 * 1024 < most < MEMORY / 2, (name, most)


def test_nothing_is_refused_while_dynos_run(life: Life) -> None:
    """Every webhook is answered 202 at its first try, over Heroku's own kind of REDIS_URL."""
    # A store turns someone away whose old connection is not gone yet.
    assert set(life.refused_while_up) <= ({"inbox_down"} if life.stood_still else set())


def test_every_dyno_ends_by_itself_in_time(life: Life) -> None:
    """SIGTERM to all processes of all dynos, twice: none has to be killed after 30 seconds."""
    # The second SIGTERM may come when all is done, and Python is taking itself down.
    assert life.ended.keys() == life.memory.keys()
    assert set(life.ended.values()) <= {0, -signal.SIGTERM}, life.ended
    assert life.farewells == {"worker.1": 1, "worker.2": 1}
    assert life.seconds_to_end < 28


def test_a_restart_in_the_middle_loses_nothing(life: Life) -> None:
    """Whatever was answered 202 before and during the restart is completed after it, once."""
    assert life.stats is not None
    assert life.stats.counts["accepted"] == life.sent
    assert life.stats.counts["settled"] == life.sent


def test_no_secret_is_written(life: Life) -> None:
    """Neither the store's password nor Flower's nor the webhooks' secret is in a dyno's log."""
    for secret in (PASSWORD, LOGIN.partition(":")[2], SECRET):
        assert secret not in life.written
