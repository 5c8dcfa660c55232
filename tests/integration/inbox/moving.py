"""An installation full of everything, what it holds, and a move that is cut off at will."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from inbox.ledger import Effects
from inbox.model.effect import EffectState
from inbox.state.learned import Learned
from inbox.state.reports import Reports
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from settings.store_url import store_address
from tests.conftest import ANSWER_SECONDS
from tests.engine import KEYS
from tests.integration.inbox.changing import begin, moved
from tests.integration.inbox.house import NOTHING, House
from tests.integration.inbox.many import fail_many


#: Milliseconds that a test may take: by so much a life may be shorter afterwards.
PATIENCE_MS = int(timedelta(minutes=5).total_seconds() * 1000)


class CutOffError(Exception):
    """The process ends here."""


@dataclass(frozen=True, slots=True)
class Held:
    """
    What a place holds: the type and the value of each key without its prefix, and its life.

    Attributes:
        values: (type, value) by name.
        lives: milliseconds, or -1, by name.
    """

    values: dict[str, Any]
    lives: dict[str, int]

    def assert_same(self, after: "Held") -> None:
        """Every key is there with the same value, and lives no longer and hardly shorter."""
        assert after.values.keys() == self.values.keys()
        assert after.values == self.values
        for name, life in self.lives.items():
            now = after.lives[name]
            assert (now == -1) == (life == -1), name
            assert life - PATIENCE_MS <= now <= life, name


def client(url: str, prefix: str = KEYS.prefix) -> StoreClient:
    """Connect to a place."""
    return connect(
        replace(store_address(url), prefix=prefix),
        max_connections=4,
        connect_timeout=ANSWER_SECONDS,
        answer_timeout=ANSWER_SECONDS,
    )


def held(place: Any) -> Held:
    """Read all that a place holds, but for its note of a move."""
    keys = place.names
    names = sorted(name.decode() for name in place.scan_iter(keys.prefix + "*", count=1000))
    names = [name for name in names if name != keys.moving]
    values, lives = {}, {}
    for name in names:
        kind = place.type(name).decode()
        read = {
            "hash": place.hgetall,
            "zset": lambda key: place.zrange(key, 0, -1, withscores=True),
            "list": lambda key: place.lrange(key, 0, -1),
            "set": place.smembers,
            "stream": place.xrange,
            "string": place.get,
        }[kind]
        short = name.removeprefix(keys.prefix)
        values[short] = (kind, read(name))
        lives[short] = place.pttl(name)
    return Held(values, lives)


def fill(house: House) -> None:
    """Bring an empty inbox into all states that jobs, effects, batches and workers have."""
    fail_many(house, 20)
    house.accept_many(60)
    for number in range(12):
        house.completed(b"completed %d" % number)
    house.handlers(b"identity", identity="some.type:h1")
    house.jobs.wait(house.process(b"waiting"), 60, "asked_to_wait", "an error")
    house.process(b"running")
    assert house.admit(house.process(b"held"), NOTHING) == "held"
    house.jobs.declare(["deliveries", "crm"])
    assert house.admin.retry(house.failed(b"again"), who="ops") == "queued"
    house.jobs.reap("w1", ["deliveries", "crm"], 10)


def fill_more(store: Any) -> None:
    """Add what no job has: the ledger, what workers share, Celery's own keys, long values."""
    effects = Effects(store, memory_seconds=3600)
    moved(effects, begin(effects, "e1", grant="g1").effect, EffectState.SENT, free=True, left=5)
    moved(effects, begin(effects, "e2", card="other").effect, EffectState.UNKNOWN)
    Learned(store).put("plan:1", {"a": [1, 2]}, seconds=600)
    Reports(store).counts("r1", 1, {"answer:accepted": 3})
    keys = store.names
    pipe = store.pipeline(transaction=False)
    pipe.set(keys.barrier, 17)
    pipe.set(keys.erased + "cust_1", 5, px=PATIENCE_MS * 3)
    pipe.zadd(keys.workers, {"w1": 1000.5})
    pipe.hset(keys.fleet, "told", "{}")
    pipe.hset(keys.missing, mapping={f"h{n}": bytes(range(256)) + b"%d" % n for n in range(25)})
    pipe.pexpire(keys.missing, PATIENCE_MS * 2)
    pipe.sadd(keys.campaigns, *(b"\xff\x00%d" % n for n in range(25)))
    pipe.zadd(keys.codes + "c1", {f"code{n}": n / 3 for n in range(25)})
    pipe.pexpire(keys.codes + "c1", PATIENCE_MS * 2)
    for number in range(25):
        pipe.xadd(keys.audit, {"who": "ops", "what": f"{number}"}, id=f"{10**13 + number}-{number}")
    pipe.rpush(keys.plans, *(f"job{n}" for n in range(25)))
    pipe.rpush(keys.celery + "perks", *(f"m{n}" for n in range(25)))
    pipe.hset(keys.unacked, "tag", '[{"body": ""}, "", "perks"]')
    pipe.zadd(keys.celery + "unacked_index", {"tag": 1.25})
    pipe.sadd(keys.celery + "_kombu.binding.perks", "perks\x06\x16\x06\x16perks")
    pipe.execute()
    for name in store.keys(keys.prefix + "*"):
        # What lives for a minute would be gone before it is compared.
        if 0 < store.pttl(name) < PATIENCE_MS:
            store.pexpire(name, PATIENCE_MS * 3)


@contextmanager
def cut_off_after(number: int, *places: StoreClient) -> Iterator[None]:
    """Let a process end after so many commands to the stores; the last one was carried out."""
    left = number

    def released(once: Any) -> Any:
        def release(connection: Any) -> None:
            nonlocal left
            once(connection)
            left -= 1
            if left == 0:
                raise CutOffError

        return release

    pools = [place.connection_pool for place in places]
    for pool in pools:
        pool.release = released(pool.release)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for pool in pools:
            del pool.release
