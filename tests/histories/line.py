"""The wire between the product and the stand-in, on which every call can be met by something."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import httpx2

from sandbox.faults.fault import Fault
from sandbox.inprocess import InProcess


#: A call whose answer never came may be under way for so long.
IN_FLIGHT_SECONDS: Final = 300.0


class Crash(BaseException):
    """The process is gone, here and now."""


def crash() -> None:
    """End the process."""
    raise Crash


@dataclass
class Frozen:
    """A run that stands still in the middle of a call."""

    thaws_at: float
    continues: threading.Event = field(default_factory=threading.Event)
    _gone: bool = False

    def stand(self) -> None:
        """Stand still until it thaws, or its process is gone."""
        self.continues.wait()
        if self._gone:
            raise Crash

    def end(self) -> None:
        """Let its process be gone."""
        self._gone = True
        self.continues.set()


class Line(httpx2.BaseTransport):
    """
    Carries calls, and at the n-th lets happen what was planned for it.

    Attributes:
        before: called before the n-th call is sent.
        after: called after the n-th call was answered, or broke.
        faults: how the n-th call goes wrong.
        money: how the n-th balance change goes wrong.
        lasting: how all calls of a kind go wrong until a time, which beats the two above.
        calls: all calls so far, each as its method and the last word of its path.
        kinds: their kinds, as `kind_of` names them.
        collisions: changes of a card that were sent while another one was in flight.
    """

    def __init__(self, shop: InProcess, passed: Callable[[], None]) -> None:
        self._shop = shop
        self._passed = passed
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.before: dict[int, Callable[[], None]] = {}
        self.after: dict[int, Callable[[], None]] = {}
        self.faults: dict[int, Fault] = {}
        self.money: dict[int, Fault] = {}
        self.lasting: dict[str, tuple[Fault, float]] = {}
        self.calls: list[str] = []
        self.kinds: list[str] = []
        self.collisions: list[tuple[str, str]] = []
        self._in_flight: dict[str, tuple[str, float]] = {}
        self._moved = 0
        self._now: Fault | None = None
        self._shop.plan(lambda _, __: self._now)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry one call."""
        self.calls.append(f"{request.method} {request.url.path.rsplit('/', 1)[1]}")
        number = len(self.calls)
        fault = self.faults.get(number)
        if self.calls[-1] == "POST balance":
            self._moved += 1
            fault = self.money.get(self._moved, fault)
        self.kinds.append(kind_of(request))
        lasting, until = self.lasting.get(self.kinds[-1], (None, 0.0))
        if lasting is not None and self._shop.clock.ahead < until:
            fault = lasting
        self.before.pop(number, _nothing)()
        self._begin(request)
        self._now = fault
        answer = None
        try:
            answer = self._shop.transport.handle_request(request)
        except httpx2.ConnectError:
            self._end(request)
            raise
        finally:
            self._now = None
            # A time-out takes time, and the store must know.
            self._passed()
            self.after.pop(number, _nothing)()
        if answer.status_code < 500:
            self._end(request)
        return answer

    def _begin(self, request: httpx2.Request) -> None:
        """Note a balance change as in flight, and whether another one of the same card was."""
        path, now = request.url.path, self._shop.clock.time()
        if not path.endswith("/balance"):
            return
        name = json.loads(request.content)["source_id"]
        other, since = self._in_flight.get(path, (name, now))
        card = self._shop.world.store.vouchers[path.split("/")[3]]
        made = any(each.source_id == other for each in card.transactions)
        if other != name and not made and now - since < IN_FLIGHT_SECONDS:
            self.collisions.append((other, name))
        self._in_flight[path] = (name, now)

    def _end(self, request: httpx2.Request) -> None:
        self._in_flight.pop(request.url.path, None)


def kind_of(request: httpx2.Request) -> str:
    """Name the kind of a call by method and path without ids: `GET vouchers/transactions`."""
    _, version, collection, *rest = request.url.path.split("/")
    assert version == "v1"
    # Ids stand at every second place, but behind `referrals/members`.
    words = [collection, *(rest[2:] if collection == "referrals" else rest[1:])]
    return f"{request.method} {'/'.join(words)}{'' if rest else ' (list)'}"


def _nothing() -> None:
    pass
