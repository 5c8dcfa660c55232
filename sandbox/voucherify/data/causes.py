"""Why a balance changed: what the books know and no answer of the API says."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What a change of a balance came from; `Why.of` names the thing in brackets."""

    ASSIGNMENT = "assignment"  # a referee's reward (assignment)
    TIER = "tier"  # a referrer's reward (the referee's assignment)
    PUBLICATION = "publication"  # was on the card when it was published (assignment, if any)
    PURCHASE = "purchase"  # the customer's own money
    EARNING_RULE = "earning_rule"  # points earned (earning rule)
    MANUAL = "manual"  # a person at the dashboard
    LOOKALIKE = "lookalike"  # an automatic addition that belongs to nothing here
    ORDER = "order"  # spent (redemption)
    REFUND = "refund"  # given back what was spent (rollback)
    EXPIRY = "expiry"
    TRANSFER = "transfer"  # (the other card)
    API = "api"  # "Update voucher balance" (source_id)
    OTHER_REMOVAL = "other_removal"  # taken by another program (related transaction, if any)


@dataclass(frozen=True, slots=True)
class Why:
    """Why a balance changed, and the id of what it was for."""

    cause: Cause
    of: str | None = None


#: What a change is taken for that says nothing else.
BY_HAND = Why(Cause.MANUAL)
