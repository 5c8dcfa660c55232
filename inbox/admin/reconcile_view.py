"""What runs that reconcile tell of themselves, for the metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


#: What can become of an assignment that is no longer listed, besides being found: the names that
#: runs count it by (`worker.reconcile`).
FATES: Final = (
    "told",
    "young",
    "code_gone",
    "customer_gone",
    "unknown_customer",
    "unknown_campaign",
    "odd_campaign",
    "odd_code",
    "odd_holder",
    "odd_event",
    "undecided",
    "cut_short",
    "refused",
    "failing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileView:
    """
    What was found of removals that no webhook told of.

    Attributes:
        found: removals, since the store was made.
        delivered: those of them that became deliveries.
        fates: other assignments that were over, by what became of them.
        codes: that were looked at.
        calls: to Voucherify's API.
        missing: removals that were found and are no deliveries yet.
        running: whether a run goes on now.
        age_seconds: since all that workers look at was last looked at to its end, or since they
            were to begin; None if neither.
        interval_seconds: between two runs of the workers; 0 if they begin none.
    """

    found: int
    delivered: int
    fates: dict[str, int]
    codes: int
    calls: int
    missing: int
    running: bool
    age_seconds: float | None
    interval_seconds: int


def view(told: Mapping[str, Any], tally: Mapping[str, int]) -> ReconcileView:
    """
    Make the view.

    Args:
        told: as `read_fleet.lua` gives it.
        tally: counters by the name of the count.
    """
    # Lua has false where a hash has no such field.
    age = told["age"]
    return ReconcileView(
        found=tally.get("found", 0),
        delivered=tally.get("applied", 0),
        fates={fate: tally.get(fate, 0) for fate in FATES},
        codes=tally.get("codes", 0),
        calls=tally.get("calls", 0),
        missing=told["missing"],
        running=told["running"],
        age_seconds=None if age is False else max(age, 0) / 1000,
        interval_seconds=int(told["interval"] or 0),
    )
