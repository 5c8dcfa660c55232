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

#: A customer whom Voucherify does not know.
UNKNOWN_CUSTOMER: Final = "unknown_customer"


class Ending(StrEnum):
    """What became of an assignment that is no longer listed."""

    #: A webhook or an earlier run reported its removal.
    TOLD = "told"
    #: So young that its webhook may still come.
    YOUNG = "young"
    #: No webhook reported it.
    MISSING = "missing"
    #: The customer was deleted, and their activity too.
    CUSTOMER_GONE = "customer_gone"
    #: The code was deleted, and no event reports a removal: a person decides.
    CODE_GONE = "code_gone"


class FailingError(JobError):
    """One call fails in its own way, while others are answered: it says nothing of the API."""


class Skip(StrEnum):
    """Why something was skipped; the names of a run's counts."""

    #: A campaign that is listed without an id.
    ODD_CAMPAIGN = "odd_campaign"
    #: A code that is listed without an id.
    ODD_CODE = "odd_code"
    #: A holder that is listed without an id, a customer or a role that is known.
    ODD_HOLDER = "odd_holder"
    #: An event of a customer that cannot be read, though it may tell of a removal.
    ODD_EVENT = "odd_event"
    #: A code on which a holder has no id: it may be anybody, so nobody counts as removed.
    UNDECIDED = "undecided"
    #: Codes whose list has more pages than can be asked for.
    CUT_SHORT = "cut_short"
    #: Voucherify itself refused the call.
    REFUSED = "refused"
    #: The call failed each time, while another one was answered.
    FAILING = "failing"


#: What ends no run: it is about what was asked for, and not about the API.
SKIPPED = (PermanentError, FailingError)


def why(error: Exception) -> Skip:
    """Say why something is skipped that could not be asked for."""
    return Skip.FAILING if isinstance(error, FailingError) else Skip.REFUSED
