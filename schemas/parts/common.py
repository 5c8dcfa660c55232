"""What many parts have in common."""

from dataclasses import field
from datetime import datetime

from schemas.fields.simple import UnknownValue
from schemas.model import Model
from schemas.vocabulary.orders import EventCategory
from schemas.vocabulary.rules import RuledObject, ValidationStatus
from schemas.vocabulary.vouchers import StackingRulesType


class Reference(Model):
    """The id of an object."""

    id: str | None = None


class NamedReference(Model):
    """The id and the name of an object."""

    id: str | None = None
    name: str | None = None


class TypedReference(Model):
    """The id and the type of an object."""

    id: str | None = None
    type: str | None = None


class OrderReference(Model):
    """The id of an order, and the id that the shop gave it."""

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)


class Category(Model):
    """A shop's category of campaigns and vouchers, with its rank among the others."""

    id: str | None = None
    name: str | None = None
    hierarchy: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    stacking_rules_type: StackingRulesType | UnknownValue | None = None
    object: str | None = None


class RedemptionCount(Model):
    """How often a code may be redeemed, None being without limit, and how often it was."""

    quantity: int | None = None
    redeemed_quantity: int | None = None


class ValidityTimeframe(Model):
    """Periods that come again, both as ISO 8601 durations: valid for one, in each of the other."""

    interval: str | None = None
    duration: str | None = None


class DailyHours(Model):
    """Hours of some days of the week (0 is Sunday); the times have no zone."""

    start_time: str | None = None
    days_of_week: tuple[int, ...] | None = None
    expiration_time: str | None = None


class ValidityHours(Model):
    """Hours in which something is valid (`ValidityHours`)."""

    daily: tuple[DailyHours, ...] | None = None


class ValidationRuleAssignment(Model):
    """
    What a validation rule is assigned to.

    `BusValRuleAssignment` and `ValidationRuleAssignment` of the specification in one: the latter
    has no status.
    """

    id: str | None = None
    rule_id: str | None = None
    related_object_id: str | None = None
    related_object_type: RuledObject | UnknownValue | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    validation_status: ValidationStatus | UnknownValue | None = None
    validation_omitted_rules: tuple[str, ...] | None = None
    object: str | None = None


class ValidationRuleAssignments(Model):
    """A list of assignments (`ValidationRulesAssignmentsList`, `ValidationRuleAssignmentsList`)."""

    object: str | None = None
    data_ref: str | None = None
    data: tuple[ValidationRuleAssignment, ...] | None = None
    total: int | None = None


class IdentifiedAssignment(ValidationRuleAssignment):
    """The assignment that an event is about."""

    id: str


class Cause(Model):
    """Another event, which caused this one (`SimpleEvent`)."""

    id: str | None = None
    type: str | None = None
    category: EventCategory | UnknownValue | None = None
    entity_id: str | None = None
    created_at: datetime | None = None
    group_id: str | None = None
