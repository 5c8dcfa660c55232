"""Who the sentinels say is the primary: the newest that a majority of them knows."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    NoPermissionError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from inbox.errors import NO_SENTINEL, NO_SENTINEL_LOGIN, NO_SENTINEL_RIGHT, NO_SERVICE
from inbox.store.bounded import SHORTEST_SECONDS
from settings.store_address import Place, StoreAddress


#: One sentinel that hangs may take this share of the time that is left.
_SHARE: Final = 0.4


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
        hung: told of each that did not answer.

    Raises:
        redis.ConnectionError: none of them named one.
        redis.AuthenticationError: they refuse our login.
    """
    ends = monotonic() + seconds
    named: list[tuple[int, Place]] = []
    answers = 0
    why: RedisError = RedisConnectionError(NO_SENTINEL)
    for sentinel in sentinels:
        left = ends - monotonic()
        if left < SHORTEST_SECONDS or answers > len(sentinels) // 2:
            break
        try:
            found = _ask(at, sentinel, left * _SHARE)
        except NoPermissionError:
            why = AuthenticationError(NO_SENTINEL_RIGHT)
        except ResponseError:
            answers += 1
            why = RedisConnectionError(NO_SERVICE)
        except AuthenticationError:
            why = AuthenticationError(NO_SENTINEL_LOGIN)
        except RedisError as error:
            # Of a host name that is not known, or of TLS, it is told what is wrong.
            why.__cause__ = why.__cause__ or error
            hung(sentinel)
        else:
            answers += 1
            named.append(found)
    if named:
        return max(named)[1]
    raise why


def _ask(at: StoreAddress, sentinel: Place, seconds: float) -> tuple[int, Place]:
    host, port = sentinel
    asking: Any = Redis(
        host=host,
        port=port,
        username=at.sentinel_username,
        password=at.sentinel_password,
        ssl=at.tls is not None,
        socket_connect_timeout=seconds,
        socket_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        **(at.tls.options if at.tls else {}),
    )
    with asking:
        words = [each.decode() for each in asking.execute_command("SENTINEL", "MASTER", at.service)]
    found = dict(zip(words[::2], words[1::2], strict=True))
    return int(found["config-epoch"]), (found["ip"], int(found["port"]))
