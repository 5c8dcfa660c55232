"""How the store's answers to `inbox.durability.check` are read."""

from enum import StrEnum
from typing import Any

from redis import RedisError, ResponseError

from inbox.durability.barrier import Durability
from inbox.durability.problems import EARLY, LOST, NO_AOF, NO_REPLICA, NO_WAITAOF, SLOW_DISK
from inbox.errors import InboxUnavailableError, unavailable


class Method(StrEnum):
    """How to learn what a server's disk has: WAITAOF, `inbox.durability.fsync`, or not at all."""

    ASK = "ask"
    WATCH = "watch"
    NONE = "none"


#: The answers of a round's commands, errors among them.
Answers = list[Any]


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
    """
    Return why what was written cannot be relied on; None if it is durable.

    Args:
        durability: what is waited for.
        answers: how many keys were found, and WAIT's; for `fsync` the policy, how many keys were
            found, WAITAOF's and the policy again.
        written: how many keys must be there.
    """
    if durability is Durability.REPLICA:
        found, confirmed = answers
        sentence = _judge_replica(confirmed)
    else:
        before, found, confirmed, after = answers
        sentence = _judge_fsync((before, after), confirmed)
    if isinstance(found, RedisError):
        return unavailable(found)
    if sentence is None and found < written:
        sentence = LOST
    if isinstance(sentence, RedisError):
        return unavailable(sentence)
    return InboxUnavailableError("not_durable", sentence) if sentence else None


def _judge_replica(confirmed: Any) -> str | RedisError | None:
    if isinstance(confirmed, RedisError):
        return confirmed
    return None if confirmed >= 1 else NO_REPLICA


def _judge_fsync(policies: tuple[Any, ...], confirmed: Any) -> str | RedisError | None:
    if isinstance(confirmed, ResponseError):
        # By words because there is no code: both begin with ERR.
        text = str(confirmed).lower()
        if "unknown command" in text:
            return NO_WAITAOF
        return NO_AOF if "appendonly" in text else confirmed
    if isinstance(confirmed, RedisError):
        return confirmed
    if any(choose_method(policy) is not Method.ASK for policy in policies):
        return EARLY
    return None if confirmed[0] >= 1 else SLOW_DISK
