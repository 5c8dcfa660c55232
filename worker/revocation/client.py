"""What a revocation needs of Voucherify's API; `worker.voucherify.rest` has it."""

from collections.abc import Iterator
from typing import Protocol

from worker.job import Job
from worker.voucherify.answer import Answer, Changed
from worker.voucherify.values import Json


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
