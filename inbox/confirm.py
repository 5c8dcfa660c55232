"""What the store is asked in a round of `inbox.durability`, and how its answer is read."""

import threading
from collections.abc import Callable, Collection
from typing import Any, Final

from redis import Redis, RedisError, ResponseError

from inbox import keys
from inbox.connection import connect
from inbox.durability import ROUNDS, Barrier, Durability
from inbox.errors import InboxUnavailableError, unavailable


#: A write of our own, so that this connection's offset covers all that was written before. It may
#: run when the store is full, and tells how many of the given keys there are.
_WRITE: Final = """#!lua flags=allow-oom
redis.call('INCR', KEYS[1])
local found = 0
for i = 2, #KEYS do found = found + redis.call('EXISTS', KEYS[i]) end
return found"""

#: From here on WAITAOF answers only after the disk whatever `appendfsync` is. Before it, and in
#: Valkey (which calls itself Redis 7.2 and is seen to do it up to 9.1), WAITAOF answers up to a
#: second too early with `everysec` (Redis pull request 13793).
_TRUSTED_SINCE: Final = 8

#: Milliseconds in which a replica that is in step has answered.
_REPLICA_CHECK_MS: Final = 200

_LOST: Final = "the store was replaced by one that does not have it"
_NO_REPLICA: Final = (
    "no replica of the store has confirmed it (ACCEPT_DURABILITY=replica): see that one is "
    "connected and in step"
)
_SLOW_DISK: Final = "the store's disk has not confirmed it in time (ACCEPT_DURABILITY=fsync)"
_NO_AOF: Final = "ACCEPT_DURABILITY=fsync needs a store with appendonly yes"
_NO_WAITAOF: Final = "ACCEPT_DURABILITY=fsync needs WAITAOF: Redis 7.2 or newer, or Valkey"
_EARLY: Final = (
    "ACCEPT_DURABILITY=fsync needs appendfsync always on this store, which else confirms before "
    "its disk has it, or never"
)

#: The answers of a round's commands, errors among them.
Answers = list[Any]


def make_barrier(url: str, durability: Durability, *, most_seconds: float) -> Barrier | None:
    """
    Make what waits for this durability, with connections of its own; None for `memory`.

    Args:
        url: address of the store.
        durability: what is waited for.
        most_seconds: the longest that anybody waits.
    """
    if durability is Durability.MEMORY:
        return None
    # The store itself ends the wait; one that does not is frozen.
    client = _client(url, ROUNDS, most_seconds + 0.3)
    return Barrier(lambda written, wait_ms: confirm(client, durability, written, wait_ms))


def make_check(url: str, durability: Durability) -> Callable[[], None]:
    """Make what asks whether this durability can be had now; raises InboxUnavailableError."""
    client, one_asks = _client(url, 1, 0.5), threading.Lock()
    wait_ms = _REPLICA_CHECK_MS if durability is Durability.REPLICA else 1

    def check() -> None:
        if durability is Durability.MEMORY:
            return
        if not one_asks.acquire(timeout=0.5):
            raise InboxUnavailableError("timeout")
        try:
            confirm(client, durability, (), wait_ms)
        except InboxUnavailableError as error:
            # A disk that is told to write once a second need not have written just now.
            if error.sentence != _SLOW_DISK:
                raise
        finally:
            one_asks.release()

    return check


def _client(url: str, connections: int, answer_timeout: float) -> Redis:
    return connect(
        url,
        max_connections=connections,
        answer_timeout=answer_timeout,
        name="perkhook-durability",
    )


def confirm(client: Redis, durability: Durability, written: Collection[str], wait_ms: int) -> None:
    """
    Have the store confirm all that it was told so far, in one round trip.

    Args:
        client: of the store.
        durability: what is waited for.
        written: keys that must be there.
        wait_ms: how long the store may take.

    Raises:
        InboxUnavailableError: it has not confirmed it, and why.
    """
    pipeline: Any = client.pipeline(transaction=False)
    pipeline.eval(_WRITE, 1 + len(written), keys.BARRIER, *written)
    if durability is Durability.REPLICA:
        pipeline.execute_command("WAIT", 1, wait_ms)
    else:
        pipeline.config_get("appendfsync")
        pipeline.info("server")
        pipeline.execute_command("WAITAOF", 1, 0, wait_ms)
    try:
        answers: Answers = pipeline.execute(raise_on_error=False)
    except RedisError as error:
        raise unavailable(error) from error
    problem = judge(durability, answers, len(written))
    if problem is not None:
        raise problem


def judge(durability: Durability, answers: Answers, written: int) -> InboxUnavailableError | None:
    """Tell what stands against relying on what was written; None if it is durable."""
    found, *others, confirmed = answers
    if isinstance(found, RedisError):
        return unavailable(found)
    sentence = (
        _judge_replica(confirmed)
        if durability is Durability.REPLICA
        else _judge_fsync(others[0], others[1], confirmed)
    )
    if sentence is None and found < written:
        sentence = _LOST
    if isinstance(sentence, RedisError):
        return unavailable(sentence)
    return InboxUnavailableError("not_durable", sentence) if sentence else None


def _judge_replica(confirmed: Any) -> str | RedisError | None:
    if isinstance(confirmed, RedisError):
        return confirmed
    return None if confirmed >= 1 else _NO_REPLICA


def _judge_fsync(policy: Any, server: Any, confirmed: Any) -> str | RedisError | None:
    if isinstance(confirmed, ResponseError):
        # Told by words because there is no code: ERR is all that both begin with.
        told = str(confirmed).lower()
        if "unknown command" in told:
            return _NO_WAITAOF
        return _NO_AOF if "appendonly" in told else confirmed
    if isinstance(confirmed, RedisError):
        return confirmed
    if not _is_trusted(policy, server):
        return _EARLY
    return None if confirmed[0] >= 1 else _SLOW_DISK


def _is_trusted(policy: Any, server: Any) -> bool:
    """Decide whether this server's WAITAOF means that the disk has it."""
    if isinstance(policy, dict) and policy.get("appendfsync") == "always":
        return True
    version = str(server.get("redis_version", "")) if isinstance(server, dict) else ""
    major = version.partition(".")[0]
    return major.isdecimal() and int(major) >= _TRUSTED_SINCE
