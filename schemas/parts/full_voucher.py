from dataclasses import dataclass, field
from decimal import Decimal

from schemas.parts.redemption_count import RedemptionCount
from schemas.parts.validation_rule_assignment import ValidationRuleAssignments
from schemas.parts.validity import ValidityHours, ValidityTimeframe
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class FullRedemptionCount(RedemptionCount):
    """How often a code was redeemed, and the cents or points that were."""

    redeemed_amount: int | Decimal | None = None
    redeemed_points: int | None = None
    object: str | None = None
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a code, which whoever has the address can read."""

    id: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherAssets:
    """Pictures of a code (`VoucherAssets`)."""

    qr: Picture | None = None
    barcode: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCount:
    """How often a code was given to somebody."""

    object: str | None = None
    count: int | None = None
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FullVoucher(Voucher):
    """
    A code with all that Voucherify knows of it (`Voucher`). Not even its id is required.

    `campaign` is the name, as in the short form.
    """

    category: str | None = None
    validity_timeframe: ValidityTimeframe | None = None
    validity_day_of_week: tuple[int, ...] | None = None
    validity_hours: ValidityHours | None = None
    additional_info: str | None = field(default=None, repr=False)
    assets: VoucherAssets | None = None
    validation_rules_assignments: ValidationRuleAssignments | None = None
    publish: PublishedCount | None = None
    redemption: FullRedemptionCount | None = None
