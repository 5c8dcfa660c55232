"""What the metrics tell of the fleet: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inbox.admin.reconcile_view import ReconcileView
from inbox.admin.views import Stats


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayView:
    """
    Settled deliveries by the time from received to settled.

    Attributes:
        buckets: upper end in seconds, and how many took no longer; the last is infinite.
        sum_seconds: of all of them.
    """

    buckets: tuple[tuple[float, int], ...]
    sum_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DownstreamView:
    """
    One downstream, as all workers know it together.

    Attributes:
        works: no pause was begun since a call last ended well.
        shut_seconds: how long it is not called yet; 0 if it may be tried.
        most: calls that may be made in `window_seconds`; None without a limit.
        used: calls made or reserved in them.
    """

    name: str
    works: bool
    shut_seconds: float
    most: int | None
    window_seconds: float
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrakeView:
    """
    How many jobs the brake let act within its window, and how many it may.

    Attributes:
        admitted: let act within `window_seconds`, of all campaigns.
        most: the most of them.
        campaign_most: the most of one campaign; None without a cap for each campaign.
        campaign_window_seconds: the time that this cap counts over.
    """

    admitted: int
    most: int
    window_seconds: float
    campaign_most: int | None = None
    campaign_window_seconds: float = 0.0


def brake_view(found: Mapping[str, Any] | None) -> BrakeView | None:
    """Read what the script gives of the brake; None until a worker has reported its rates."""
    if found is None:
        return None
    most, ms = found.get("campaign") or (None, 0)
    return BrakeView(
        admitted=found["admitted"],
        most=found["most"],
        window_seconds=found["ms"] / 1000,
        campaign_most=most,
        campaign_window_seconds=ms / 1000,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryView:
    """
    The store's memory in bytes.

    Attributes:
        limit: its `maxmemory`; None if it has none.
        left: what webhooks may take before they are refused; None without a limit.
    """

    used: int
    limit: int | None
    left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookView:
    """
    The webhook as Voucherify's Management API last told of it.

    Attributes:
        age_seconds: since it told something, or since the first look was due.
        active: whether it is there and switched on; None if nothing was told yet.
        listed: whether our event is among those that it is sent; None if that is not known.
    """

    age_seconds: float
    active: bool | None
    listed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetView:
    """
    All that receivers and workers know together.

    Attributes:
        handlers: for each state how many jobs of which handler; where an index is long, by a
            sample of it.
        answers: webhooks answered, by result.
        secrets: right signatures, by the position of their secret.
        effects: how many effects came into which state, by state and kind.
        events: how many events were read, by type and by whether a handler wants them.
        swept: when a sweep was last done to its end.
        workers: worker processes that told lately that they live.
        brake: None until a worker has told what it allows.
        webhook: None if no worker is to look at it.
        reconcile: what was found of removals that no webhook told of.
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
    swept: datetime | None
    workers: int
    downstreams: tuple[DownstreamView, ...] = field(default=())
    brake: BrakeView | None = None
    memory: MemoryView | None = None
    webhook: WebhookView | None = None
