"""How a job can fail. Each error is a sentence and a slug, both without personal data."""

from telemetry.safe_errors import SafeMessageError


class JobError(SafeMessageError):
    """A job did not succeed; `reason` is the slug that groups such failures."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class PermanentError(JobError):
    """Trying again cannot fix it: the job fails at once and waits for an operator."""


class RetryableError(JobError):
    """
    Trying again may fix it: the job waits by the schedule, or longer if it must.

    Attributes:
        retry_after_seconds: the job waits at least so long.
        outage: the downstream is at fault, and other jobs would meet the same.
        pause_seconds: the downstream asked that no job calls it for so long.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        retry_after_seconds: float | None = None,
        outage: bool = False,
        pause_seconds: float | None = None,
    ) -> None:
        super().__init__(reason, message)
        self.retry_after_seconds = retry_after_seconds
        self.outage = outage or pause_seconds is not None
        self.pause_seconds = pause_seconds


class NotDoneError(RetryableError):
    """Certainly nothing was done: it was refused, or never sent. See `Job.once`."""


class PostponedError(JobError):
    """Something else must come first: the job waits, and this run does not count as a try."""

    def __init__(self, reason: str, message: str, *, seconds: float) -> None:
        super().__init__(reason, message)
        self.seconds = seconds


class NeedsPersonError(PermanentError):
    """No safe decision is possible; the message holds what an operator needs to decide."""

    def __init__(self, message: str) -> None:
        super().__init__("needs_a_person", message)
