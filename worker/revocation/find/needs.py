from dataclasses import dataclass

from schemas import HolderAssignmentDeleted, HolderRole, UnknownValue, VoucherType
from worker.errors import NeedsPersonError
from worker.revocation.event import ids_of, referrer_of, role_of, voucher_type
from worker.settings.policies import Policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """
    What must be read before deciding; all empty if there is nothing to take back.

    Attributes:
        presence: whether the assignment is really gone.
        additions_to: customer whose cards are searched for what the assignment gave.
        rewards_of: referrer whose rewards are searched.
        conversions_of: customer whose redemptions of the code are searched.
        code: whether the code's present owner matters.
        doubt: what the event lacks, in a sentence for a person; the rest is decided.
    """

    presence: bool = False
    additions_to: str | None = None
    rewards_of: str | None = None
    conversions_of: str | None = None
    code: bool = False
    doubt: str | None = None


def needs(event: HolderAssignmentDeleted, policies: Policies) -> Needs:
    """
    Return what must be read: the matrix of role and voucher type, row by row.

    Raises:
        NeedsPersonError: the row is one that cannot be decided safely.
    """
    holder = event.holder
    role, kind = role_of(event), voucher_type(event)
    match role, kind:
        case HolderRole.OWNER, _:
            # Their own coupon, money or points; never a referral perk.
            return Needs()
        case HolderRole.REFEREE, VoucherType.DISCOUNT_VOUCHER:
            referrer = referrer_of(event) if policies.claw_back_referrer else None
            unknown = policies.claw_back_referrer and referrer is None
            return Needs(
                presence=True,
                additions_to=holder.customer_id,
                rewards_of=referrer,
                conversions_of=holder.customer_id if policies.roll_back_redemption else None,
                doubt=_no_referrer(event) if unknown else None,
            )
        case HolderRole.REFERRER, VoucherType.DISCOUNT_VOUCHER:
            return Needs(
                presence=True,
                rewards_of=holder.customer_id if policies.claw_back_referrer else None,
                code=policies.disable_referrer_code,
            )
    raise NeedsPersonError(f"{_why_not(role, kind)} ({ids_of(event)})")


def _no_referrer(event: HolderAssignmentDeleted) -> str:
    return (
        "the event does not say who referred this customer, so it cannot be known what the "
        f"referrer earned ({ids_of(event)})"
    )


def _why_not(role: HolderRole, kind: VoucherType | UnknownValue | None) -> str:
    if kind is None or isinstance(kind, UnknownValue):
        return "data.holder.voucher_type is unknown, so it is unknown what to take back"
    return (
        f"a {role} on a {kind}: this card is the referrer's own, and Voucherify's API does not "
        "make such codes, so nothing is touched"
    )
