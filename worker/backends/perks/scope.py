from enum import Enum

from schemas import HolderAssignmentDeleted, HolderRole, UnknownValue
from worker.errors import NeedsPersonError


class Scope(Enum):
    """Whether a removed assignment is about referral perks at all."""

    #: A referee was taken from a referrer's code: what the referee was given is taken back.
    REFEREE = "referee"
    #: A referrer lost the code: what was earned with it is in question.
    REFERRER = "referrer"
    #: Somebody's own voucher, gift card or points; never a referral perk.
    OWNER = "owner"


def scope_of(event: HolderAssignmentDeleted) -> Scope:
    """
    Tell whose perks are in question.

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
            raise NeedsPersonError(
                "data.holder.holder_role is not REFEREE, REFERRER or OWNER, so it cannot be "
                f"told whose perks to take back (holder {event.holder.id})"
            )
