"""How a run can end, and what happens to a job that did not succeed."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas import UnreadableBody
from telemetry.safe_errors import describe, type_name
from worker.errors import PermanentError, RetryableError


#: Waits are spread by this share to both sides, so that jobs that failed together do not
#: come back together.
JITTER = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What happens to a job that did not succeed.

    Attributes:
        reason: slug that groups such failures.
        error: one sentence without personal data.
        delay_seconds: wait before the next try; None if there is none.
        expected: False if the error is unexpected and must be reported.
    """

    reason: str
    error: str
    delay_seconds: float | None
    expected: bool = True


@dataclass(frozen=True, slots=True)
class Completed:
    """The job is over, or was not pending."""

    outcome: str


@dataclass(frozen=True, slots=True)
class NotBegun:
    """The process stops: another worker runs the job."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The job waits for its next try."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Failed:
    """The job failed and waits for an operator."""

    verdict: Verdict


#: How a run can end.
Ended = Completed | Waiting | Failed | NotBegun


def waits(own: Sequence[float] | None, usual: tuple[float, ...]) -> tuple[float, ...]:
    """Return the waits between a job's tries: its handler's own, also if empty, else the usual."""
    return usual if own is None else tuple(own)


def decide(error: Exception, *, tries: int, schedule: tuple[float, ...], chance: float) -> Verdict:
    """
    Decide between another try and failing the job.

    Args:
        error: what the run raised.
        tries: runs so far, this one included, at least 1.
        schedule: seconds to wait after the first, second, … failed run.
        chance: a random number from 0 to 1.
    """
    sentence = describe(error)
    match error:
        case UnreadableBody() | PermanentError():
            return Verdict(reason=error.reason, error=str(error), delay_seconds=None)
        case RetryableError():
            reason, expected, least = error.reason, True, error.retry_after_seconds or 0.0
        case _:
            reason, expected, least = f"unexpected:{type_name(error)}", False, 0.0
    delay = None
    if tries <= len(schedule):
        spread = 1 - JITTER + 2 * JITTER * chance
        # Never shorter than asked for, so it is spread to one side only.
        delay = max(schedule[tries - 1] * spread, least * (1 + JITTER * chance))
    return Verdict(reason=reason, error=sentence, delay_seconds=delay, expected=expected)
