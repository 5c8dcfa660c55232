"""`redemption.rollback.*`."""

from dataclasses import dataclass

from schemas.events.redemption import RedemptionParties
from schemas.parts.redemption import IdentifiedRedemption, Redemption


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionRollback(RedemptionParties):
    """What the two events about a rollback have in common. The rollback has its own id."""

    redemption: Redemption | None = None
    redemption_rollback: IdentifiedRedemption


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionRollbackSucceeded(RedemptionRollback):
    """A redemption was taken back (`EventRedemptionRollbackSucceededData`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionRollbackFailed(RedemptionRollback):
    """A rollback was refused (`EventRedemptionRollbackFailedData`); it says why itself."""
