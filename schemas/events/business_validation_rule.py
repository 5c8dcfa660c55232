"""`business_validation_rule.created`, `.updated` and `.deleted`."""

from dataclasses import dataclass
from datetime import datetime

from schemas.event import Event
from schemas.parts.validation_rule import IdentifiedRule


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessValidationRuleEvent(Event):
    """
    What the events about a validation rule have in common.

    `BUS_VAL_RULE` in the specification.
    """

    rule: IdentifiedRule


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessValidationRuleCreated(BusinessValidationRuleEvent):
    """A validation rule was made."""

    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessValidationRuleDeleted(BusinessValidationRuleEvent):
    """A validation rule was deleted."""

    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessValidationRuleUpdated(BusinessValidationRuleEvent):
    """A validation rule was changed."""

    updated_at: datetime | None = None
