"""The results of a job's transitions."""

from dataclasses import dataclass, field
from typing import NamedTuple

from inbox.ids import delivery_of, name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job that the caller runs under a lease, with all that it needs."""

    job: str
    task: str
    queue: str
    fence: int
    tries: int
    received_ms: int
    #: When it was claimed, by the store's clock.
    claimed_ms: int
    body: bytes = field(repr=False)
    #: Whether an operator has sent it again since it was accepted.
    sent_again: bool = False
    #: Whether its customer was erased, and the body is redacted.
    redacted: bool = False

    @property
    def delivery(self) -> str:
        """The delivery that the job belongs to."""
        return delivery_of(self.job)

    @property
    def name(self) -> str:
        """What the job runs: `process` or a handler's name."""
        return name_of(self.job)


@dataclass(frozen=True, slots=True)
class Refused:
    """The job is not to be run now: it is in this state, or `gone` when it has ended."""

    state: str


@dataclass(frozen=True, slots=True)
class FannedOut:
    """The process job is done; this many handler jobs were made."""

    jobs: int


@dataclass(frozen=True, slots=True)
class SameAssignment:
    """The process job is done and made nothing: another delivery has claimed this before."""

    delivery: str


@dataclass(frozen=True, slots=True)
class Stale:
    """The lease was not the caller's any more; nothing was changed."""


class Reaped(NamedTuple):
    """What one run of the reaper sent again, by reason, and what failed."""

    due: int = 0
    lease_over: int = 0
    lost: int = 0
    given_up: int = 0
