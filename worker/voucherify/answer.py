"""What comes of calls that change something."""

from dataclasses import dataclass
from enum import Enum

from worker.errors import RetryableError


class Answer(Enum):
    """What came of a call that changes something."""

    #: The API's own answer says so.
    APPLIED = "applied"
    #: It stands as if it had been applied before.
    ALREADY = "already"
    NOT_FOUND = "not found"
    #: The card's balance does not allow it.
    EXCEEDED = "exceeded"
    #: It may or may not have been applied: no answer, or one that is not the API's own.
    UNKNOWN = "unknown"

    @property
    def is_gone(self) -> bool:
        """
        Whether there is no such thing, as a call that may be repeated was answered.

        Raises:
            RetryableError: it is not known whether it was applied.
        """
        if self is Answer.UNKNOWN:
            raise no_answer()
        return self is Answer.NOT_FOUND


def no_answer(*, outage: bool = True) -> RetryableError:
    """Return the error for a call that may be repeated and whose outcome is unknown."""
    return RetryableError(
        "voucherify_no_answer",
        "it is not known whether a call was applied that may be repeated",
        outage=outage,
    )


@dataclass(frozen=True, slots=True)
class Changed:
    """
    What came of a balance change.

    Attributes:
        balance: what is left on the card by the answer, in cents or points; None if it was not
            applied for certain.
        outage: whether other calls would meet the same now.
    """

    answer: Answer
    balance: int | None = None
    outage: bool = False
