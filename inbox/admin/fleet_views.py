"""What metrics and pages show of the fleet: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from inbox.admin.views import Stats


#: What can become of an assignment that is no longer listed, besides being found: the names of
#: the runs' counts (`worker.reconcile`).
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
class DelayView:
    """
    Completed deliveries by the time from received to completed.

    Attributes:
        buckets: upper end in seconds, and how many took no longer; the last is infinite.
        sum_seconds: of all of them.
    """

    buckets: tuple[tuple[float, int], ...]
    sum_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DownstreamView:
    """
    One downstream and its circuit breaker, shared by all workers.

    Attributes:
        works: the breaker has not opened since a call last ended well.
        shut_seconds: how long the breaker stays open; 0 if calls may be made.
        most: calls that may be made in `window_seconds`; both are None without a limit.
        used: calls made or reserved in them.
    """

    name: str
    works: bool
    shut_seconds: float
    most: int | None
    window_seconds: float | None
    used: int

    @property
    def left(self) -> int | None:
        """Return how many calls may still be made; None without a limit."""
        return None if self.most is None else max(self.most - self.used, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationCap:
    """
    How many revocations the rate cap has admitted within its window, and how many it may.

    Attributes:
        admitted: within `window_seconds`, of all campaigns.
        most: the most of them.
        campaign_most: the most of one campaign; None without a cap for each campaign.
        campaign_window_seconds: the time that this cap counts over.
    """

    admitted: int
    most: int
    window_seconds: float
    campaign_most: int | None = None
    campaign_window_seconds: float | None = None


def revocation_cap(found: Mapping[str, Any] | None) -> RevocationCap | None:
    """Return the view of what the script gives; None until a worker has reported its rates."""
    if found is None:
        return None
    most, ms = found.get("campaign") or (None, 0)
    return RevocationCap(
        admitted=found["admitted"],
        most=found["most"],
        window_seconds=found["ms"] / 1000,
        campaign_most=most,
        campaign_window_seconds=None if most is None else ms / 1000,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookView:
    """
    The webhook as Voucherify's Management API last reported it.

    Attributes:
        age_seconds: since the last result, or since the first check was due.
        active: whether it is there and switched on; None if unknown yet.
        listed: whether our event is among those that it is sent; None if unknown.
    """

    age_seconds: float
    active: bool | None
    listed: bool | None


def webhook_view(found: dict[str, Any] | None) -> WebhookView | None:
    """Return the view of what is known; None if no worker checks it."""
    # Lua has false where a hash has no such field.
    if not found:
        return None
    state, listed = found["state"], found["listed"]
    return WebhookView(
        age_seconds=max(found["age"], 0) / 1000,
        active=state == "active" if state else None,
        listed=listed == "1" if listed else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileView:
    """
    Removals without a webhook.

    Attributes:
        found: removals, since the store was made.
        delivered: those of them that became deliveries.
        fates: other assignments that were over, by what became of them.
        codes: that were read.
        calls: to Voucherify's API.
        missing: removals that were found and are no deliveries yet.
        running: whether a run is under way.
        age_seconds: since a run of the workers' scope last ended, or since the first was due;
            None if neither.
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


def reconcile_view(found: Mapping[str, Any], counted: Mapping[str, int]) -> ReconcileView:
    """
    Make the view.

    Args:
        found: as `read_fleet.lua` gives it.
        counted: counters by the name of the count.
    """
    # Lua has false where a hash has no such field.
    age = found["age"]
    return ReconcileView(
        found=counted.get("found", 0),
        delivered=counted.get("applied", 0),
        fates={fate: counted.get(fate, 0) for fate in FATES},
        codes=counted.get("codes", 0),
        calls=counted.get("calls", 0),
        missing=found["missing"],
        running=found["running"],
        age_seconds=None if age is False else max(age, 0) / 1000,
        interval_seconds=int(found["interval"] or 0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetView:
    """
    All that receivers and workers know together.

    Attributes:
        handlers: for each state the number of jobs by handler; of a long index, by a sample.
        answers: webhooks answered, by result.
        secrets: right signatures, by the position of their secret.
        effects: effects by state and kind.
        events: events that were read, by type and by whether a handler wants them.
        reaped: when a whole run of the reaper last ended.
        workers: worker processes that have reported lately.
        cap: None until a worker has reported its rates.
        canary_age_seconds: since a canary last came through, or since the first was due; None if
            none is sent.
        webhook: None if no worker checks it.
        reconcile: removals without a webhook.
    """

    now: datetime
    stats: Stats
    handlers: dict[str, dict[str, int]]
    delay: DelayView
    answers: dict[str, int]
    secrets: dict[str, int]
    effects: dict[tuple[str, str], int]
    reconcile: ReconcileView
    events: dict[tuple[str, str], int]
    reaped: datetime | None
    workers: int
    downstreams: tuple[DownstreamView, ...] = field(default=())
    cap: RevocationCap | None = None
    canary_age_seconds: float | None = None
    webhook: WebhookView | None = None
