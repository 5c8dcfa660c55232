import math
from dataclasses import dataclass

from inbox.rate import Rate
from settings import Reader
from settings.parsers import on_or_off, whole_number, words


#: A run looks at every code, so more often would be a run without an end.
SHORTEST_INTERVAL_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileSettings:
    """
    How often workers reconcile, what, and at what cost.

    Attributes:
        interval_seconds: between the beginnings of two runs of the workers; 0 for none.
        share: of the calls that Voucherify's plan allows, above 0 and at most 1.
        campaigns: ids of those to be looked at; empty for all referral programmes.
        apply: whether the workers' runs make deliveries of what they find, or only tell it.
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
            interval_seconds=reader.read("RECONCILE_INTERVAL_SECONDS", _interval, "off"),
            share=reader.read("RECONCILE_BUDGET_SHARE", _share, "0.2"),
            campaigns=reader.read("RECONCILE_CAMPAIGNS", _campaigns, ""),
            apply=reader.read("RECONCILE_APPLY", on_or_off, "on"),
            # Voucherify sends a webhook again after 1, 2, 4 and 8 minutes.
            grace_seconds=reader.read("RECONCILE_GRACE_SECONDS", whole_number(0, 604_800), "900"),
        )

    def rate(self, plan: Rate) -> Rate:
        """Give the share of what the plan allows; at least one call in its time."""
        return Rate(max(1, math.floor(plan.count * self.share)), plan.seconds)


def _interval(value: str) -> int:
    return 0 if value == "off" else whole_number(SHORTEST_INTERVAL_SECONDS, 2_592_000)(value)


def _campaigns(value: str) -> tuple[str, ...]:
    found = words(value)
    # Voucherify lists no codes of a campaign that it does not know, and a run would be content.
    if not all(each.isascii() and each.isprintable() and " " not in each for each in found):
        raise ValueError("must be ids of campaigns with commas between, such as camp_1,camp_2")
    return found


def _share(value: str) -> float:
    message = "must be a number above 0 and at most 1, such as 0.2"
    plain = value.isascii() and value.replace(".", "", 1).isdecimal()
    if not plain or not 0 < float(value) <= 1:
        raise ValueError(message)
    return float(value)
