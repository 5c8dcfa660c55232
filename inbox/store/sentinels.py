"""Who the sentinels say is the primary: the newest that a majority of them knows."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, Final

from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from inbox.errors import NoPrimaryError, SentinelLoginError
from inbox.store.bounded import CLASSES, SHORTEST_SECONDS
from settings.store_address import Place, StoreAddress


#: One sentinel that hangs may take this share of the time that is left.
_SHARE: Final = 0.4

#: What is said where sentinels answer and know no such service.
UNKNOWN: Final = "the sentinels know no service of the name in REDIS_URL"

#: What is said where something else than a sentinel answers.
NO_SENTINEL: Final = (
    "a server in REDIS_URL is no sentinel: sentinels listen on a port of their own, mostly 26379"
)

#: What is said where the sentinels have other users than the store.
LOGIN: Final = (
    "the sentinels refuse our login: it is sentinel_username and sentinel_password in REDIS_URL, "
    "and user and password before the host are the store's"
)


def ask_sentinels(
    at: StoreAddress,
    sentinels: Sequence[Place],
    seconds: float,
    hung: Callable[[Place], None],
) -> Place:
    """
    Return the primary of the service.

    A failover gives the new primary a greater number (config-epoch; Redis documentation: Sentinel
    specification). A sentinel that was cut off names the old one with the old number, so more than
    half of them are asked; with fewer that answer, the greatest number of those counts.

    Args:
        at: the address; names the service and the login for sentinels.
        sentinels: in the order in which to ask them.
        seconds: for all of them together.
        hung: called with each that did not answer.

    Raises:
        NoPrimaryError: none of those that answered knows the service.
        SentinelLoginError: they refuse our login, and no other named a primary.
        redis.RedisError: none has answered.
    """
    ends = monotonic() + seconds
    named: list[tuple[int, Place]] = []
    why: RedisError = RedisTimeoutError("no sentinel has answered in time")
    for sentinel in sentinels:
        left = ends - monotonic()
        if left < SHORTEST_SECONDS or len(named) > len(sentinels) // 2:
            break
        try:
            named.append(_ask(at, sentinel, left * _SHARE))
        except (AuthenticationError, NoPermissionError):
            why = SentinelLoginError(LOGIN)
        except ResponseError as error:
            why = NoPrimaryError(NO_SENTINEL if "unknown command" in str(error) else UNKNOWN)
        except RedisTimeoutError:
            hung(sentinel)
        except RedisError as error:
            why = error if isinstance(why, RedisTimeoutError) else why
    if named:
        return max(named)[1]
    raise why


def _ask(at: StoreAddress, sentinel: Place, seconds: float) -> tuple[int, Place]:
    host, port = sentinel
    make: Any = CLASSES[at.scheme]
    asking = make(
        host=host,
        port=port,
        username=at.sentinel_username,
        password=at.sentinel_password,
        socket_connect_timeout=seconds,
        socket_timeout=seconds,
        protocol=2,
        **(at.tls.options if at.tls else {}),
    )
    asking.deadline.at = monotonic() + seconds
    try:
        asking.connect()
        asking.send_command("SENTINEL", "MASTER", at.service)
        words = [each.decode() for each in asking.read_response()]
    finally:
        asking.disconnect()
    found = dict(zip(words[::2], words[1::2], strict=True))
    return int(found["config-epoch"]), (found["ip"], int(found["port"]))
