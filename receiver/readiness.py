"""What `/readyz` says when the store cannot take a webhook: what is wrong, and what to do."""

import socket
import ssl
from collections.abc import Iterator
from typing import Final

from inbox.errors import InboxUnavailableError, NoPrimaryError, SentinelLoginError
from settings.store_address import StoreAddress


#: By the reason; the sentences of the others already say what to do.
_ADVICE: Final = {
    "down": "see that it runs, and that REDIS_URL has its host and port, and rediss:// if and "
    "only if it speaks TLS",
    "timeout": "see whether it hangs or is overloaded, and whether a firewall drops what we send",
    "full": "raise its maxmemory, shorten a retention, or complete or discard pending jobs",
    "evicting": "set its maxmemory-policy to noeviction",
    "read_only": "let REDIS_URL lead to the primary, or wait for the end of a failover",
    "no_replicas": "see whether its replicas run and are in step",
    "busy": "see its SLOWLOG for who keeps it busy",
    "loading": "wait; it is ready when it has read its data",
    "auth": "fix user and password in REDIS_URL",
    "disk": "see its log, and the room on its disk",
    "moving": "let REDIS_URL and STORE_PREFIX name the place that it was moved to",
    "refused": "see that it is Redis 7 or Valkey, and that no other program writes keys "
    "that begin with STORE_PREFIX",
}

#: With sentinels REDIS_URL has neither host nor port of the store.
_ADVICE_SENTINEL: Final = (
    "the sentinels name it: see that it runs, and that it can be reached from here by the address "
    "that SENTINEL MASTER shows"
)

_NO_RIGHT: Final = "its ACL refuses our user a command or a key, and ACL LOG on it says which"

#: By words of the store's own error, which are not repeated: they may hold names. The first fits.
_BY_WORDS: Final = (
    ("ACL failure", _NO_RIGHT),
    ("NOPERM", _NO_RIGHT),
    ("permission", _NO_RIGHT),
    ("DB index", "it has no database of the number at the end of REDIS_URL"),
    ("max number of clients", "it takes no more connections (maxclients)"),
    ("MASTERDOWN", "it is a replica that has lost its primary: let REDIS_URL lead to the primary"),
    ("handshake", "REDIS_URL says rediss://, and no TLS is spoken there"),
)


def explain(error: InboxUnavailableError, at: StoreAddress) -> str:
    """Return in words what is wrong with the store at this address and what to do about it."""
    advice = _advice(error, at)
    return f"{error}: {advice}" if advice else str(error)


def _advice(error: InboxUnavailableError, at: StoreAddress) -> str | None:
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "its certificate does not pass ssl_cert_reqs in REDIS_URL"
        if isinstance(cause, ssl.SSLError):
            return "REDIS_URL says rediss://, and no TLS is spoken there that both know"
        if isinstance(cause, socket.gaierror):
            return "the name of its host in REDIS_URL is not known here"
    if any(isinstance(cause, NoPrimaryError | SentinelLoginError) for cause in causes):
        # They say themselves what to do.
        return None
    words = " ".join(str(cause) for cause in causes)
    found = (advice for part, advice in _BY_WORDS if part in words)
    usual = _ADVICE_SENTINEL if at.service and error.reason == "down" else _ADVICE.get(error.reason)
    return next(found, usual)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
