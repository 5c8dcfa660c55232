from dataclasses import dataclass, field
from datetime import datetime

from schemas.fields import UnknownValue
from schemas.parts.balance import Balance
from schemas.parts.pending_points import PendingPoints, RuleReference
from schemas.parts.references import NamedReference, OrderReference, Reference, TypedReference
from schemas.parts.voucher import Voucher
from schemas.vocabulary_of_orders import TransactionType


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionDetails:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """
    A movement of points or credits on a card (`VoucherTransaction`).

    `source_id` is a label of the shop's, `reason` whatever somebody wrote, and `source` the
    program that caused it, of which there are many.
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
