"""Balances of gift and loyalty cards, and what changes them."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal

from schemas.event import EventSource
from schemas.fields.simple import UnknownValue
from schemas.model import Model
from schemas.parts.common import NamedReference, OrderReference, Reference, TypedReference
from schemas.parts.vouchers import Voucher
from schemas.vocabulary.orders import BalanceType, EventCategory, OperationType, TransactionType


class BalanceOwner(Model):
    """The card whose balance it is."""

    id: str | None = None
    type: str | None = None


class Balance(Model):
    """
    What was added to a card, and what it holds now.

    `VoucherBalance`, `VouchersBalanceUpdateResponseBody` and
    `LoyaltiesMembersBalanceUpdateResponseBody` of the specification in one: `amount` in cents for
    gift cards, `points` for loyalty cards; `total` is all that was ever added.
    """

    type: BalanceType | UnknownValue | None = None
    total: int | Decimal | None = None
    object: str | None = None
    amount: int | Decimal | None = None
    points: int | None = None
    balance: int | Decimal | None = None
    operation_type: OperationType | UnknownValue | None = None
    related_object: BalanceOwner | None = None


class EarningEvent(Model):
    """The event that earned points."""

    id: str | None = None
    type: str | None = None
    group_id: str | None = None
    entity_id: str | None = None
    created_at: datetime | None = None
    category: EventCategory | UnknownValue | None = None
    event_source: EventSource | None = None


class RuleBanner(Model):
    """How an earning rule is shown."""

    banner: str | None = None


class RuleReference(Model):
    """The earning rule that gave points."""

    id: str | None = None
    source: RuleBanner | None = None


class PendingPointsDetails(Model):
    """What pending points come from (`LoyaltyPendingPointsDetails`)."""

    loyalty_tier: NamedReference | None = None
    holder_loyalty_tier: NamedReference | None = None
    event: EarningEvent | None = None
    earning_rule: RuleReference | None = None
    order: OrderReference | None = None


class PendingPoints(Model):
    """
    Points that count later (`LoyaltyPendingPoints`).

    `activates_at` is a date without a time.
    """

    id: str | None = None
    voucher_id: str | None = None
    campaign_id: str | None = None
    customer_id: str | None = None
    order_id: str | None = None
    points: int | None = None
    activates_at: str | None = None
    details: PendingPointsDetails | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class IdentifiedPendingPoints(PendingPoints):
    """The points that an event is about."""

    id: str


class BucketPoints(Model):
    """How many points are in a bucket."""

    total_points: int | None = None


class PointsBucket(Model):
    """Points that expire together (`LoyaltyPointsBucket`), on a date without a time."""

    id: str | None = None
    voucher_id: str | None = None
    campaign_id: str | None = None
    bucket: BucketPoints | None = None
    status: str | None = None
    expires_at: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    object: str | None = None


class TransactionDetails(Model):
    """What a transaction came from; most of it is absent."""

    balance: Balance | None = None
    order: OrderReference | None = None
    event: TypedReference | None = None
    earning_rule: RuleReference | None = None
    segment: NamedReference | None = None
    loyalty_tier: NamedReference | None = None
    redemption: Reference | None = None
    rollback: Reference | None = None
    custom_event: TypedReference | None = None
    event_schema: NamedReference | None = None
    holder_loyalty_tier: NamedReference | None = None
    pending_points: PendingPoints | None = None
    reward: NamedReference | None = None
    source_voucher: Voucher | None = None
    destination_voucher: Voucher | None = None


class Transaction(Model):
    """
    A movement of points or credits on a card (`VoucherTransaction`).

    `source_id` is a label of the shop's, `reason` free text, and `source` the program that
    caused it: one of many.
    """

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    voucher_id: str | None = None
    campaign_id: str | None = None
    source: str | None = None
    reason: str | None = field(default=None, repr=False)
    type: TransactionType | UnknownValue | None = None
    details: TransactionDetails | None = None
    related_transaction_id: str | None = None
    created_at: datetime | None = None
