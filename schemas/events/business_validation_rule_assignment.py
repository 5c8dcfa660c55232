"""`business_validation_rule.assignment.*`."""

from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.earning_rule import EarningRule
from schemas.parts.promotion_tier import PromotionTier
from schemas.parts.validation_rule import ValidationRule
from schemas.parts.validation_rule_assignment import IdentifiedAssignment
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedDistribution:
    """The distribution that a validation rule was assigned to."""

    distribution: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessValidationRuleAssignment(Event):
    """What the two events have in common: all is null but what the rule was assigned to."""

    rule: ValidationRule | None = None
    assignment: IdentifiedAssignment
    voucher: Voucher | None = None
    campaign: Campaign | None = None
    distribution: AssignedDistribution | None = None
    promotion_tier: PromotionTier | None = None
    earning_rule: EarningRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessValidationRuleAssignmentCreated(BusinessValidationRuleAssignment):
    """A validation rule was assigned to something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessValidationRuleAssignmentDeleted(BusinessValidationRuleAssignment):
    """A validation rule was taken off something."""
