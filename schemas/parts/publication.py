from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.parts.full_customer import FullCustomer
from schemas.parts.full_voucher import FullVoucher


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """
    That somebody was given codes, in a project or by a distribution.

    `ListPublicationsItemBase`, `PublicationsDistributionItemBase` and `PublicationsVoucher` of the
    specification in one: only the last has the voucher.
    """

    id: str | None = None
    object: str | None = None
    created_at: datetime | None = None
    customer_id: str | None = None
    tracking_id: str | None = field(default=None, repr=False)
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    channel: str | None = None
    source_id: str | None = field(default=None, repr=False)
    result: str | None = None
    customer: FullCustomer | None = None
    vouchers_id: tuple[str, ...] | None = None
    voucher: FullVoucher | None = None
