"""How the run of a job can end."""

from dataclasses import dataclass

from worker.run.verdict import Verdict


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
