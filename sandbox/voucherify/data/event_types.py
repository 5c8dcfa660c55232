"""The values that "List customer activity" takes as parameters, as its reference lists them."""

ASSIGNED = "customer.holder.assignment.created"
UNASSIGNED = "customer.holder.assignment.deleted"

CAMPAIGN_TYPES = frozenset(
    {"PROMOTION", "GIFT_VOUCHERS", "REFERRAL_PROGRAM", "DISCOUNT_COUPONS", "LOYALTY_PROGRAM"}
)
CATEGORIES = frozenset({"ACTION", "EFFECT"})

# Each stands behind "customer."; the two assignment types are not among them.
_NAMES = """
    confirmed created updated deleted referred custom_event segment.entered segment.left
    sms.sent sms.recovered sms.failed email.sent email.recovered email.failed
    activecampaign.sent activecampaign.recovered activecampaign.failed braze.sent
    braze.recovered braze.failed mailchimp.sent mailchimp.recovered mailchimp.failed
    intercom.sent intercom.recovered intercom.failed shopify.sent shopify.recovered
    shopify.failed klaviyo.sent klaviyo.recovered klaviyo.failed batch.sent batch.recovered
    batch.failed rewarded rewarded.loyalty_points voucher.gift.balance_added
    voucher.loyalty_card.points_added voucher.loyalty_card.points_transferred
    voucher.loyalty_card.points_expired voucher.deleted publication.succeeded publication.failed
    validation.succeeded validation.failed redemption.failed redemption.succeeded
    redemption.rollback.failed redemption.rollback.succeeded order.canceled order.created
    order.fulfilled order.paid order.processing order.updated reward_redemptions.created
    reward_redemptions.pending reward_redemptions.completed reward_redemptions.rolledback
    loyalty.updated loyalty.tier.upgraded loyalty.tier.downgraded loyalty.tier.prolonged
    loyalty.tier.expiration.changed loyalty.tier.joined loyalty.tier.left
"""
SELECTABLE = frozenset(f"customer.{name}" for name in _NAMES.split())

_EFFECTS = ("customer.rewarded", "customer.voucher.", "customer.reward_redemptions.")


def category_of(event_type: str) -> str:
    """
    Return ACTION for what a customer did, EFFECT for what followed from it.

    Which is which the reference does not list; what a programme gives is taken to follow.
    """
    return "EFFECT" if event_type.startswith(_EFFECTS) else "ACTION"
