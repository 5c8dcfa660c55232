"""Events about validation rules and their assignments."""

from datetime import datetime

from schemas.event import Event
from schemas.model import Model
from schemas.parts.campaigns import Campaign
from schemas.parts.common import IdentifiedAssignment
from schemas.parts.loyalty import EarningRule
from schemas.parts.promotions import PromotionTier
from schemas.parts.rules import IdentifiedRule, ValidationRule
from schemas.parts.vouchers import Voucher


class BusinessValidationRuleEvent(Event):
    """
    What the events about a validation rule have in common.

    `BUS_VAL_RULE` in the specification.
    """

    rule: IdentifiedRule


class BusinessValidationRuleCreated(
    BusinessValidationRuleEvent, event_type="business_validation_rule.created"
):
    """A validation rule was made."""

    created_at: datetime | None = None


class BusinessValidationRuleDeleted(
    BusinessValidationRuleEvent, event_type="business_validation_rule.deleted"
):
    """A validation rule was deleted."""

    deleted_at: datetime | None = None


class BusinessValidationRuleUpdated(
    BusinessValidationRuleEvent, event_type="business_validation_rule.updated"
):
    """A validation rule was changed."""

    updated_at: datetime | None = None


class AssignedDistribution(Model):
    """The distribution that a validation rule was assigned to."""

    distribution: str | None = None


class BusinessValidationRuleAssignment(Event):
    """What the two events have in common: all is null but what the rule was assigned to."""

    rule: ValidationRule | None = None
    assignment: IdentifiedAssignment
    voucher: Voucher | None = None
    campaign: Campaign | None = None
    distribution: AssignedDistribution | None = None
    promotion_tier: PromotionTier | None = None
    earning_rule: EarningRule | None = None


class BusinessValidationRuleAssignmentCreated(
    BusinessValidationRuleAssignment, event_type="business_validation_rule.assignment.created"
):
    """A validation rule was assigned to something."""


class BusinessValidationRuleAssignmentDeleted(
    BusinessValidationRuleAssignment, event_type="business_validation_rule.assignment.deleted"
):
    """A validation rule was taken off something."""
