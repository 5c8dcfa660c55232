"""What each maxmemory-policy does to an installation whose store is full, and that it is named."""

from typing import Any, Final

import pytest
from redis.exceptions import OutOfMemoryError

from inbox.errors import InboxUnavailableError
from inbox.ledger import Effects
from inbox.privacy.erasure import Erasure
from inbox.store.headroom import Headroom
from tests.engine import KEYS
from tests.integration.inbox.house import House


ALL_KEYS: Final = ("allkeys-lru", "allkeys-lfu", "allkeys-random")
WITH_AN_END: Final = ("volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl")

MIB: Final = 1024 * 1024

#: What the store may take beyond an inbox at work.
ROOM: Final = 2 * MIB


def _at_work(own: House) -> None:
    """Accept webhooks, begin effects, erase customers: keys with and without an end."""
    own.accept_many(300)
    effects, erasure = Effects(own.store, memory_seconds=3600), Erasure(own.store)
    for number in range(100):
        effects.plan(f"h{number}:points:card", holder=f"h{number}", customer=f"c{number}")
        erasure.erase(f"c{number}", who="ops", why="a test")


def _keys(own: House) -> dict[str, bool]:
    """Return all keys but what fills the store, and whether each has an end."""
    names = [name.decode() for name in own.store.scan_iter(f"{KEYS.prefix}*", count=1000)]
    return {name: own.store.pttl(name) >= 0 for name in names}


def _fill(own: House, number: int = 800) -> int:
    """Write more than fits, as another program would; return how often that was refused."""
    refused = 0
    for each in range(number):
        try:
            own.store.set(f"ballast:{each}", bytes(16 * 1024))
        except OutOfMemoryError:
            refused += 1
    return refused


def _evicted(own: House) -> int:
    return int(own.store.info("stats")["evicted_keys"])


def _limit(own: House, policy: str) -> None:
    own.store.config_set("maxmemory-policy", policy)
    own.store.config_set("maxmemory", own.store.info("memory")["used_memory"] + ROOM)


@pytest.mark.parametrize("policy", [*ALL_KEYS, *WITH_AN_END])
def test_a_policy_that_evicts_loses_what_is_said(own: House, policy: str) -> None:
    """`allkeys-…` loses webhooks without an error; `volatile-…` what has an end, then refuses."""
    _at_work(own)
    before = _keys(own)
    _limit(own, policy)

    refused = _fill(own)

    lost = before.keys() - _keys(own).keys()
    assert _evicted(own) > 0
    bodies = {name for name in lost if name.startswith(KEYS.delivery)}
    if policy in ALL_KEYS:
        assert bodies
        assert refused == 0
    else:
        assert lost == {name for name, ends in before.items() if ends}
        assert any(name.startswith(KEYS.effect) for name in lost)
        assert any(name.startswith(KEYS.erased) for name in lost)
        assert refused > 0


def test_noeviction_loses_nothing(own: House) -> None:
    """What does not fit is refused, and every key is there."""
    _at_work(own)
    before = _keys(own)
    _limit(own, "noeviction")

    assert _fill(own) > 0
    assert _keys(own) == before
    assert _evicted(own) == 0


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-lru"])
def test_without_a_limit_no_policy_evicts(own: House, policy: str) -> None:
    """With `maxmemory 0` nothing is deleted, and nothing refused."""
    _at_work(own)
    before = _keys(own)
    own.store.config_set("maxmemory-policy", policy)

    assert _fill(own) == 0
    assert _keys(own) == before
    assert _evicted(own) == 0


@pytest.mark.parametrize("policy", [*ALL_KEYS, *WITH_AN_END])
def test_a_policy_that_is_set_while_running_is_named(own: House, policy: str) -> None:
    """From the next check on, a second later; and it is as before when it is set back."""
    times = iter(range(100))
    headroom = Headroom(own.store, clock=lambda: float(2 * next(times)))

    def named() -> str | None:
        headroom.check()
        try:
            headroom.check_policy()
        except InboxUnavailableError as error:
            return str(error)
        return None

    own.store.config_set("maxmemory", 100 * MIB)
    assert named() is None
    own.store.config_set("maxmemory-policy", policy)
    said = named()
    assert said is not None
    assert f"maxmemory-policy is {policy}: " in said
    own.store.config_set("maxmemory", 0)
    assert named() is None
    own.store.config_set("maxmemory", 100 * MIB)
    own.store.config_set("maxmemory-policy", "noeviction")
    assert named() is None


def test_the_server_knows_no_other_policy(own: House) -> None:
    """A release with a new policy is noticed here, so that its words are checked."""
    known: Any = [*ALL_KEYS, *WITH_AN_END, "noeviction"]
    refused = str(_refusal(own))
    if "must be one of" not in refused:
        pytest.skip(f"the server lists no policies: {refused}")
    listed = refused.rsplit("following: ", maxsplit=1)[-1].replace(",", " ").split()
    assert {word for word in listed if "-" in word or word == "noeviction"} == set(known)


def _refusal(own: House) -> Exception:
    with pytest.raises(Exception, match="maxmemory-policy") as caught:
        own.store.config_set("maxmemory-policy", "no-such-policy")
    return caught.value
