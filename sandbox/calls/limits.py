"""Limits of API calls, after Voucherify's "Limits"."""

import math
from collections import deque
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from sandbox.clock import Clock
from sandbox.voucherify.data.errors import check_names


# Seconds since 1970 as floats are no finer than this.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What the plan allows; nothing is limited by default."""

    per_window: int | None = None
    window_seconds: float = 60.0
    per_cycle: int | None = None
    cycle_seconds: float = 30 * 24 * 3600.0
    subscription_ended: bool = False

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """
        Read a limit from JSON.

        Raises:
            ValueError: When a name is not one of ours, or a window is not one.
        """
        check_names(value, (each.name for each in fields(cls)), "field of a limit")
        limit = cls(**value)
        if not limit.window_seconds > 0:
            raise ValueError("window_seconds must be more than 0.")
        return limit


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call may pass, and the headers that its answer carries either way."""

    refused: bool
    headers: dict[str, str]


class RateLimits:
    """
    Counts calls by the time of their arrival; the caller holds the sandbox's lock.

    Only calls that were let through use the limit up. How the real service counts refused
    ones is not documented; `most_in_any_window` counts all, so a test sees who presses on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.put(None)

    def put(self, limit: Limit | None) -> None:
        """Begin to count anew, under a limit or under none."""
        self.limit = limit
        self._passed: deque[float] = deque()
        self._arrived: deque[float] = deque()
        self._requests = self._over = self._most = self._in_cycle = 0
        self._since = self._clock.time()

    def take(self) -> Verdict | None:
        """Count one call that arrives now; None while there is no limit."""
        limit, now = self.limit, self._clock.time()
        if limit is None:
            return None
        for times in (self._passed, self._arrived):
            while times and times[0] <= now - limit.window_seconds + _ROUNDING:
                times.popleft()
        self._requests += 1
        self._arrived.append(now)
        self._most = max(self._most, len(self._arrived))
        kind, wait = self._reached(limit, now)
        if kind is None:
            self._passed.append(now)
            self._in_cycle += 1
            _, wait = self._reached(limit, now)
        else:
            self._over += 1
        headers = {**self._room(limit), "X-Rate-Limit-Retry": str(math.ceil(now + wait))}
        if kind is not None:
            headers |= {"Retry-After": str(max(1, math.ceil(wait))), "X-Rate-Limit-Type": kind}
        return Verdict(kind is not None, headers)

    def as_json(self) -> dict[str, Any]:
        """Show the limit and what was counted under it."""
        return {
            **asdict(self.limit or Limit()),
            "requests": self._requests,
            "over": self._over,
            "most_in_any_window": self._most,
        }

    def _reached(self, limit: Limit, now: float) -> tuple[str | None, float]:
        cycle_full = limit.per_cycle is not None and self._in_cycle >= limit.per_cycle
        if limit.subscription_ended or cycle_full:
            return "api_calls_cycle", self._since + limit.cycle_seconds - now
        if limit.per_window is not None and len(self._passed) >= limit.per_window:
            oldest = self._passed[0] if self._passed else now
            return "api_calls", oldest + limit.window_seconds - now
        return None, 0.0

    def _room(self, limit: Limit) -> dict[str, str]:
        most, used = limit.per_window, len(self._passed)
        if most is None:
            most, used = limit.per_cycle or 0, self._in_cycle
        left = 0 if limit.subscription_ended else max(0, most - used)
        return {"X-Rate-Limit-Limit": str(most), "X-Rate-Limit-Remaining": str(left)}
