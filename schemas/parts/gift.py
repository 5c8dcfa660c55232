from dataclasses import dataclass
from decimal import Decimal

from schemas.fields import UnknownValue
from schemas.vocabulary import DiscountEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """
    The credit of a gift card, in cents (`Gift`). Campaigns show it without a balance.

    Keys that the specification forbids, as `subtracted_amount`, do come.
    """

    amount: int | Decimal | None = None
    balance: int | Decimal | None = None
    effect: DiscountEffect | UnknownValue | None = None
