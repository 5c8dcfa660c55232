from dataclasses import dataclass
from decimal import Decimal

from schemas.fields import UnknownValue
from schemas.vocabulary_of_orders import BalanceType, OperationType


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceOwner:
    """The card whose balance it is."""

    id: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
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
