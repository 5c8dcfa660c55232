"""A worker that is told to stop ends within Heroku's 30 s; another one goes on with its jobs."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import Product
from tests.engine import KEYS
from tests.processes import wait_until


HEROKU_SECONDS = 30.0
JOBS = 40


def _under_way(product: Product, number: int) -> list[dict[str, Any]]:
    """Unassign so many referees, and wait until all of their revocations call Voucherify."""
    referees: list[dict[str, Any]] = product.scenario(referees=number)["referees"]
    product.faults(voucherify={"delay_seconds": 3.0})
    product.unassign(*(referee["holder"] for referee in referees))
    with _store(product) as store:
        wait_until(lambda: len(_running(store)) == number, "every revocation runs")
        # The notes to the CRM are quick, and are not what is asked here.
        wait_until(lambda: len(list(store.scan_iter(KEYS.job + "*"))) == number, "nothing else")
    return referees


@contextmanager
def _store(product: Product) -> Iterator[Any]:
    with Redis.from_url(product.redis_url, decode_responses=True) as client:
        yield client


def _running(store: Any, handler: str = "revoke_referral_perks") -> list[str]:
    running: list[str] = store.zrange(KEYS.running, 0, -1)
    return [job for job in running if job.endswith(f":{handler}")]


def _each_was_taken_back_once(product: Product, referees: list[dict[str, Any]]) -> None:
    product.faults(voucherify=None)
    product.start("worker")
    product.wait_until_settled()
    cards = product.state("cards")
    removals = [
        [each for each in cards[referee["card"]["id"]]["transactions"] if "REMOVAL" in each["type"]]
        for referee in referees
    ]
    assert [len(each) for each in removals] == [1] * len(referees)
    assert sorted(note["customer"] for note in product.state("notes")) == sorted(
        referee["customer"] for referee in referees
    )
    assert product.inbox("failed") == []


@pytest.mark.long
def test_forty_jobs_in_the_middle_of_slow_calls_go_back(make_product: MakeProduct) -> None:
    """Each waits with all its tries, none is under a lease; another worker does each once."""
    # Jobs of one queue hold 60 % of the threads at most.
    product = make_product(JOB_LEASE_SECONDS="120", WORKER_CONCURRENCY="70")
    referees = _under_way(product, JOBS)
    first = product.process("worker")

    started = time.monotonic()
    code = first.stop(seconds=HEROKU_SECONDS)
    took = time.monotonic() - started
    assert code == 0
    assert 8 < took < HEROKU_SECONDS
    with _store(product) as store:
        jobs = {name: store.hgetall(name) for name in store.scan_iter(KEYS.job + "*")}
        unacked = store.hlen(KEYS.unacked)
    assert len(jobs) == JOBS
    assert {job["state"] for job in jobs.values()} <= {"queued", "waiting"}
    assert {job["reason"] for job in jobs.values()} == {"worker_stopping"}
    assert {job["tries"] for job in jobs.values()} == {"0"}
    assert unacked == 0
    _each_was_taken_back_once(product, referees)


HANGS = """
from os import environ
from time import sleep

from worker.handlers import handles


@handles("customer.holder.assignment.deleted", queue="hanging")
def hang(event, services, job):
    sleep(float(environ["HANGS_SECONDS"]))
    return "it hung no longer"
"""


@pytest.mark.slow
@pytest.mark.parametrize("again", [None, signal.SIGTERM])
def test_a_job_that_hangs_is_given_back(
    make_product: MakeProduct, tmp_path: Path, again: int | None
) -> None:
    """
    It goes back in the store and the process ends; another worker needs no lease to be over.

    Only an own handler can hang: perkhook's own calls have a limit for the whole answer.
    """
    (tmp_path / "shop_hangs.py").write_text(HANGS)
    product = make_product(
        HANDLERS="shop_hangs",
        HANGS_SECONDS="3600",
        PYTHONPATH=str(tmp_path),
        JOB_LEASE_SECONDS="3600",
    )
    first = product.process("worker")
    referees = product.scenario(referees=1)["referees"]
    product.unassign(referees[0]["holder"])
    with _store(product) as store:
        wait_until(lambda: _running(store, "hang") != [], "the handler hangs")
        wait_until(lambda: len(list(store.scan_iter(KEYS.job + "*"))) == 1, "all else has ended")

        started = time.monotonic()
        first.signal(signal.SIGTERM)
        if again:
            time.sleep(2)
            first.signal(again)
        wait_until(lambda: not first.running, "the worker has ended")
        took = time.monotonic() - started

        (name,) = store.scan_iter(KEYS.job + "*")
        job = store.hgetall(name)
    assert 25 <= took < HEROKU_SECONDS
    assert (job["state"], job["reason"], job["tries"]) == ("waiting", "worker_stopping", "0")
    assert '"worker.forced_end"' in first.output()
    product.settings["HANGS_SECONDS"] = "0"
    _each_was_taken_back_once(product, referees)
    assert '"it hung no longer"' in product.process("worker").output()


@pytest.mark.parametrize(
    ("number", "warm_before"),
    [
        pytest.param(signal.SIGINT, False, marks=pytest.mark.slow),
        pytest.param(signal.SIGQUIT, False, marks=pytest.mark.slow),
        (signal.SIGQUIT, True),
    ],
)
def test_a_cold_stop_loses_nothing(
    make_product: MakeProduct, number: int, warm_before: bool
) -> None:
    """Ctrl-C, or SIGQUIT in the middle of slow calls: another worker does each job once."""
    product = make_product(JOB_LEASE_SECONDS="120")
    referees = _under_way(product, 5)
    first = product.process("worker")

    if warm_before:
        first.signal(signal.SIGTERM)
        time.sleep(1)
    first.signal(number)

    wait_until(lambda: not first.running, "the worker has ended", seconds=HEROKU_SECONDS)
    with _store(product) as store:
        assert store.zcard(KEYS.running) == 0
    _each_was_taken_back_once(product, referees)
