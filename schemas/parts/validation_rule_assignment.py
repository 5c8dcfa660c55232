from dataclasses import dataclass
from datetime import datetime

from schemas.fields import UnknownValue
from schemas.vocabulary_of_rules import RuledObject, ValidationStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRuleAssignment:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRuleAssignments:
    """A list of assignments (`ValidationRulesAssignmentsList`, `ValidationRuleAssignmentsList`)."""

    object: str | None = None
    data_ref: str | None = None
    data: tuple[ValidationRuleAssignment, ...] | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedAssignment(ValidationRuleAssignment):
    """The assignment that an event is about."""

    id: str
