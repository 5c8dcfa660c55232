from dataclasses import dataclass
from decimal import Decimal

from schemas.fields import Amount, Choice, PartSchema, UnknownValue
from schemas.vocabulary import DiscountEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """The credit of a gift card, in cents. Campaigns show it without a balance."""

    amount: int | Decimal | None = None
    balance: int | Decimal | None = None
    effect: DiscountEffect | UnknownValue | None = None


class GiftSchema(PartSchema[Gift]):
    """Reads `Gift`. Keys that its specification forbids, as `subtracted_amount`, do come."""

    makes = Gift

    amount = Amount()
    balance = Amount()
    effect = Choice(DiscountEffect)
