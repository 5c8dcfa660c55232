"""What a revocation needs of Voucherify's API, and what comes of calls that change something."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from worker.errors import RetryableError
from worker.job import Job
from worker.voucherify.values import Json


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


class RevocationClient(Protocol):
    """
    What a revocation needs of the API.

    A thing or a list is None only if the API itself says that the thing, or the owner of the
    list, does not exist.

    Each raises:
        PermanentError: refused in a way that trying again cannot fix.
        RetryableError: not answered, or not now; a call that changes something was not sent.
    """

    def holders(self, code: str, customer: str, job: Job) -> Iterator[Json] | None:
        """Return a code's holders, of one customer where the API filters."""

    def redeemables(self, customer: str, job: Job) -> Iterator[Json] | None:
        """Return what a customer holds."""

    def transactions(self, card: str, job: Job) -> Iterator[Json] | None:
        """Return a card's balance changes, newest first."""

    def activity(self, customer: str, since: str, job: Job) -> Iterator[Json] | None:
        """Return a customer's activity from a time (ISO 8601) on, newest first."""

    def voucher(self, voucher: str, job: Job) -> Json | None:
        """Read a voucher."""

    def customer(self, customer: str, job: Job) -> Json | None:
        """Read a customer."""

    def campaign(self, campaign: str, job: Job) -> Json | None:
        """Read a campaign."""

    def change_balance(self, card: str, amount: int, name: str, reason: str, job: Job) -> Changed:
        """Change a card's balance; never sent twice by itself."""

    def disable(self, voucher: str, job: Job) -> Answer:
        """Switch a voucher off."""

    def enable(self, voucher: str, job: Job) -> Answer:
        """Switch a voucher on."""

    def roll_back(self, redemption: str, reason: str, job: Job) -> Answer:
        """Roll a redemption back."""

    def set_metadata(self, customer: str, metadata: Json, job: Job) -> Json | None:
        """Set a customer's metadata and return the customer as it is then. May be repeated."""

    def close(self) -> None:
        """Close the connections."""
