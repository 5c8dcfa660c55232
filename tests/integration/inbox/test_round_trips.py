from collections.abc import Callable
from typing import Any

import pytest

from inbox.ids import delivery_id
from inbox.model.job import Claim
from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.inbox.house import HANDLERS, House


def test_accepting_is_one_round_trip(house: House) -> None:
    """A body costs one command, and a duplicate too."""
    house.intake.accept(b"warm")

    calls = _calls(house.store, lambda: [house.intake.accept(body) for body in (b"1", b"1")])

    assert calls["cmdstat_evalsha"] == 2
    assert _sent(calls) == {"cmdstat_evalsha"}


@pytest.mark.parametrize("act", ["claim", "fan_out", "done", "wait", "fail"])
def test_each_step_of_a_worker_is_one_round_trip(house: House, act: str) -> None:
    """Claiming and completing cost one command each."""
    house.in_state("running")
    house.store.flushdb()
    last = house.in_state("queued" if act == "claim" else "running")
    acts: dict[str, Callable[[], Any]] = {
        "claim": lambda: house.jobs.claim(last.task),
        "fan_out": lambda: house.jobs.fan_out(last, HANDLERS, outcome="on", customer="cust_1"),
        "done": lambda: house.jobs.done(last, "done"),
        "wait": lambda: house.jobs.wait(last, 60, "asked_to_wait", "an error"),
        "fail": lambda: house.jobs.fail(last, "no_such", "an error"),
    }
    acts[act]()  # the script is known from here on
    house.store.flushdb()
    last = house.in_state("queued" if act == "claim" else "running")

    calls = _calls(house.store, acts[act])

    assert calls["cmdstat_evalsha"] == 1
    assert _sent(calls) == {"cmdstat_evalsha"}


#: Commands that each step costs in the store. A number that goes up is a step that got slower.
COMMANDS = {"accept": 8, "process": 10, "fan_out": 19, "claim": 7, "done": 9, "last done": 16}


def test_each_step_costs_so_many_commands(house: House) -> None:
    """A webhook's way through the store with two handlers: 78 commands in seven round trips."""
    house.completed(b"warm")  # the scripts are known from here on
    house.jobs.done(house.in_state("running"), "done")
    claims: list[Claim] = []
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("accept", lambda: house.intake.accept(b"1")),
        ("process", lambda: claims.append(house.claim(f"{delivery_id(b'1')}:process"))),
        ("fan_out", lambda: house.jobs.fan_out(
            claims[0], HANDLERS, outcome="on", facts="{}", identity="rh_1", customer="cust_1")),
        ("claim", lambda: claims.append(house.claim(f"{claims[0].delivery}:notify_crm"))),
        ("done", lambda: house.jobs.done(claims[1], "done")),
        ("claim", lambda: claims.append(house.claim(f"{claims[0].delivery}:{HANDLERS[0][0]}"))),
        ("last done", lambda: house.jobs.done(claims[2], "done")),
    ]  # fmt: skip

    for step, act in steps:
        calls = _calls(house.store, act)
        assert calls.pop("cmdstat_evalsha") == 1
        assert (step, sum(calls.values())) == (step, COMMANDS[step])


def test_accepting_costs_the_same_with_many_deliveries_there(house: House) -> None:
    """With 100,000 deliveries there, accepting runs the same commands as with none."""
    house.intake.accept(b"first")
    few = _calls(house.store, lambda: house.intake.accept(b"one more"))
    _fill_with_markers(house.store, 100_000)
    house.accept_many(2_000)
    many = _calls(house.store, lambda: house.intake.accept(b"another"))

    assert many == few


def test_a_reaper_run_that_finds_nothing_costs_little_at_any_backlog(house: House) -> None:
    """A reaper run of a long queue reads its end and not all of it."""
    house.accept_many(5_000)
    house.searched_twice()
    house.checks_are_old()
    house.store.delete(KEYS.sweeping)

    calls = _calls(house.store, lambda: house.jobs.reap("a test", ("deliveries",), 10))

    assert sum(calls.values()) < 60


def _fill_with_markers(store: StoreClient, number: int) -> None:
    # In pieces: on a busy machine all at once takes longer than a client waits.
    for start in range(1, number + 1, 5_000):
        store.eval(
            "for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do"
            " redis.call('HSET', string.format(KEYS[1] .. '%032x', i), 'owed', 0) end",
            1,
            KEYS.delivery,
            str(start),
            str(min(start + 4_999, number)),
        )


def _calls(store: StoreClient, act: Callable[[], Any]) -> dict[str, int]:
    store.config_resetstat()
    act()
    found = store.info("commandstats")
    return {
        name: stat["calls"]
        for name, stat in found.items()
        if not name.startswith(("cmdstat_config", "cmdstat_info"))
    }


def _sent(calls: dict[str, int]) -> set[str]:
    """Name the commands that a client sent: what a script calls is counted beside them."""
    in_scripts = {
        "exists", "hset", "hget", "hmget", "hdel", "hincrby", "hexists", "zadd", "zrem", "zscore",
        "lpush", "rpush", "hkeys", "hlen", "time", "del", "pexpire", "get", "set", "sadd", "srem",
    }  # fmt: skip
    return {name for name in calls if name.removeprefix("cmdstat_") not in in_scripts}
