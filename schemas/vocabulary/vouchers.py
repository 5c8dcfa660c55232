"""Values for events and webhooks, codes, campaigns and discounts."""

from enum import StrEnum


class EventChannel(StrEnum):
    """Where an event was caused."""

    USER_PORTAL = "USER_PORTAL"
    API = "API"
    CLIENT_API = "CLIENT_API"
    INTERNAL = "INTERNAL"


class WebhookKind(StrEnum):
    """Where a webhook was configured."""

    WEBHOOK = "webhook"
    DISTRIBUTION = "distribution"


class HolderRole(StrEnum):
    """What a customer is to the redeemable that was assigned."""

    OWNER = "OWNER"
    REFERRER = "REFERRER"
    REFEREE = "REFEREE"


class RedeemableObject(StrEnum):
    """What kind of thing was assigned."""

    VOUCHER = "voucher"


class VoucherType(StrEnum):
    """What a code gives, and also what a referral reward is."""

    GIFT_VOUCHER = "GIFT_VOUCHER"
    DISCOUNT_VOUCHER = "DISCOUNT_VOUCHER"
    LOYALTY_CARD = "LOYALTY_CARD"


class CampaignType(StrEnum):
    """
    What a campaign is for.

    The webhook specification lists referral programs only; the others are those that the
    REST API takes as a filter of a customer's activity, and that its examples have.
    """

    REFERRAL_PROGRAM = "REFERRAL_PROGRAM"
    DISCOUNT_COUPONS = "DISCOUNT_COUPONS"
    GIFT_VOUCHERS = "GIFT_VOUCHERS"
    LOYALTY_PROGRAM = "LOYALTY_PROGRAM"
    PROMOTION = "PROMOTION"


class CampaignGrowth(StrEnum):
    """Whether codes can be added to a campaign: its field `type`."""

    AUTO_UPDATE = "AUTO_UPDATE"
    STATIC = "STATIC"
    STANDALONE = "STANDALONE"


class ConversionEventType(StrEnum):
    """What a referee has to do for a referral to count."""

    REDEMPTION = "redemption"
    CUSTOM_EVENT = "custom_event"


class DiscountType(StrEnum):
    """How a discount is reckoned."""

    AMOUNT = "AMOUNT"
    UNIT = "UNIT"
    PERCENT = "PERCENT"
    FIXED = "FIXED"


class DiscountEffect(StrEnum):
    """What a discount or a gift credit is taken off."""

    APPLY_TO_ORDER = "APPLY_TO_ORDER"
    APPLY_TO_ITEMS = "APPLY_TO_ITEMS"
    APPLY_TO_ITEMS_PROPORTIONALLY = "APPLY_TO_ITEMS_PROPORTIONALLY"
    APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY = "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"
    APPLY_TO_ITEMS_BY_QUANTITY = "APPLY_TO_ITEMS_BY_QUANTITY"


class UnitEffect(StrEnum):
    """How free units come into an order."""

    ADD_MISSING_ITEMS = "ADD_MISSING_ITEMS"
    ADD_NEW_ITEMS = "ADD_NEW_ITEMS"
    ADD_MANY_ITEMS = "ADD_MANY_ITEMS"


class StackingRulesType(StrEnum):
    """Whether codes of a category may be combined."""

    JOINT = "JOINT"
    EXCLUSIVE = "EXCLUSIVE"


class PeriodType(StrEnum):
    """When loyalty points expire."""

    FIXED_DAY_OF_YEAR = "FIXED_DAY_OF_YEAR"
    MONTH = "MONTH"


class RoundingType(StrEnum):
    """To which date the expiry of loyalty points is moved."""

    END_OF_MONTH = "END_OF_MONTH"
    END_OF_QUARTER = "END_OF_QUARTER"
    END_OF_HALF_YEAR = "END_OF_HALF_YEAR"
    END_OF_YEAR = "END_OF_YEAR"
    PARTICULAR_MONTH = "PARTICULAR_MONTH"
