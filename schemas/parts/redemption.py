from dataclasses import dataclass

from schemas.fields import PartSchema, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """How often a code may be redeemed, None being without limit, and how often it was."""

    quantity: int | None = None
    redeemed_quantity: int | None = None


class RedemptionSchema(PartSchema[Redemption]):
    """Reads `Redemption`."""

    makes = Redemption

    quantity = Whole()
    redeemed_quantity = Whole()
