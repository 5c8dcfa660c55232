from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import httpx2


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Fault:
    """How one call, or one webhook, goes wrong; with nothing set it goes well."""

    # Whether it takes effect: a webhook that does not is never sent.
    applies: bool = True
    # Not applied at first, but this many seconds after the answer or the caller's time-out.
    late_seconds: float | None = None
    # How long it takes until it is applied, and from then until its answer.
    wait_seconds: float = 0.0
    seconds: float = 0.0
    breaks: type[httpx2.TransportError] | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    # The answer's bytes; without them it is JSON in Voucherify's shape.
    body: bytes | None = None
    # How many times more the same bytes arrive; of a webhook only.
    copies: int = 0

    def __repr__(self) -> str:
        """Write what is not as usual, so that it can be pasted into a test."""
        usual = Fault()
        unusual = [
            f"{each.name}={_written(getattr(self, each.name))}"
            for each in fields(self)
            if getattr(self, each.name) != getattr(usual, each.name)
        ]
        return f"Fault({', '.join(unusual)})"


def refuse() -> Fault:
    """No server listens: the caller knows that nothing was sent."""
    return Fault(applies=False, breaks=httpx2.ConnectError)


def drop() -> Fault:
    """The connection breaks before the call takes effect."""
    return Fault(applies=False, breaks=httpx2.RemoteProtocolError)


def apply_then_drop() -> Fault:
    """The call takes effect, then the connection breaks."""
    return Fault(breaks=httpx2.RemoteProtocolError)


def answer(status: int, **headers: str) -> Fault:
    """Answer a status without any effect; `Retry_After="3"` is a header."""
    return Fault(applies=False, status=status, headers=named(headers))


def apply_then_answer(status: int = 500) -> Fault:
    """The call takes effect, and the answer says that something went wrong."""
    return Fault(status=status)


def delay(seconds: float) -> Fault:
    """The call takes effect, its answer takes time: for a reader less patient, too much."""
    return Fault(seconds=seconds)


def apply_late(seconds: float) -> Fault:
    """The caller waits in vain; the call takes effect these seconds after that."""
    return Fault(applies=False, late_seconds=seconds, breaks=httpx2.ReadTimeout)


def applied(fault: Fault) -> Fault:
    """Let the call take effect all the same, as behind a gateway that sends it twice."""
    return replace(fault, applies=True)


def named(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers, written as names in Python, by their names in HTTP."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _written(value: object) -> str:
    return f"httpx2.{value.__name__}" if isinstance(value, type) else repr(value)
