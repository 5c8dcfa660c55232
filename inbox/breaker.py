from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from inbox.model.rate import Rate
from inbox.store import scripts
from inbox.store.client import StoreClient
from inbox.store.script_call import Argument


#: Failures in a row that open the breaker.
FAILURES_THAT_SHUT = 5

#: The first and the longest time that it is open.
FIRST_PAUSE_MS = 2_000
LONGEST_PAUSE_MS = 30_000

#: How long the one caller of a half-open breaker may take.
LONE_TRY_MS = 30_000

#: What the script answers the one caller of a half-open breaker.
ALONE = 2

#: How long a run may make its reserved calls without counting each of them. They count as made at
#: the end of this time, so calls of a worker that died are not used too early.
RESERVATION_MS = 60_000

#: A call reaches the downstream a little after it was counted here, and two calls may swap;
#: counting over a longer time than the downstream does keeps them apart.
WINDOW_MARGIN_MS = 1_000


@dataclass(frozen=True, slots=True)
class Admitted:
    """
    The downstream may be called.

    Attributes:
        in_doubt: calls have failed lately, so a call that ends well must be reported (`well`).
        alone: the breaker is half-open, and this caller tries for all others.
    """

    in_doubt: bool
    alone: bool


@dataclass(frozen=True, slots=True)
class BreakerOpen:
    """The downstream may not be called before this time has passed."""

    wait_seconds: float
    reason: str


class NotAdmitted(StrEnum):
    """The job does not run: the rate cap has held it, or another run has it by now."""

    HELD = "held"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class CountedJob:
    """
    A job that counts for the rate cap on revocations (`inbox.jobs.Jobs.counted`).

    Attributes:
        named: what the script `admit` needs of it and of the cap.
        admit: asks the cap alone, where no downstream has a breaker; None if it may run.
    """

    named: Mapping[str, Argument]
    admit: Callable[[], NotAdmitted | None]


class Breaker:
    """
    The circuit breaker and the budget of one downstream, shared by all workers.

    It opens when calls fail in a row or when the downstream asks for a pause. After that it is
    half-open: one caller tries while the others wait. With a rate, calls are reserved before a
    job begins, so that no job is stopped half-way, and get their time when its run ends.
    """

    def __init__(self, client: StoreClient, name: str, rate: Rate | None = None) -> None:
        self.name = name
        self._most = rate.count if rate else 0
        self._window_ms = rate.ms + WINDOW_MARGIN_MS if rate else 0
        self._admit = scripts.load(client, "admit")
        self._report = scripts.load(client, "breaker_report")
        self._use = scripts.load(client, "budget_use")
        self._return = scripts.load(client, "budget_return")

    @property
    def rate(self) -> tuple[int, int]:
        """Return the most calls, 0 for no limit, and in how many milliseconds."""
        return self._most, self._window_ms

    def enter(
        self, caller: str, calls: int, job: CountedJob | None = None
    ) -> Admitted | BreakerOpen | NotAdmitted:
        """
        Ask for up to `calls` calls.

        Args:
            caller: names the run.
            calls: how many to reserve.
            job: is admitted by the rate cap first; None if it does not count.
        """
        answer = self._admit(
            named={
                **(job.named if job else {}),
                "downstream": self.name,
                "caller": caller,
                "calls": calls,
                "most": self._most,
                "ms": self._window_ms,
                "reservation_ms": RESERVATION_MS,
                "alone_ms": LONE_TRY_MS,
            }
        )
        match answer[0]:
            case b"open":
                return Admitted(in_doubt=answer[1] > 0, alone=answer[1] == ALONE)
            case b"closed":
                return BreakerOpen(answer[1] / 1000, answer[2].decode())
        return NotAdmitted(answer[0].decode())

    def use(self, caller: str, number: int) -> float:
        """Count a call as made now; return the seconds to wait if none is reserved or left."""
        return self._spend(self._most, caller=caller, number=number)

    def use_spare(self, caller: str, number: int, *, used: int = 0, reserved: int = 0) -> float:
        """
        Count a call that can wait as made now; return the seconds to wait if too few are left.

        Half of the calls is kept for jobs that cannot wait. While such a job waits for the budget,
        none is given. What the caller reserved is free for such jobs from now on.

        Args:
            caller: names the run.
            number: of this call among those of the run that can wait, from 1.
            used: how many of the reserved calls it has made.
            reserved: how many it had reserved; 0 if they were returned.
        """
        return self._spend(
            self._most - self._most // 2,
            caller=f"{caller}:spare",
            number=number,
            run=caller,
            used=used,
            reserved=reserved,
        )

    def _spend(self, most: int, **named: Argument) -> float:
        if not self._most:
            return 0.0
        wait = self._use(
            named={
                **named,
                "downstream": self.name,
                "most": most,
                "ms": self._window_ms,
                "reservation_ms": RESERVATION_MS,
            }
        )
        return float(wait) / 1000

    def end_run(self, caller: str, used: int, reserved: int) -> None:
        """Count the reserved calls that were made, and return the others to the budget."""
        if self._most and reserved:
            self._return(
                named={
                    "downstream": self.name,
                    "caller": caller,
                    "used": used,
                    "reserved": reserved,
                    "life_ms": self._window_ms + RESERVATION_MS,
                }
            )

    def well(self, caller: str) -> None:
        """Report a call that ended well; a pause that the downstream asked for stays."""
        self._send(caller, "well", "", 0)

    def skip(self, caller: str) -> None:
        """Report that the one caller of a half-open breaker made no call."""
        self._send(caller, "skip", "", 0)

    def failed(self, caller: str, reason: str) -> tuple[float, bool]:
        """Report a failed call; return the seconds it is open for, and whether this opened it."""
        return self._send(caller, "failed", reason, FIRST_PAUSE_MS)

    def pause(self, caller: str, reason: str, seconds: float) -> tuple[float, bool]:
        """Open the breaker for a time that the downstream asked for; returns as `failed`."""
        return self._send(caller, "pause", reason, int(seconds * 1000))

    def _send(self, caller: str, result: str, reason: str, pause_ms: int) -> tuple[float, bool]:
        wait, opened = self._report(
            named={
                "downstream": self.name,
                "caller": caller,
                "result": result,
                "reason": reason,
                "pause_ms": pause_ms,
                "failures": FAILURES_THAT_SHUT,
                "longest_ms": LONGEST_PAUSE_MS,
            }
        )
        return wait / 1000, bool(opened)
