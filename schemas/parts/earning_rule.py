from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.fields import UnknownValue
from schemas.parts.earned_points import EarnedPoints, PointsPer
from schemas.parts.references import Reference
from schemas.parts.validity import ValidityHours, ValidityTimeframe
from schemas.vocabulary_of_rules import CalculationType, EarningRuleEvent, EarningType


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSource:
    """Which campaign an earning rule is of, and how it is shown."""

    banner: str | None = None
    object_id: str | None = None
    object_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningCustomEvent:
    """The shop's own event that earns points, or which of its fields is counted."""

    schema_id: str | None = None
    metadata: PointsPer | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPeriod:
    """How long points wait until they count."""

    period_type: str | None = None
    period_value: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningRuleBase:
    """What all forms of an earning rule have."""

    id: str | None = None
    validation_rule_id: str | None = None
    loyalty: EarnedPoints | None = None
    event: EarningRuleEvent | UnknownValue | None = None
    custom_event: EarningCustomEvent | None = None
    segment: Reference | None = None
    source: RuleSource | None = None
    active: bool | None = None
    automation_id: str | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningRuleParameters(EarningRuleBase):
    """
    What an earning rule was made from: one of four forms, which `event` tells.

    `EarningRuleObjectOrderPaid`, `EarningRuleObjectEnteredSegment`, `EarningRuleObjectTier` and
    `EarningRuleProportionalCustomEvent`, the last of which is `loyalty` itself.
    """

    banner: str | None = None
    type: EarningType | UnknownValue | None = None
    calculation_type: CalculationType | UnknownValue | None = None
    loyalty_tier: Reference | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    start_date: datetime | None = None
    expiration_date: datetime | None = None
    validity_timeframe: ValidityTimeframe | None = None
    validity_day_of_week: tuple[int, ...] | None = None
    validity_hours: ValidityHours | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningRule(EarningRuleBase):
    """
    A rule of a loyalty programme in short (`SimpleEarningRule`).

    Here `loyalty_tier` is an id; in the full form it is an object.
    """

    campaign_id: str | None = None
    parameters: EarningRuleParameters | None = None
    loyalty_tier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FullEarningRule(EarningRuleBase):
    """
    A rule of a loyalty programme (`EarningRule`).

    `start_date` and `expiration_date` are texts: the specification gives them no format.
    """

    created_at: datetime | None = None
    updated_at: datetime | None = None
    loyalty_tier: Reference | None = None
    pending_points: PendingPeriod | None = None
    start_date: str | None = None
    expiration_date: str | None = None
    validity_timeframe: ValidityTimeframe | None = None
    validity_day_of_week: tuple[int, ...] | None = None
    validity_hours: ValidityHours | None = None
    object: str | None = None
