"""Loyalty programmes: their tiers, and the rules by which points are earned."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Annotated, Any

from schemas.fields.simple import UnknownValue
from schemas.model import Model, Named
from schemas.parts.common import Reference, ValidityHours, ValidityTimeframe
from schemas.vocabulary.orders import ItemKind
from schemas.vocabulary.rules import CalculationType, EarningRuleEvent, EarningType


class PointsRange(Model):
    """From how many points to how many a tier goes; without an end for the highest."""

    from_: Annotated[int | None, Named("from")] = None
    to: int | None = None


class TierConfig(Model):
    """The points of a tier once more."""

    points: PointsRange | None = None


class LoyaltyTierExpiration(Model):
    """When a customer loses a tier, as times without a declared form (`LoyaltyTierExpiration`)."""

    customer_id: str | None = None
    campaign_id: str | None = None
    tier_id: str | None = None
    start_date: str | None = None
    expiration_date: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class LoyaltyTier(Model):
    """
    A tier of a loyalty programme (`LoyaltyTier`).

    `earning_rules` and `rewards` are kept as they come: their names are ids.
    """

    id: str | None = None
    name: str | None = None
    campaign_id: str | None = None
    points: PointsRange | None = None
    config: TierConfig | None = None
    earning_rules: Mapping[str, Any] | None = field(default=None, repr=False)
    rewards: Mapping[str, Any] | None = field(default=None, repr=False)
    expiration: LoyaltyTierExpiration | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    object: str | None = None


class IdentifiedLoyaltyTier(LoyaltyTier):
    """The tier that an event is about."""

    id: str


class PointsPer(Model):
    """
    So many points for every so much of what is counted.

    Only the shop's own fields have a `property`.
    """

    every: int | None = None
    points: int | None = None
    property: str | None = None
    object: ItemKind | UnknownValue | None = None
    id: str | None = None


class PerOrder(Model):
    """What of an order is counted."""

    amount: PointsPer | None = None
    total_amount: PointsPer | None = None
    metadata: PointsPer | None = field(default=None, repr=False)


class PerOrderItems(Model):
    """What of the items of an order is counted."""

    quantity: PointsPer | None = None
    amount: PointsPer | None = None
    subtotal_amount: PointsPer | None = None


class PerMetadata(Model):
    """Which of the shop's own fields is counted."""

    metadata: PointsPer | None = field(default=None, repr=False)


class EarnedPoints(Model):
    """
    How many points a rule gives: `EarningRuleFixed` and all forms of `EarningRuleProportional`.

    `calculation_type` says which of the objects is there.
    """

    type: EarningType | UnknownValue | None = None
    points: int | None = None
    calculation_type: CalculationType | UnknownValue | None = None
    order: PerOrder | None = None
    order_items: PerOrderItems | None = None
    customer: PerMetadata | None = None
    custom_event: PerMetadata | None = None


class RuleSource(Model):
    """Which campaign an earning rule is of, and how it is shown."""

    banner: str | None = None
    object_id: str | None = None
    object_type: str | None = None


class EarningCustomEvent(Model):
    """The shop's own event that earns points, or which of its fields is counted."""

    schema_id: str | None = None
    metadata: PointsPer | None = field(default=None, repr=False)


class PendingPeriod(Model):
    """How long points wait until they count."""

    period_type: str | None = None
    period_value: int | None = None


class EarningRuleBase(Model):
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


class EarningRuleParameters(EarningRuleBase):
    """
    What an earning rule was made from: one of four forms, by its `event`.

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


class EarningRule(EarningRuleBase):
    """
    A rule of a loyalty programme in short (`SimpleEarningRule`).

    Here `loyalty_tier` is an id; in the full form it is an object.
    """

    campaign_id: str | None = None
    parameters: EarningRuleParameters | None = None
    loyalty_tier: str | None = None


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
