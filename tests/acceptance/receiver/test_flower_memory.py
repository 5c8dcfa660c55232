"""Flower with a full history fits into the smallest dyno."""

import json
import re
from base64 import b64encode
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from celery import Celery

from inbox.keys import Keys
from tests.acceptance.receiver.kit import Answer, Running, answers, eventually, running
from tests.engine import KEYS


LOGIN = "ada:sesame"

#: What Flower keeps, and more than that.
KEPT, TASKS = 10_000, 12_000

#: Brands that share what Flower keeps, and where their pages are.
BRANDS = {"{shoes}:": "", "{hats}:": "/brand/hats", "{bags}:": "/brand/bags"}

#: Less than half of what a Basic or Standard-1X dyno has.
MOST_BYTES = 200 * 1024 * 1024

#: What an operator opens.
_TABLE = "draw=1&start=0&length=100&search[value]=&order[0][column]=0&order[0][dir]=asc"
PAGES = ("/tasks", f"/tasks/datatable?{_TABLE}&columns[0][data]=name", "/workers")


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")
@pytest.mark.timeout(300)
def test_flower_with_a_full_history_fits_into_the_smallest_dyno(
    redis_url: str, tmp_path: Path
) -> None:
    """Under 200 MB at its largest, pages included; 100,000 tasks took 507 MB (mher/flower#1305)."""
    environ = {"REDIS_URL": redis_url, "FLOWER_BASIC_AUTH": LOGIN}
    with running("flower", tmp_path / "log", **environ) as flower:
        eventually(lambda: answers(flower, "/healthcheck"), "Flower answers")
        send_events(redis_url, TASKS)
        eventually(lambda: knows(flower, "", TASKS - 1), "the last task is known", seconds=200)
        kept = json.loads(ask(flower, "/api/tasks").body)
        for page in PAGES:
            assert ask(flower, page).status == 200, page

        assert len(kept) == KEPT, "the history is full, and has turned over"
        assert most_memory(flower.process.pid) < MOST_BYTES


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")
@pytest.mark.timeout(300)
def test_three_brands_with_full_histories_take_no_more(redis_url: str, tmp_path: Path) -> None:
    """Each keeps its share of FLOWER_MAX_TASKS, so three full ones stay under 200 MB as well."""
    environ = {
        "REDIS_URL": redis_url, "FLOWER_BASIC_AUTH": LOGIN, "STORE_PREFIX": "{shoes}:",
        "FLOWER_BRANDS": "shoes={shoes}:,hats={hats}:,bags={bags}:",
    }  # fmt: skip
    with running("flower", tmp_path / "log", **environ) as flower:
        eventually(lambda: answers(flower, "/healthcheck"), "Flower answers")
        share = TASKS // len(BRANDS)
        for prefix, path in BRANDS.items():
            send_events(redis_url, share, Keys(prefix))
            eventually(partial(knows, flower, path, share - 1), "its last task is known", 200)
        kept = [len(json.loads(ask(flower, f"{path}/api/tasks").body)) for path in BRANDS.values()]
        for path in BRANDS.values():
            for page in (*PAGES, "/failed"):
                assert ask(flower, path + page).status == 200, page

        assert kept == [KEPT // len(BRANDS)] * len(BRANDS)
        assert most_memory(flower.process.pid) < MOST_BYTES


def task_id(number: int) -> str:
    """Name a job as the inbox does: a delivery and a handler."""
    return f"{number:032x}:revoke-reward"


def send_events(redis_url: str, tasks: int, keys: Keys = KEYS) -> None:
    """Send the three events of each job as a worker does, at a pace that Flower can follow."""
    transport = {"broker_transport_options": {"global_keyprefix": keys.celery}}
    app: Any = Celery(broker=redis_url, changes=transport)
    with app.events.default_dispatcher(hostname="celery@worker.1") as events:
        for number in range(tasks):
            task = task_id(number)
            events.send(
                "task-received", uuid=task, name="perkhook.job", args=repr((task,)), kwargs="{}",
                root_id=task, parent_id=None, retries=0, eta=None, expires=None,
            )  # fmt: skip
            events.send("task-started", uuid=task)
            events.send("task-succeeded", uuid=task, result="None", runtime=0.1)
            if number % 100 == 99:
                sleep(0.1)  # the store cuts a subscriber off that falls too far behind
    app.close()


def knows(flower: Running, path: str, number: int) -> bool:
    """Return whether a task is known below a path."""
    return ask(flower, f"{path}/api/task/info/{task_id(number)}").status == 200


def ask(flower: Running, path: str) -> Answer:
    """Ask for a page with the login."""
    login = b64encode(LOGIN.encode()).decode()
    return flower.ask("GET", path, b"", Authorization=f"Basic {login}")


def most_memory(pid: int) -> int:
    """Read the most that a process has had in memory, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024
