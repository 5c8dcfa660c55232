"""What the event of a removal says, for the sentences and the decisions about it."""

from datetime import datetime

from schemas import HolderAssignmentDeleted, HolderRole, UnknownValue, VoucherType
from worker.errors import NeedsPersonError


def role_of(event: HolderAssignmentDeleted) -> HolderRole:
    """
    Return the role of the customer whose assignment was removed.

    Raises:
        NeedsPersonError: it is not one that Voucherify documents.
    """
    role = event.holder.holder_role
    if isinstance(role, UnknownValue):
        raise NeedsPersonError(
            "data.holder.holder_role is not REFEREE, REFERRER or OWNER, so it is unknown whose "
            f"perks to take back ({ids_of(event)})"
        )
    return role


def voucher_type(event: HolderAssignmentDeleted) -> VoucherType | UnknownValue | None:
    """Return the code's type: the holder's, or else the voucher's."""
    voucher = event.voucher
    return event.holder.voucher_type or (voucher.type if voucher else None)


def referrer_of(event: HolderAssignmentDeleted) -> str | None:
    """Return the referrer of a referee's event, in which the voucher is the referrer's code."""
    voucher = event.voucher
    referrer = (voucher.referrer_id or voucher.holder_id) if voucher else None
    return None if referrer == event.holder.customer_id else referrer


def ids_of(event: HolderAssignmentDeleted) -> str:
    """Return the ids of the assignment in words, for a person."""
    holder = event.holder
    return (
        f"holder {holder.id}, customer {holder.customer_id}, voucher {holder.redeemable_id}, "
        f"campaign {holder.campaign_id}"
    )


def assigned_at(event: HolderAssignmentDeleted) -> datetime:
    """
    Return when the assignment began.

    Raises:
        NeedsPersonError: the event does not say it.
    """
    if event.holder.created_at is None:
        raise NeedsPersonError(
            "data.holder.created_at is missing, so it is unknown which reward belongs to this "
            f"assignment ({ids_of(event)})"
        )
    return event.holder.created_at
