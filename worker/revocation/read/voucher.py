"""Reads vouchers and customers leniently; what cannot be read is None, never a guess."""

from worker.revocation.findings import Code, Conversion
from worker.voucherify.values import Json, moment, object_of, text, whole


def code_of(voucher: Json) -> Code | None:
    """Read a code or coupon, its owners, and whether it can still be used."""
    name = text(voucher.get("id"))
    if name is None:
        return None
    owners = {text(voucher.get("holder_id")), text(voucher.get("referrer_id"))} - {None}
    uses = object_of(voucher.get("redemption"))
    most, used = whole(uses.get("quantity")), whole(uses.get("redeemed_quantity"))
    return Code(
        name,
        voucher.get("active") is not False,
        frozenset(str(each) for each in owners),
        used_up=most is not None and used is not None and 0 < most <= used,
    )


def conversions_of(customer: Json) -> tuple[Conversion, ...]:
    """Return the redemptions and events by which a customer came ("Get customer")."""
    referrals = object_of(customer.get("referrals")).get("campaigns")
    found = []
    for each in referrals if isinstance(referrals, list) else ():
        shown = object_of(each)
        name, campaign = text(shown.get("related_object_id")), text(shown.get("campaign_id"))
        if name and campaign:
            by_event = shown.get("related_object_type") not in {"redemption", None}
            at, referrer = moment(shown.get("date")), text(shown.get("referrer_id"))
            found.append(Conversion(name, campaign, by_event, at, referrer))
    return tuple(found)
