"""`voucher.gift.*`."""

from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.balance import Balance
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.full_voucher import FullVoucher
from schemas.parts.order import Order
from schemas.parts.redemption import Redemption
from schemas.parts.transaction import Transaction
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherGiftBalanceAdded(Event):
    """Credits were added to a gift card, or taken off it (`EventVoucherGiftBalanceAddedData`)."""

    voucher: Voucher | None = None
    balance: Balance | None = None
    campaign: Campaign | None = None
    transaction: Transaction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherGiftTransactionCreated(Event):
    """
    Credits of a gift card moved (`EventVoucherGiftTransactionCreatedData`).

    Everything is null that the transaction did not come from.
    """

    transaction: Transaction | None = None
    voucher: FullVoucher | None = None
    campaign: Campaign | None = None
    holder: Customer | None = None
    balance: Balance | None = None
    order: Order | None = None
    redemption: Redemption | None = None
    rollback: Redemption | None = None
