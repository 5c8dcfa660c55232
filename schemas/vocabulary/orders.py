"""Values for orders, redemptions, rewards, balances and distributions."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """How far an order is."""

    CREATED = "CREATED"
    PAID = "PAID"
    CANCELED = "CANCELED"
    FULFILLED = "FULFILLED"


class ItemKind(StrEnum):
    """What an item of an order, or a rule, is about."""

    PRODUCT = "product"
    SKU = "sku"
    PRODUCTS_COLLECTION = "products_collection"


class RedemptionResult(StrEnum):
    """How a redemption ended."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


class RedemptionStatus(StrEnum):
    """
    What became of a redemption.

    The specification writes the last with a blank, an example without one.
    """

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    ROLLED_BACK = "ROLLED_BACK"
    ROLLED_BACK_WITH_BLANK = "ROLLED BACK"


class RedemptionChannel(StrEnum):
    """Who redeemed."""

    API = "API"
    AUTO_REDEEM = "AUTO_REDEEM"
    USER = "USER"


class RedeemedKind(StrEnum):
    """What was redeemed."""

    VOUCHER = "voucher"
    PROMOTION_TIER = "promotion_tier"


class RewardType(StrEnum):
    """What a reward is: a code of a campaign, pay with points, or a thing."""

    CAMPAIGN = "CAMPAIGN"
    COIN = "COIN"
    MATERIAL = "MATERIAL"


class RewardState(StrEnum):
    """How far the handing out of a reward is."""

    COMPLETED = "COMPLETED"
    CREATED = "CREATED"
    PENDING = "PENDING"
    ROLLEDBACK = "ROLLEDBACK"


class BalanceType(StrEnum):
    """Whose balance it is."""

    LOYALTY_CARD = "loyalty_card"
    GIFT_VOUCHER = "gift_voucher"


class OperationType(StrEnum):
    """Whether a balance was changed by hand."""

    MANUAL = "MANUAL"
    AUTOMATIC = "AUTOMATIC"


class TransactionType(StrEnum):
    """Why points or credits moved."""

    PENDING_POINTS_ACTIVATION = "PENDING_POINTS_ACTIVATION"
    POINTS_ACCRUAL = "POINTS_ACCRUAL"
    POINTS_REDEMPTION = "POINTS_REDEMPTION"
    POINTS_REFUND = "POINTS_REFUND"
    POINTS_ADDITION = "POINTS_ADDITION"
    POINTS_REMOVAL = "POINTS_REMOVAL"
    POINTS_EXPIRATION = "POINTS_EXPIRATION"
    POINTS_TRANSFER_IN = "POINTS_TRANSFER_IN"
    POINTS_TRANSFER_OUT = "POINTS_TRANSFER_OUT"
    CREDITS_REDEMPTION = "CREDITS_REDEMPTION"
    CREDITS_REFUND = "CREDITS_REFUND"
    CREDITS_ADDITION = "CREDITS_ADDITION"
    CREDITS_REMOVAL = "CREDITS_REMOVAL"


class EventCategory(StrEnum):
    """Whether a customer did something, or something was done."""

    ACTION = "ACTION"
    EFFECT = "EFFECT"


class DistributionStatus(StrEnum):
    """How far a distribution is."""

    TO_SEND = "TO SEND"
    PAUSED = "PAUSED"
    DONE = "DONE"
    DRAFT = "DRAFT"
