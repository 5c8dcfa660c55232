"""What makes a customer a referee who is rewarded."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class CustomEvent:
    """What a customer did in the shop, with a referral code named ("Track custom event")."""

    id: str
    type: str
    voucher_id: str
    customer_id: str
    created_at: datetime


@dataclass(slots=True)
class Redemption:
    """A use of a code, or of a card's money, on an order."""

    id: str
    voucher_id: str
    customer_id: str
    order_id: str
    created_at: datetime
    rollback_id: str | None = None
    # The stacked redemption that it is a part of: it cannot be rolled back without the others.
    parent_id: str | None = None
    # What was paid from a card.
    amount: int = 0
    # The faults of its next rollbacks, in order; see `sandbox.faults.data`.
    faults: list[str] = field(default_factory=list)


Trigger: TypeAlias = Redemption | CustomEvent
