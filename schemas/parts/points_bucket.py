from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketPoints:
    """How many points are in a bucket."""

    total_points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsBucket:
    """Points that expire together (`LoyaltyPointsBucket`), on a date without a time."""

    id: str | None = None
    voucher_id: str | None = None
    campaign_id: str | None = None
    bucket: BucketPoints | None = None
    status: str | None = None
    expires_at: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    object: str | None = None
