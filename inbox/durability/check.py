"""What the store is asked in a round of `inbox.durability.barrier`."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from queue import SimpleQueue
from time import monotonic
from typing import Any, Final

from redis import RedisError

from inbox.durability.barrier import ROUNDS, Barrier, Durability
from inbox.durability.fsync import Clocks, observe
from inbox.durability.judging import Answers, Method, choose_method, judge
from inbox.durability.problems import EARLY, SLOW_DISK
from inbox.durability.written import COUNT, words_of
from inbox.errors import InboxUnavailableError, unavailable
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from settings.store_address import StoreAddress


#: A write of our own, so that this connection's offset covers all that was written before. It may
#: run when the store is full, and returns how many of the given keys there are.
_WRITE: Final = f"""#!lua flags=allow-oom
redis.call('INCR', KEYS[1])
{COUNT}"""

#: Milliseconds in which a replica that is in step has answered.
_REPLICA_CHECK_MS: Final = 200


@dataclass(slots=True)
class Known:
    """
    What one round learned of the store and the next one may use.

    Attributes:
        clocks: of the servers.
        method: as the last answer had it. It saves a trip and proves nothing: each answer brings
            the policy that it is judged by.
    """

    clocks: Clocks = field(default_factory=Clocks)
    method: Method | None = None


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
    known = Known()
    for _ in range(ROUNDS):
        # The store itself ends the wait; one that does not is frozen.
        idle.put(_client(at, 1, most_seconds + 0.3))

    def ask(written: Collection[str], wait_ms: int) -> None:
        client = idle.get()
        try:
            confirm(client, durability, written, wait_ms, known)
        finally:
            idle.put(client)

    return Barrier(ask)


def make_check(at: StoreAddress | str, durability: Durability) -> Callable[[], None]:
    """Return a check of whether this durability can be had now; it raises InboxUnavailableError."""
    client, one_asks = _client(at, 1, 0.5), threading.Lock()
    known = Known()
    wait_ms = _REPLICA_CHECK_MS if durability is Durability.REPLICA else 1

    def check() -> None:
        if not durability.is_asked_for:
            return
        if not one_asks.acquire(timeout=0.5):
            raise InboxUnavailableError("timeout")
        try:
            confirm(client, durability, (), wait_ms, known)
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
    known: Known,
) -> None:
    """
    Check that all that was written so far is durable.

    Args:
        client: of the store, with one connection that no other thread uses meanwhile.
        durability: what is waited for.
        written: keys that must be there.
        wait_ms: how long the store may take.
        known: kept from one call to the next.

    Raises:
        InboxUnavailableError: it has not confirmed it, and why.
    """
    if durability is Durability.FSYNC:
        _confirm_fsync(client, written, wait_ms, known)
        return

    def fill(pipeline: Any) -> None:
        _write(pipeline, client, written)
        pipeline.execute_command("WAIT", 1, wait_ms)

    problem = judge(durability, _ask(client, fill), len(written))
    if problem is not None:
        raise problem


def _confirm_fsync(
    client: StoreClient, written: Collection[str], wait_ms: int, known: Known
) -> None:
    ends = monotonic() + wait_ms / 1000
    if known.method is Method.ASK:
        problem = _wait_for_disk(client, written, wait_ms)
        if problem is None:
            return
        if problem.sentence != EARLY:
            raise problem
        # Its policy has changed, or it is another server.
        wait_ms = max(int((ends - monotonic()) * 1000), 1)
    known.method = choose_method(*_ask(client, _ask_policy))
    if known.method is Method.WATCH:
        observe(client, written, wait_ms, known.clocks)
        return
    # An answer that cannot be trusted is read all the same: it says what is missing.
    problem = _wait_for_disk(client, written, wait_ms if known.method is Method.ASK else 1)
    if problem is not None:
        raise problem


def _wait_for_disk(
    client: StoreClient, written: Collection[str], wait_ms: int
) -> InboxUnavailableError | None:
    def fill(pipeline: Any) -> None:
        # The policy before and after: one that is changed meanwhile is seen.
        _ask_policy(pipeline)
        _write(pipeline, client, written)
        pipeline.execute_command("WAITAOF", 1, 0, wait_ms)
        _ask_policy(pipeline)

    return judge(Durability.FSYNC, _ask(client, fill), len(written))


def _write(pipeline: Any, client: StoreClient, written: Collection[str]) -> None:
    pipeline.eval(_WRITE, *words_of(client.names, client.names.barrier, written))


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
