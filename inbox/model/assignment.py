"""Assignments of referral codes and removals without a webhook: frozen values, ids alone."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """
    One assignment of a referral code, by ids.

    Attributes:
        since: ISO 8601 time of the assignment as Voucherify wrote it; empty if unknown.
        kind: the type of the code, as `DISCOUNT_VOUCHER`; empty if unknown.
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
        """Return what is known of it beside its code and campaign, as the registry has it."""
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
    A removal without a webhook.

    Attributes:
        removed: ISO 8601 time of the removal: as Voucherify gives it, or the latest it can be.
        event: id of the event in the customer's activity; empty if there is none.
    """

    assignment: Assignment
    removed: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the store has it: its number, and its fields."""

    number: int
    resumed: bool
    fields: Mapping[str, str]

    def count(self, name: str) -> int:
        """Return a number, 0 if it is not there yet."""
        return int(self.fields.get(name, "0"))


class RunLostError(Exception):
    """Another run has taken over, because this one took no step for too long."""
