"""What can go wrong between a caller and the stand-ins, decided call by call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TypeAlias

import httpx2

from sandbox.faults.catalogue import CATALOGUE, Awkward


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Glitch:
    """How one call goes wrong; see the functions below."""

    applies: bool = True
    # Applied this many seconds after the caller has given up; until then it had no effect.
    late_seconds: float | None = None
    seconds: float = 0.0
    breaks: type[httpx2.TransportError] | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    # The answer's bytes; without them it is JSON in Voucherify's shape.
    body: bytes | None = None

    def __repr__(self) -> str:
        """Write what is not as usual, so that it can be pasted into a test."""
        usual = Glitch()
        told = [
            f"{each.name}={_written(getattr(self, each.name))}"
            for each in fields(self)
            if getattr(self, each.name) != getattr(usual, each.name)
        ]
        return f"Glitch({', '.join(told)})"


#: Decides by the call and its number, which counts from 1 since the last reset.
Plan: TypeAlias = Callable[[httpx2.Request, int], Glitch | None]


def refuse() -> Glitch:
    """Nobody listens: the caller knows that nothing was sent."""
    return Glitch(applies=False, breaks=httpx2.ConnectError)


def drop() -> Glitch:
    """The connection breaks before the call takes effect."""
    return Glitch(applies=False, breaks=httpx2.RemoteProtocolError)


def apply_then_drop() -> Glitch:
    """The call takes effect, then the connection breaks."""
    return Glitch(breaks=httpx2.RemoteProtocolError)


def answer(status: int, **headers: str) -> Glitch:
    """Answer a status without any effect; `Retry_After="3"` is a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Glitch(applies=False, status=status, headers=named)


def apply_then_answer(status: int = 500) -> Glitch:
    """The call takes effect, and the answer says that something went wrong."""
    return Glitch(status=status)


def delay(seconds: float) -> Glitch:
    """The call takes effect, its answer takes time: for a reader less patient, too much."""
    return Glitch(seconds=seconds)


def apply_late(seconds: float) -> Glitch:
    """The caller waits in vain; the call takes effect these seconds after that."""
    return Glitch(applies=False, late_seconds=seconds, breaks=httpx2.ReadTimeout)


def awkward(name: str) -> Glitch:
    """Answer as the catalogue of awkward answers says under a name, such as `200-html-applied`."""
    return _glitch(CATALOGUE[name])


def applied(glitch: Glitch) -> Glitch:
    """Let the call take effect all the same, as behind a gateway that sends it twice."""
    return replace(glitch, applies=True)


def _glitch(wanted: Awkward) -> Glitch:
    breaks: type[httpx2.TransportError] | None = None
    if wanted.status is None:
        breaks = httpx2.ReadTimeout if wanted.silent else httpx2.ReadError
    return Glitch(
        applies=wanted.applies,
        late_seconds=wanted.late_seconds,
        breaks=breaks,
        status=wanted.status,
        headers=wanted.all_headers(),
        body=wanted.body,
    )


#: Every awkward answer by its name; see `sandbox.awkward`.
AWKWARD: Mapping[str, Glitch] = MappingProxyType(
    {name: _glitch(each) for name, each in CATALOGUE.items()}
)


@dataclass(slots=True, kw_only=True)
class Rule:
    """A glitch for the next calls of a kind; the path may hold * and ?."""

    glitch: Glitch
    method: str | None = None
    path: str | None = None
    skip: int = 0
    times: int | None = 1

    def take(self, request: httpx2.Request) -> bool:
        """Say whether a call is hit, and count it."""
        if self.method not in {None, request.method} or self.times == 0:
            return False
        if self.path is not None and not fnmatchcase(request.url.path, self.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


def _written(value: object) -> str:
    return f"httpx2.{value.__name__}" if isinstance(value, type) else repr(value)
