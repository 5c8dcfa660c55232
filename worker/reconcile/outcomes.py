"""
The outcomes that a run counts, by the names of its counts.

What is skipped is counted and logged: a thing that is odd or fails does not block the others.
"""

from enum import StrEnum
from typing import Final

from worker.errors import JobError, PermanentError


#: A removal that was missing, and is a delivery now.
APPLIED: Final = "applied"

#: A campaign that was named and that Voucherify does not know.
UNKNOWN_CAMPAIGN: Final = "unknown_campaign"

#: A customer that Voucherify does not know.
UNKNOWN_CUSTOMER: Final = "unknown_customer"


class Ending(StrEnum):
    """What became of an assignment that is no longer listed."""

    #: A webhook or an earlier run reported its removal.
    REPORTED = "told"
    #: So young that its webhook may still come.
    YOUNG = "young"
    #: No webhook reported it.
    MISSING = "missing"
    #: The customer was deleted, and their activity too.
    CUSTOMER_GONE = "customer_gone"
    #: The code was deleted, and no event reports a removal: a person decides.
    CODE_GONE = "code_gone"


class FailingError(JobError):
    """Only this call fails, while others are answered: it says nothing about the API."""


class Skip(StrEnum):
    """Why something was skipped."""

    #: A campaign that is listed without an id.
    ODD_CAMPAIGN = "odd_campaign"
    #: A code that is listed without an id.
    ODD_CODE = "odd_code"
    #: A holder that is listed without an id, a customer or a documented role.
    ODD_HOLDER = "odd_holder"
    #: An event of a customer that cannot be read, though it may be a removal.
    ODD_EVENT = "odd_event"
    #: A code on which a holder has no id: it may be any of them, so none counts as removed.
    UNDECIDED = "undecided"
    #: Codes whose list has more pages than the API gives.
    CUT_SHORT = "cut_short"
    #: Voucherify itself refused the call.
    REFUSED = "refused"
    #: The call failed each time, while another one was answered.
    FAILING = "failing"


#: Errors that do not end a run: they are about one thing, and not about the API.
SKIPPED = (PermanentError, FailingError)


def why(error: Exception) -> Skip:
    """Return why something is skipped that could not be read."""
    return Skip.FAILING if isinstance(error, FailingError) else Skip.REFUSED
