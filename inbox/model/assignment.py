"""Assignments of referral codes and removals that nobody told of: frozen values, ids alone."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """
    One assignment of a referral code, by ids.

    Attributes:
        since: ISO 8601 time of the assignment as Voucherify wrote it; empty if it is not told.
        kind: the type of the code, as `DISCOUNT_VOUCHER`; empty if it is not told.
    """

    holder: str
    customer: str
    role: str
    code: str
    campaign: str
    kind: str = ""
    since: str = ""

    @property
    def text(self) -> str:
        """What is known of it beside its code and campaign, as the book has it."""
        # Ids and words of Voucherify's; a blank in one of them would make it another.
        words = (self.customer, self.role, self.kind, self.since)
        return " ".join(word.replace(" ", "") for word in words)

    @classmethod
    def read(cls, holder: str, text: str, *, code: str, campaign: str) -> "Assignment":
        """Read what `text` has written."""
        customer, role, kind, since = text.split(" ")
        return cls(
            holder=holder,
            customer=customer,
            role=role,
            code=code,
            campaign=campaign,
            kind=kind,
            since=since,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """
    A removal of which no webhook told.

    Attributes:
        removed: ISO 8601 time of the removal: as Voucherify tells it, or the latest it can be.
        event: id of the event in the customer's activity; empty if none tells of it.
    """

    assignment: Assignment
    removed: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the store has it: its number, and all that was noted of it."""

    number: int
    goes_on: bool
    fields: Mapping[str, str]

    def count(self, name: str) -> int:
        """Read a number that may not be there yet as 0."""
        return int(self.fields.get(name, "0"))


class RunLostError(Exception):
    """Another run has taken over, because this one did not move for too long."""
