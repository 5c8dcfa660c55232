"""What can go wrong between us and the store, by what an operator does about it."""

import re
from typing import Final

from redis import exceptions as redis_errors


class InboxUnavailableError(Exception):
    """The inbox cannot take this now; `reason` says why in one word, `sentence` in more."""

    def __init__(self, reason: str, sentence: str | None = None) -> None:
        self.reason = reason
        self.sentence = sentence or _SENTENCES.get(reason, reason)
        super().__init__(f"the inbox cannot take this now: {self.sentence}")


_SENTENCES = {
    "down": "the store cannot be reached",
    "timeout": "the store does not answer in time",
    "full": "the store has reached its maxmemory",
    "evicting": "the store throws data away when its memory is full",
    "read_only": "the store is a read-only replica",
    "no_replicas": "the store has fewer replicas in step than its min-replicas-to-write asks for",
    "elsewhere": "the store is a cluster that does not serve our keys at this address now",
    "busy": "the store is busy with a script",
    "loading": "the store is still loading its data",
    "auth": "the store refuses our user or password",
    "disk": "the store cannot write to its disk",
    "refused": "the store refuses the command",
    "moving": "the store holds data that is being moved, or was moved, to another place",
    "not_durable": "it is stored, but ACCEPT_DURABILITY was not reached in time",
}


class NoPrimaryError(redis_errors.ConnectionError):
    """No sentinel names a primary; its text holds nothing of an address and is for the operator."""


class SentinelLoginError(redis_errors.AuthenticationError):
    """The sentinels refuse our login; its text is for the operator."""


def unavailable(error: redis_errors.RedisError) -> InboxUnavailableError:
    """Return why the store did not do as asked."""
    reason, text = _reason(error), str(error)
    if isinstance(error, NoPrimaryError | SentinelLoginError):
        return InboxUnavailableError(reason, text)
    if reason == "auth":
        return InboxUnavailableError(reason, _missing_right(text))
    if reason == "down" and "CERTIFICATE_VERIFY_FAILED" in text:
        return InboxUnavailableError(reason, _NOT_TRUSTED)
    return InboxUnavailableError(reason)


_NOT_TRUSTED: Final = (
    "the store's certificate is not trusted: it must be for the host that REDIS_URL names, and "
    "signed by an authority in ssl_ca_certs of REDIS_URL, or else one that this system trusts"
)


def is_outage(error: BaseException) -> bool:
    """Return whether the store is away or takes nothing, and no single command is at fault."""
    return isinstance(error, redis_errors.RedisError) and _reason(error) != "refused"


def is_to_be_left(error: redis_errors.ResponseError) -> bool:
    """Return whether a server answered that it is not, or not yet, the one to ask."""
    return _reason(error) in _LEAVE


#: Order matters: redis-py derives AuthenticationError and BusyLoadingError from
#: ConnectionError, and OutOfMemoryError and ReadOnlyError from ResponseError.
_REASONS: tuple[tuple[type[redis_errors.RedisError], str], ...] = (
    (redis_errors.TimeoutError, "timeout"),
    (redis_errors.BusyLoadingError, "loading"),
    (redis_errors.AuthenticationError, "auth"),
    (redis_errors.NoPermissionError, "auth"),
    (redis_errors.ConnectionError, "down"),
    (redis_errors.OutOfMemoryError, "full"),
    (redis_errors.ReadOnlyError, "read_only"),
    (redis_errors.MasterDownError, "read_only"),
    (redis_errors.ClusterDownError, "elsewhere"),
    (redis_errors.TryAgainError, "elsewhere"),
    # MovedError is one of them.
    (redis_errors.AskError, "elsewhere"),
)

#: Errors of commands inside a script arrive as plain text with the code somewhere in it.
_CODES = (
    ("OOM", "full"),
    ("READONLY", "read_only"),
    ("MISCONF", "disk"),
    ("NOPERM", "auth"),
    ("ACL failure", "auth"),
    ("NOREPLICAS", "no_replicas"),
    ("MASTERDOWN", "read_only"),
    ("CLUSTERDOWN", "elsewhere"),
    ("MOVED ", "elsewhere"),
    ("TRYAGAIN", "elsewhere"),
    ("LOADING ", "loading"),
    ("BUSY ", "busy"),
    ("MOVING ", "moving"),
)

#: Another server is the primary now, or will be: the next connection may lead to it.
_LEAVE: Final = frozenset({"read_only", "elsewhere", "loading"})


#: What the store says of a right that is missing (Redis's and Valkey's src/acl.c). Nothing else of
#: its text is repeated: it may hold the command with all that it was given.
_NO_COMMAND: Final = re.compile(
    r"(?:[Uu]ser ([\w.@:-]{1,64})|[Tt]his user) has no permissions to run the '([a-z|-]{1,64})'"
)
_NO_KEY: Final = re.compile(r"[Nn]o permissions to access a (key|channel)")


def _missing_right(text: str) -> str | None:
    """Return in words which right is missing, if the store says so."""
    if found := _NO_COMMAND.search(text):
        user, command = found.groups()
        return f"the store's user {user or 'that we are'} may not run {command}: docs/security.md"
    if found := _NO_KEY.search(text):
        return (
            f"the store's user that we are may not use a {found[1]} which this needs; the store's "
            "ACL LOG says which: docs/security.md"
        )
    return None


def _reason(error: redis_errors.RedisError) -> str:
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    text = str(error)
    return next((reason for code, reason in _CODES if code in text), "refused")
