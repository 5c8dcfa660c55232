from enum import Enum

from schemas import HolderAssignmentDeleted, HolderRole, UnknownValue
from worker.errors import NeedsPersonError
from worker.revocation.event import UNKNOWN_ROLE, ids_of


class Scope(Enum):
    """Whether a removed assignment is about referral perks at all."""

    #: A referee was removed from a referrer's code: what the referee got is taken back.
    REFEREE = "referee"
    #: A referrer lost the code: what was earned with it is in question.
    REFERRER = "referrer"
    #: The customer's own voucher, gift card or points; never a referral perk.
    OWNER = "owner"


def scope_of(event: HolderAssignmentDeleted) -> Scope:
    """
    Return whose perks are in question.

    Raises:
        NeedsPersonError: the role is not one that Voucherify documents.
    """
    match event.holder.holder_role:
        case HolderRole.REFEREE:
            return Scope.REFEREE
        case HolderRole.REFERRER:
            return Scope.REFERRER
        case HolderRole.OWNER:
            return Scope.OWNER
        case UnknownValue():
            raise NeedsPersonError(f"{UNKNOWN_ROLE} ({ids_of(event)})")
