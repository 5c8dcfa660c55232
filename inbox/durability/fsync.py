"""
Detect by observation when the disk of a store with `appendfsync everysec` has a write.

Such a server's WAITAOF answers up to a second too early (see `inbox.durability.check`), but what
it does is known from its source (Valkey's and Redis 7's src/aof.c, flushAppendOnlyFile and
openNewIncrAof…):

1. At T0 we write. A flush puts the whole buffer into the file and then submits an fsync, if the
   file has grown and the last was submitted 1000 ms ago. So each that is submitted after T0 covers
   all that was written before T0.
2. At T0 + 1000 ms or later we see no fsync under way. The server flushes before it sends us that
   answer, cannot postpone that flush, and so submits an fsync now unless it has since T0.
3. In a later answer we see again no fsync under way: the one that covers us has ended, and well,
   as `aof_last_write_status` was `ok` all the time.

What breaks this is seen: a flush that was postponed for two seconds (`aof_delayed_fsync`) notes an
fsync that it has not submitted; so may a rewrite (`aof_rewrites`), which moves on to another file
besides and leaves the old one to an fsync that is not counted; and a restart (`run_id`). Then all
starts over with another write. Just after `CONFIG SET appendonly yes` the file does not count until
it was rewritten: WAITAOF, which is not enough but is needed, answers 0 until then. A failed fsync
is forgotten with the next good one, a second later at the earliest, so we check often enough.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from time import monotonic, sleep
from typing import Any, Final

from redis import RedisError

from inbox.durability.problems import (
    BAD_DISK,
    BAD_REWRITE,
    EARLY,
    LOST,
    NO_AOF,
    NO_FSYNC_ON_REWRITE,
    NO_WAITAOF,
    SLOW_DISK,
    UNREPORTED,
)
from inbox.durability.written import COUNT, words_of
from inbox.errors import InboxUnavailableError, unavailable
from inbox.store.client import StoreClient


#: Milliseconds after T0 from which on the server has submitted an fsync: its second, and some for
#: the clock that it caches.
FSYNC_DUE_MS: Final = 1050

#: The longest time between two checks, and for which an fsync may be under way. Together they are
#: under the second for which a failed fsync is to be seen at least.
BLIND_MS: Final = 250
LONGEST_FSYNC_MS: Final = 700

#: Milliseconds between two checks: while nothing can be decided, and afterwards.
SELDOM_MS: Final = 100
OFTEN_MS: Final = 20

#: A write of our own after all that it stands for. It may run when the store is full.
_WRITE: Final = """#!lua flags=allow-oom
redis.call('INCR', KEYS[1])
return redis.call('TIME')"""


_FIND: Final = f"#!lua flags=no-writes\n{COUNT}"


@dataclass(frozen=True, slots=True)
class Observation:
    """What a server reports of itself at one time."""

    #: Its clock, in milliseconds.
    at: float
    #: The process and our connection to it.
    server: tuple[str, int]
    #: aof_delayed_fsync and aof_rewrites.
    disturbances: tuple[int, int]
    fsync_under_way: bool
    #: What WAITAOF says: not enough, but needed.
    acknowledged: bool
    found: int


@dataclass(frozen=True, slots=True)
class Watch:
    """What was seen since a write."""

    first: Observation
    #: From when on an fsync must have been submitted.
    due_at: float
    last_at: float
    #: When no fsync was last under way.
    idle_at: float
    #: Whether step 2 is done.
    submitted: bool = False


class Verdict(StrEnum):
    """How watching ends."""

    DURABLE = "durable"
    AGAIN = "again"


class Clocks:
    """
    The newest time seen of each server.

    A server whose clock was set back calls no fsync until it is again where it was.
    """

    def __init__(self) -> None:
        self._newest: dict[str, float] = {}

    def newest(self, seen: Observation) -> float:
        """Store what a server's clock shows; return the newest that it ever showed."""
        run_id = seen.server[0]
        # A server that was restarted counts from its own start.
        self._newest = {run_id: max(self._newest.get(run_id, 0.0), seen.at)}
        return self._newest[run_id]


def begin(before: Observation, written_at: float, newest: float) -> Watch:
    """Start to watch after a write; `before` was seen before it, so nothing since is missed."""
    due_at = max(written_at, newest) + FSYNC_DUE_MS
    return Watch(before, due_at, last_at=before.at, idle_at=before.at)


def follow(watch: Watch, seen: Observation) -> Watch | Verdict:
    """Decide what a further observation means."""
    first = watch.first
    if (seen.server, seen.disturbances) != (first.server, first.disturbances):
        return Verdict.AGAIN
    unseen, busy = seen.at - watch.last_at, seen.at - watch.idle_at
    if not 0 <= unseen <= BLIND_MS or busy > LONGEST_FSYNC_MS:
        return Verdict.AGAIN
    if seen.fsync_under_way:
        return replace(watch, last_at=seen.at)
    if watch.submitted and seen.acknowledged:
        return Verdict.DURABLE
    submitted = watch.submitted or seen.at >= watch.due_at
    return replace(watch, last_at=seen.at, idle_at=seen.at, submitted=submitted)


def pause_ms(watch: Watch) -> float:
    """Return how long to wait before the next check."""
    return min(max(watch.due_at - watch.last_at, OFTEN_MS), SELDOM_MS)


def read(answers: list[Any]) -> Observation | str | RedisError:
    """Return what the server reported, or why it cannot be watched."""
    for answer in answers:
        if isinstance(answer, RedisError):
            return NO_WAITAOF if "unknown command" in str(answer).lower() else answer
    time, info, config, client_id, waitaof, *found = answers
    try:
        problem = _problem(info, config)
        return problem or Observation(
            at=milliseconds(time),
            server=(info["run_id"], client_id),
            disturbances=(info["aof_delayed_fsync"], info["aof_rewrites"]),
            fsync_under_way=info["aof_pending_bio_fsync"] != 0,
            acknowledged=waitaof[0] >= 1,
            found=found[0] if found else 0,
        )
    except KeyError:
        return UNREPORTED


def milliseconds(time: Any) -> float:
    """Read TIME."""
    return int(time[0]) * 1000 + int(time[1]) / 1000


def _problem(info: Any, config: Any) -> str | None:
    if not info["aof_enabled"]:
        return NO_AOF
    if config["appendfsync"] != "everysec":
        return EARLY
    if config["no-appendfsync-on-rewrite"] != "no":
        return NO_FSYNC_ON_REWRITE
    if info["aof_last_write_status"] != "ok":
        return BAD_DISK
    # One that fails early notes an fsync that was not submitted, and counts as none.
    return BAD_REWRITE if info["aof_last_bgrewrite_status"] != "ok" else None


def observe(client: StoreClient, written: Collection[str], wait_ms: int, clocks: Clocks) -> None:
    """
    Wait until all that was written so far is on the store's disk.

    Args:
        client: of the store, with one connection that no other thread uses meanwhile.
        written: keys that must be there at the end.
        wait_ms: how long it may take.
        clocks: kept from one call to the next.

    Raises:
        InboxUnavailableError: this cannot be confirmed, and why.
    """
    ends = monotonic() + wait_ms / 1000
    while True:
        watched: Watch | Verdict = _begin(client, written, clocks)
        while isinstance(watched, Watch):
            pause = pause_ms(watched) / 1000
            if monotonic() + max(pause, (watched.due_at - watched.last_at) / 1000) > ends:
                raise InboxUnavailableError("not_durable", SLOW_DISK)
            sleep(pause)
            seen, _ = _ask(client, written)
            clocks.newest(seen)
            watched = follow(watched, seen)
        if watched is Verdict.DURABLE:
            if seen.found < len(written):
                raise InboxUnavailableError("not_durable", LOST)
            return


def _begin(client: StoreClient, written: Collection[str], clocks: Clocks) -> Watch:
    before, time = _ask(client, written, write=True)
    return begin(before, milliseconds(time), clocks.newest(before))


def _ask(
    client: StoreClient, written: Collection[str], *, write: bool = False
) -> tuple[Observation, Any]:
    pipeline: Any = client.pipeline(transaction=False)
    pipeline.execute_command("TIME")
    pipeline.info("server", "persistence")
    pipeline.config_get("appendfsync", "no-appendfsync-on-rewrite")
    pipeline.client_id()
    pipeline.execute_command("WAITAOF", 0, 0, 0)
    if written:
        pipeline.eval(_FIND, *words_of(client.names, client.names.barrier, written))
    if write:
        pipeline.eval(_WRITE, 1, client.names.barrier)
    try:
        answers = pipeline.execute(raise_on_error=False)
    except RedisError as error:
        raise unavailable(error) from error
    time = answers.pop() if write else None
    if isinstance(time, RedisError):
        raise unavailable(time)
    seen = read(answers)
    if isinstance(seen, RedisError):
        raise unavailable(seen)
    if isinstance(seen, str):
        raise InboxUnavailableError("not_durable", seen)
    return seen, time
