"""What the store is asked in a round of `inbox.durability.barrier`, and how its answer is read."""

import threading
from collections.abc import Callable, Collection
from enum import StrEnum
from queue import SimpleQueue
from typing import Any, Final

from redis import RedisError, ResponseError

from inbox.durability.barrier import ROUNDS, Barrier, Durability
from inbox.durability.fsync import Clocks, observe
from inbox.durability.problems import EARLY, LOST, NO_AOF, NO_REPLICA, NO_WAITAOF, SLOW_DISK
from inbox.errors import InboxUnavailableError, unavailable
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from settings.store_address import StoreAddress


#: A write of our own, so that this connection's offset covers all that was written before. It may
#: run when the store is full, and returns how many of the given keys there are.
_WRITE: Final = """#!lua flags=allow-oom
redis.call('INCR', KEYS[1])
local found = 0
for i = 2, #KEYS do found = found + redis.call('EXISTS', KEYS[i]) end
return found"""

#: Milliseconds in which a replica that is in step has answered.
_REPLICA_CHECK_MS: Final = 200


class Method(StrEnum):
    """How to learn what a server's disk has: WAITAOF, `inbox.durability.fsync`, or not at all."""

    ASK = "ask"
    WATCH = "watch"
    NONE = "none"


#: The answers of a round's commands, errors among them.
Answers = list[Any]


def make_barrier(
    at: StoreAddress | str, durability: Durability, *, most_seconds: float
) -> Barrier | None:
    """
    Return what waits for this durability, with its own connections; None if nothing is asked for.

    Args:
        at: where the store is.
        durability: what is waited for.
        most_seconds: the longest wait.
    """
    if not durability.is_asked_for:
        return None
    # Each round has its own connection, which the store knows its write by.
    idle: SimpleQueue[StoreClient] = SimpleQueue()
    clocks = Clocks()
    for _ in range(ROUNDS):
        # The store itself ends the wait; one that does not is frozen.
        idle.put(_client(at, 1, most_seconds + 0.3))

    def ask(written: Collection[str], wait_ms: int) -> None:
        client = idle.get()
        try:
            confirm(client, durability, written, wait_ms, clocks)
        finally:
            idle.put(client)

    return Barrier(ask)


def make_check(at: StoreAddress | str, durability: Durability) -> Callable[[], None]:
    """Return a check of whether this durability can be had now; it raises InboxUnavailableError."""
    client, one_asks = _client(at, 1, 0.5), threading.Lock()
    clocks = Clocks()
    wait_ms = _REPLICA_CHECK_MS if durability is Durability.REPLICA else 1

    def check() -> None:
        if not durability.is_asked_for:
            return
        if not one_asks.acquire(timeout=0.5):
            raise InboxUnavailableError("timeout")
        try:
            confirm(client, durability, (), wait_ms, clocks)
        except InboxUnavailableError as error:
            # A disk that writes once a second need not have written just now.
            if error.sentence != SLOW_DISK:
                raise
        finally:
            one_asks.release()

    return check


def _client(at: StoreAddress | str, connections: int, answer_timeout: float) -> StoreClient:
    return connect(
        at,
        max_connections=connections,
        answer_timeout=answer_timeout,
        # Its time is used up by then.
        whole_timeout=answer_timeout,
        name="perkhook-durability",
    )


def confirm(
    client: StoreClient,
    durability: Durability,
    written: Collection[str],
    wait_ms: int,
    clocks: Clocks,
) -> None:
    """
    Check that all that was written so far is durable.

    Args:
        client: of the store, with one connection that no other thread uses meanwhile.
        durability: what is waited for.
        written: keys that must be there.
        wait_ms: how long the store may take.
        clocks: kept from one call to the next.

    Raises:
        InboxUnavailableError: it has not confirmed it, and why.
    """
    if durability is Durability.FSYNC:
        method = choose_method(*_ask(client, _ask_policy))
        if method is Method.WATCH:
            observe(client, written, wait_ms, clocks)
            return
        # An answer that cannot be trusted is read all the same: it says what is missing.
        wait_ms = wait_ms if method is Method.ASK else 1

    def fill(pipeline: Any) -> None:
        pipeline.eval(_WRITE, 1 + len(written), client.names.barrier, *written)
        if durability is Durability.REPLICA:
            pipeline.execute_command("WAIT", 1, wait_ms)
        else:
            _ask_policy(pipeline)
            pipeline.execute_command("WAITAOF", 1, 0, wait_ms)

    problem = judge(durability, _ask(client, fill), len(written))
    if problem is not None:
        raise problem


def _ask_policy(pipeline: Any) -> None:
    pipeline.config_get("appendfsync")


def _ask(client: StoreClient, fill: Callable[[Any], None]) -> Answers:
    pipeline: Any = client.pipeline(transaction=False)
    fill(pipeline)
    try:
        answers: Answers = pipeline.execute(raise_on_error=False)
    except RedisError as error:
        raise unavailable(error) from error
    return answers


def choose_method(policy: Any) -> Method:
    """
    Decide how to learn what a server's disk has, by its answer to CONFIG GET appendfsync.

    With `everysec`, WAITAOF answers too early: up to a second before Redis 8 and in Valkey (Redis
    pull request 13793, seen up to 9.1), and in Redis 8.2.3 still after an fsync that failed and
    while the file is rewritten. So it is believed with `always` alone.
    """
    match policy:
        case {"appendfsync": "always"}:
            return Method.ASK
        case {"appendfsync": "everysec"}:
            return Method.WATCH
    return Method.NONE


def judge(durability: Durability, answers: Answers, written: int) -> InboxUnavailableError | None:
    """Return why what was written cannot be relied on; None if it is durable."""
    found, *others, confirmed = answers
    if isinstance(found, RedisError):
        return unavailable(found)
    sentence = (
        _judge_replica(confirmed)
        if durability is Durability.REPLICA
        else _judge_fsync(others[0], confirmed)
    )
    if sentence is None and found < written:
        sentence = LOST
    if isinstance(sentence, RedisError):
        return unavailable(sentence)
    return InboxUnavailableError("not_durable", sentence) if sentence else None


def _judge_replica(confirmed: Any) -> str | RedisError | None:
    if isinstance(confirmed, RedisError):
        return confirmed
    return None if confirmed >= 1 else NO_REPLICA


def _judge_fsync(policy: Any, confirmed: Any) -> str | RedisError | None:
    if isinstance(confirmed, ResponseError):
        # By words because there is no code: both begin with ERR.
        text = str(confirmed).lower()
        if "unknown command" in text:
            return NO_WAITAOF
        return NO_AOF if "appendonly" in text else confirmed
    if isinstance(confirmed, RedisError):
        return confirmed
    if choose_method(policy) is not Method.ASK:
        return EARLY
    return None if confirmed[0] >= 1 else SLOW_DISK
