"""`customer.voucher.gift.balance_added`."""

from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.balance import Balance
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.transaction import Transaction
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerVoucherGiftBalanceAdded(Event):
    """A customer got credits, or lost some (`EventCustomerVoucherGiftBalanceAddedData`)."""

    customer: Customer | None = None
    campaign: Campaign | None = None
    voucher: Voucher | None = None
    balance: Balance | None = None
    transaction: Transaction | None = None
