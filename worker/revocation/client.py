from collections.abc import Iterator
from enum import Enum
from typing import Any, Protocol

from worker.services import Job


Json = dict[str, Any]


class Answer(Enum):
    """What came of a call that changes something."""

    #: 2xx with a JSON object, whatever it says.
    APPLIED = "applied"
    #: It stands as if it had been applied before.
    ALREADY = "already"
    NOT_FOUND = "not found"
    #: The card's balance does not allow it.
    EXCEEDED = "exceeded"
    #: It may or may not have been applied: no answer, or one that cannot be read.
    UNKNOWN = "unknown"


class RevocationClient(Protocol):
    """
    What a revocation needs of the API. A list is None where its object does not exist.

    Raises of each:
        PermanentError: refused in a way that trying again cannot mend.
        RetryableError: not answered, or not now; a call that changes something was not sent.
    """

    def holders(self, code: str, customer: str, job: Job) -> Iterator[Json] | None:
        """List a code's holders, of one customer where the API filters."""

    def redeemables(self, customer: str, job: Job) -> Iterator[Json] | None:
        """List what a customer holds."""

    def transactions(self, card: str, job: Job) -> Iterator[Json] | None:
        """List a card's balance changes, newest first."""

    def activity(self, customer: str, kind: str, campaign: str, job: Job) -> Iterator[Json] | None:
        """List what happened to a customer."""

    def voucher(self, voucher: str, job: Job) -> Json | None:
        """Read a voucher."""

    def customer(self, customer: str, job: Job) -> Json | None:
        """Read a customer."""

    def change_balance(self, card: str, amount: int, name: str, reason: str, job: Job) -> Answer:
        """Change a card's balance; never sent twice by itself."""

    def disable(self, voucher: str, job: Job) -> Answer:
        """Switch a voucher off."""

    def enable(self, voucher: str, job: Job) -> Answer:
        """Switch a voucher on."""

    def roll_back(self, redemption: str, reason: str, job: Job) -> Answer:
        """Roll a redemption back."""

    def set_metadata(self, customer: str, metadata: Json, job: Job) -> Answer:
        """Set a customer's metadata."""

    def close(self) -> None:
        """Give up connections."""
