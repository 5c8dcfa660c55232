"""
Which server takes writes for our keys now, where more than one may: found anew for each connection.

A server is believed when it answers a write on a key that never exists (`DEL` of `keys.guard`):
`MOVED` names another one, a replica answers `READONLY`, and what still loads or is in no cluster
says so. docs/decisions/0047-who-is-the-primary.md has what was seen elsewhere.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import Any, ClassVar, Final

from redis.exceptions import (
    AskError,
    AuthenticationError,
    MovedError,
    RedisError,
    ResponseError,
)
from redis.exceptions import TimeoutError as RedisTimeoutError

from inbox.errors import is_to_be_left
from inbox.keys import Keys
from inbox.store.bounded import CLASSES, SHORTEST_SECONDS, Bounded
from inbox.store.sentinels import ask_sentinels
from settings.store_address import Place, StoreAddress


#: Seconds that a search may take where the command that needs it has no bound of its own.
SEARCH_SECONDS: Final = 5.0

#: One server that hangs may take this share of the time that is left.
_SHARE: Final = 0.4

#: Seconds for which a server that hung is asked last.
_SUSPECT_SECONDS: Final = 10.0

#: The latest primaries that are asked, too, when the servers of REDIS_URL do not answer.
_MOST_KNOWN: Final = 16

#: What a server answered, and not what happened on the way to it.
_ANSWERS: Final = (ResponseError, AuthenticationError)


@dataclass(slots=True)
class Search:
    """
    What the connections of a process share of where the primary was, by its last answers.

    Attributes:
        at: the address with its servers.
        guard: the key that is asked for.
    """

    at: StoreAddress
    guard: str
    _last: Place | None = None
    _known: dict[Place, None] = field(default_factory=dict)
    _hung: dict[Place, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def places(self, left: float) -> list[Place]:
        """
        Return where the primary may be, the likeliest first.

        Args:
            left: seconds for the search; sentinels may use a part of them.

        Raises:
            redis.RedisError: no sentinel names a primary.
        """
        if self.at.service:
            return [
                ask_sentinels(self.at, self._in_order(self.at.places), left * _SHARE, self.hung)
            ]
        with self._lock:
            last = [self._last] if self._last else []
            known = (*last, *self.at.places, *reversed(self._known))
        return self._in_order(dict.fromkeys(known))

    def _in_order(self, places: Iterable[Place]) -> list[Place]:
        """Put those that hung a moment ago last."""
        since = monotonic() - _SUSPECT_SECONDS
        return sorted(places, key=lambda place: self._hung.get(place, 0.0) > since)

    def found(self, place: Place) -> None:
        """Remember who is the primary."""
        with self._lock:
            self._last = place
            self._hung.pop(place, None)
            # The newest stands last.
            self._known.pop(place, None)
            self._known[place] = None
            if len(self._known) > _MOST_KNOWN:
                del self._known[next(iter(self._known))]

    def hung(self, place: Place) -> None:
        """Remember who did not answer."""
        with self._lock:
            self._hung[place] = monotonic()
            if self._last == place:
                self._last = None


class Searching(Bounded):
    """A connection to whoever takes writes for our keys when it is made."""

    search: ClassVar[Search]

    def connect_check_health(self, *args: Any, **options: Any) -> None:
        """
        Find the primary and connect to it.

        Raises:
            redis.RedisError: none was found in time; the last answer.
        """
        if self.is_connected:
            return
        usual, lost_at = self.deadline.at, self.lost_at
        try:
            self._find(min(usual, monotonic() + SEARCH_SECONDS), *args, **options)
        except BaseException:
            # An answer may be on its way.
            self.disconnect()
            raise
        finally:
            # What was answered meanwhile says nothing about the connections to others; what broke
            # this one before still does.
            self.deadline.at, self.lost_at = usual, lost_at

    def _find(self, ends: float, *args: Any, **options: Any) -> None:
        waiting = self.search.places(ends - monotonic())
        tried: set[Place] = set()
        why: RedisError = RedisTimeoutError("no server was found in time")
        while waiting and (left := ends - monotonic()) > SHORTEST_SECONDS:
            place = waiting.pop(0)
            if place in tried:
                continue
            tried.add(place)
            # Who is asked last needs to leave nothing for others.
            self.deadline.at = min(ends, monotonic() + left * (_SHARE if waiting else 1))
            try:
                self._try(place, *args, **options)
            except RedisError as error:
                self.disconnect()
                # A login that is refused is to be fixed, whatever became of the others; and what a
                # server answers says more than that another one is away.
                answered = isinstance(why, ResponseError) and not isinstance(error, _ANSWERS)
                why = why if answered or isinstance(why, AuthenticationError) else error
                if isinstance(error, MovedError):
                    waiting.insert(0, _place_in(error, place))
                elif isinstance(error, RedisTimeoutError):
                    self.search.hung(place)
            else:
                self.search.found(place)
                return
        raise why

    def _try(self, place: Place, *args: Any, **options: Any) -> None:
        """
        Connect there, and ask whether it takes writes for our keys.

        Raises:
            redis.RedisError: it does not, or could not be asked.
        """
        # Only TCP has servers to choose from.
        self.host, self.port = place
        super().connect_check_health(*args, **options)
        self.send_command("DEL", self.search.guard, check_health=False)  # type: ignore[no-untyped-call]
        try:
            self.read_response()
        except MovedError:
            raise
        except AskError:
            # Its slot is on the way to another server and was here until now.
            return
        except ResponseError as error:
            if is_to_be_left(error):
                raise
            # It is the primary, and says what is wrong when it is really asked.


def _place_in(error: MovedError, asked: Place) -> Place:
    """Read "MOVED <slot> <host>:<port>"; without a host it is that of who was asked."""
    return (error.host or asked[0], int(error.port))


@cache
def connection_class(at: StoreAddress) -> Any:
    """
    Return the class of the connections to a store; those of one address share a search.

    It is a `Bounded` of redis-py, which has no type for that.
    """
    usual = CLASSES[at.scheme]
    if at.is_fixed:
        return usual
    search = Search(at, Keys(at.prefix).guard)
    return type(f"Searching{usual.__name__}", (Searching, usual), {"search": search})
