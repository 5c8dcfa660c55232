"""The holders of a code as Voucherify lists them, including odd ones."""

from dataclasses import dataclass, field
from typing import Any, Final

from inbox.model.assignment import Assignment


#: Roles that hold referral perks; an owner's own coupon is not one.
REFERRAL_ROLES: Final = frozenset({"REFERRER", "REFEREE"})

#: The documented roles (API reference: List referral code holders, `holder_role`).
_ROLES: Final = REFERRAL_ROLES | {"OWNER"}


@dataclass(slots=True)
class Listed:
    """
    The holders that are listed on a code.

    Attributes:
        holders: by assignment; the customer or the role of an odd one is an empty text.
        unnamed: entries without an id, which may be any assignment.
    """

    holders: dict[str, Assignment] = field(default_factory=dict)
    unnamed: int = 0


def read_holder(entry: Any, code: str, campaign: str) -> Assignment | None:
    """
    Read an entry of the list; None if it has no id.

    Its shape (specification: RedeemableHolder): `id`, `customer_id`, `holder_role`, `created_at`
    and `voucher_type`, each a text. Any other value is read as an empty text.
    """
    if not isinstance(entry, dict) or not is_id(entry.get("id")):
        return None
    names = ("customer_id", "holder_role", "voucher_type", "created_at")
    texts = {name: entry[name] for name in names if is_id(entry.get(name))}
    return Assignment(
        holder=entry["id"],
        customer=texts.get("customer_id", ""),
        role=texts.get("holder_role", ""),
        code=code,
        campaign=campaign,
        kind=texts.get("voucher_type", ""),
        since=texts.get("created_at", ""),
    )


def is_odd(holder: Assignment) -> bool:
    """Return whether a holder lacks a customer or has an undocumented role."""
    return not holder.customer or holder.role not in _ROLES


def is_id(value: object) -> bool:
    """Return whether a value can be an id: a text that is not blank."""
    return isinstance(value, str) and bool(value.strip())
