"""
The types of Voucherify's events, by the file in `schemas/events` that describes them.

The names are those of the webhook specification "Events" of 2024-01-01: the key of a webhook
there, in lower case and without `EVENTS`. `BUS_VAL_RULE` is `business_validation_rule`, and the
event of distributions has its own name alone (API reference, webhooks of project settings and of
distributions). Some examples there carry the name of another event.

Webhooks of a project and of a distribution have the same envelope. For the latter its `type`
is a name for display, so what counts is `event.type`.
"""

import re
from collections.abc import Mapping
from typing import Final


FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "business_validation_rule": (
        "business_validation_rule.created",
        "business_validation_rule.deleted",
        "business_validation_rule.updated",
    ),
    "business_validation_rule_assignment": (
        "business_validation_rule.assignment.created",
        "business_validation_rule.assignment.deleted",
    ),
    "campaign": (
        "campaign.created",
        "campaign.deleted",
        "campaign.disabled",
        "campaign.enabled",
        "campaign.updated",
        "campaign.vouchers.generation.completed",
    ),
    "campaign_loyalty_tier": (
        "campaign.loyalty_tier.created",
        "campaign.loyalty_tier.deleted",
        "campaign.loyalty_tier.updated",
    ),
    "campaign_promotion_tier": (
        "campaign.promotion_tier.created",
        "campaign.promotion_tier.deleted",
        "campaign.promotion_tier.disabled",
        "campaign.promotion_tier.enabled",
        "campaign.promotion_tier.updated",
    ),
    "customer": (
        "customer.created",
        "customer.deleted",
        "customer.updated",
    ),
    "customer_custom_event": ("customer.custom_event",),
    "customer_holder_assignment": (
        "customer.holder.assignment.created",
        "customer.holder.assignment.deleted",
    ),
    "customer_loyalty_tier": (
        "customer.loyalty.tier.downgraded",
        "customer.loyalty.tier.joined",
        "customer.loyalty.tier.left",
        "customer.loyalty.tier.prolonged",
        "customer.loyalty.tier.upgraded",
    ),
    "customer_order": (
        "customer.order.canceled",
        "customer.order.created",
        "customer.order.paid",
        "customer.order.updated",
    ),
    "customer_publication": ("customer.publication.succeeded",),
    "customer_redemption": ("customer.redemption.succeeded",),
    "customer_redemption_rollback": ("customer.redemption.rollback.succeeded",),
    "customer_reward_redemptions": (
        "customer.reward_redemptions.completed",
        "customer.reward_redemptions.created",
        "customer.reward_redemptions.pending",
    ),
    "customer_rewarded": (
        "customer.rewarded",
        "customer.rewarded.loyalty_points",
    ),
    "customer_segment": (
        "customer.segment.entered",
        "customer.segment.left",
    ),
    "customer_voucher_gift": ("customer.voucher.gift.balance_added",),
    "customer_voucher_loyalty_card": (
        "customer.voucher.loyalty_card.points_added",
        "customer.voucher.loyalty_card.points_expired",
    ),
    "customer_voucher_loyalty_card_pending_points": (
        "customer.voucher.loyalty_card.pending_points.activated",
        "customer.voucher.loyalty_card.pending_points.added",
        "customer.voucher.loyalty_card.pending_points.canceled",
        "customer.voucher.loyalty_card.pending_points.updated",
    ),
    "manual_distribution_schedule": ("manual_distribution_schedule",),
    "publication": ("publication.succeeded",),
    "redemption": (
        "redemption.failed",
        "redemption.succeeded",
    ),
    "redemption_rollback": (
        "redemption.rollback.failed",
        "redemption.rollback.succeeded",
    ),
    "voucher": (
        "voucher.created",
        "voucher.deleted",
        "voucher.disabled",
        "voucher.enabled",
        "voucher.published",
        "voucher.updated",
    ),
    "voucher_gift": (
        "voucher.gift.balance_added",
        "voucher.gift.transaction.created",
    ),
    "voucher_loyalty_card": (
        "voucher.loyalty_card.points_added",
        "voucher.loyalty_card.points_expired",
        "voucher.loyalty_card.transaction.created",
    ),
    "voucher_loyalty_card_pending_points": (
        "voucher.loyalty_card.pending_points.activated",
        "voucher.loyalty_card.pending_points.added",
        "voucher.loyalty_card.pending_points.canceled",
        "voucher.loyalty_card.pending_points.updated",
    ),
}

#: Names under which other lists of Voucherify's have some of these: webhooks of a project, those of
#: distributions, and the Management API. Which one a body carries is not known, so a handler that
#: wants to be sure names both.
ALSO_CALLED: Final[Mapping[str, str]] = {
    "customer.entered.segment": "customer.segment.entered",
    "loyalty_card.pending_points.updated": "customer.voucher.loyalty_card.pending_points.updated",
    "voucher.gift.balance_aded": "voucher.gift.balance_added",
    "voucher.loyalty_card.pending_points.aded": "voucher.loyalty_card.pending_points.added",
    "voucher.loyalty_card.points_aded": "voucher.loyalty_card.points_added",
}

#: The part of a type that the name of its class leaves out.
_LEFT_OUT: Final = {"customer_holder_assignment": "Customer"}


def class_name(file: str, event_type: str) -> str:
    """Give the name of an event's class: `redemption.failed` is `RedemptionFailed`."""
    words = re.split(r"[._]", event_type)
    return "".join(map(str.capitalize, words)).removeprefix(_LEFT_OUT.get(file, ""))
