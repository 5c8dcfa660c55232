"""Values for campaigns as a whole, and for rules and tiers."""

from enum import StrEnum


class GenerationStatus(StrEnum):
    """How far a campaign, or the making of its codes, is."""

    DONE = "DONE"
    IN_PROGRESS = "IN_PROGRESS"
    FAILED = "FAILED"
    DRAFT = "DRAFT"
    MODIFYING = "MODIFYING"


class QualificationType(StrEnum):
    """What lets a customer into a loyalty tier."""

    BALANCE = "BALANCE"
    POINTS_IN_PERIOD = "POINTS_IN_PERIOD"


class TierPeriod(StrEnum):
    """The period that counts for loyalty tiers."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"
    HALF_YEAR = "HALF_YEAR"
    YEAR = "YEAR"
    CUSTOM = "CUSTOM"


class TierStart(StrEnum):
    """When a loyalty tier becomes valid."""

    IMMEDIATE = "IMMEDIATE"
    NEXT_PERIOD = "NEXT_PERIOD"


class TierEnd(StrEnum):
    """When a loyalty tier ends."""

    END_OF_PERIOD = "END_OF_PERIOD"
    END_OF_NEXT_PERIOD = "END_OF_NEXT_PERIOD"
    BALANCE_DROP = "BALANCE_DROP"
    CUSTOM = "CUSTOM"


class RoundingStrategy(StrEnum):
    """To which end of a period a date is moved."""

    START = "START"
    END = "END"


class RuleType(StrEnum):
    """How a validation rule is written."""

    EXPRESSION = "expression"
    BASIC = "basic"
    ADVANCED = "advanced"
    COMPLEX = "complex"


class RuledObject(StrEnum):
    """What a validation rule is assigned to."""

    VOUCHER = "voucher"
    CAMPAIGN = "campaign"
    EARNING_RULE = "earning_rule"
    REWARD_ASSIGNMENT = "reward_assignment"
    PROMOTION_TIER = "promotion_tier"
    DISTRIBUTION = "distribution"


class ValidationStatus(StrEnum):
    """Whether a validation rule can be applied."""

    VALID = "VALID"
    PARTIALLY_VALID = "PARTIALLY_VALID"
    INVALID = "INVALID"


class ApplicableEffect(StrEnum):
    """To which of the items that fit a discount applies."""

    APPLY_TO_EVERY = "APPLY_TO_EVERY"
    APPLY_TO_CHEAPEST = "APPLY_TO_CHEAPEST"
    APPLY_FROM_CHEAPEST = "APPLY_FROM_CHEAPEST"
    APPLY_TO_MOST_EXPENSIVE = "APPLY_TO_MOST_EXPENSIVE"
    APPLY_FROM_MOST_EXPENSIVE = "APPLY_FROM_MOST_EXPENSIVE"


class ApplicableTarget(StrEnum):
    """Whether items or single units of them are counted."""

    ITEM = "ITEM"
    UNIT = "UNIT"


class EarningType(StrEnum):
    """How points are reckoned."""

    FIXED = "FIXED"
    PROPORTIONAL = "PROPORTIONAL"


class CalculationType(StrEnum):
    """What points are in proportion to."""

    ORDER_AMOUNT = "ORDER_AMOUNT"
    ORDER_TOTAL_AMOUNT = "ORDER_TOTAL_AMOUNT"
    ORDER_METADATA = "ORDER_METADATA"
    ORDER_ITEMS_QUANTITY = "ORDER_ITEMS_QUANTITY"
    ORDER_ITEMS_AMOUNT = "ORDER_ITEMS_AMOUNT"
    ORDER_ITEMS_SUBTOTAL_AMOUNT = "ORDER_ITEMS_SUBTOTAL_AMOUNT"
    CUSTOMER_METADATA = "CUSTOMER_METADATA"
    CUSTOM_EVENT_METADATA = "CUSTOM_EVENT_METADATA"


class EarningRuleEvent(StrEnum):
    """What earns points."""

    ORDER_PAID = "order.paid"
    CUSTOM_EVENT = "custom_event"
    CUSTOMER_SEGMENT_ENTERED = "customer.segment.entered"
    CUSTOMER_LOYALTY_TIER_UPGRADED = "customer.loyalty.tier.upgraded"
    CUSTOMER_LOYALTY_TIER_DOWNGRADED = "customer.loyalty.tier.downgraded"
    CUSTOMER_LOYALTY_TIER_PROLONGED = "customer.loyalty.tier.prolonged"
    CUSTOMER_LOYALTY_TIER_JOINED = "customer.loyalty.tier.joined"
    CUSTOMER_LOYALTY_TIER_LEFT = "customer.loyalty.tier.left"
