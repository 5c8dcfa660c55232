import math
from dataclasses import dataclass

from inbox.model.rate import Rate
from settings.reader import Reader
from settings.variables import downstream


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileSettings:
    """
    How often workers reconcile, what, and at what cost.

    Attributes:
        interval_seconds: between the beginnings of two runs of the workers; 0 for none.
        share: of the calls that Voucherify's plan allows, above 0 and at most 1.
        campaigns: ids of those to check; empty for all referral programmes.
        apply: whether the workers' runs make deliveries of what they find, or only report it.
        grace_seconds: a removal younger than this is left to its webhook.
    """

    interval_seconds: int
    share: float
    campaigns: tuple[str, ...]
    apply: bool
    grace_seconds: int

    @classmethod
    def read(cls, reader: Reader) -> "ReconcileSettings":
        """Read these settings as part of the worker's."""
        return cls(
            interval_seconds=reader.read(downstream.RECONCILE_INTERVAL_SECONDS),
            share=reader.read(downstream.RECONCILE_BUDGET_SHARE),
            campaigns=reader.read(downstream.RECONCILE_CAMPAIGNS),
            apply=reader.read(downstream.RECONCILE_APPLY),
            grace_seconds=reader.read(downstream.RECONCILE_GRACE_SECONDS),
        )

    def rate(self, plan: Rate) -> Rate:
        """Return the share of what the plan allows; at least one call in its time."""
        return Rate(max(1, math.floor(plan.count * self.share)), plan.seconds)
