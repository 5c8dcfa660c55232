from dataclasses import dataclass

from settings.reader import Reader
from settings.variables import downstream


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What a shop wants taken back beyond the referee's own reward."""

    claw_back_referrer: bool = False
    roll_back_redemption: bool = False
    disable_referrer_code: bool = True
    mark_customer: bool = True

    @property
    def usual_calls(self) -> int:
        """Return how many calls to Voucherify an ordinary revocation makes before the mark."""
        return 4 + 2 * self.claw_back_referrer + 5 * self.roll_back_redemption

    @classmethod
    def read(cls, reader: Reader) -> "Policies":
        """Read these settings as part of the worker's."""
        return cls(
            claw_back_referrer=reader.read(downstream.CLAW_BACK_REFERRER),
            roll_back_redemption=reader.read(downstream.ROLL_BACK_REDEMPTION),
            disable_referrer_code=reader.read(downstream.DISABLE_REFERRER_CODE),
            mark_customer=reader.read(downstream.MARK_CUSTOMER),
        )
