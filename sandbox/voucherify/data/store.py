from datetime import datetime

from sandbox.clock import Clock
from sandbox.ids import Ids
from sandbox.voucherify.data.errors import not_found
from sandbox.voucherify.data.options import Options
from sandbox.voucherify.data.ordered import Ordered
from sandbox.voucherify.data.records import (
    Activity,
    Campaign,
    Customer,
    Holder,
    TierReward,
    Voucher,
)
from sandbox.voucherify.data.register import Register
from sandbox.voucherify.data.triggers import CustomEvent, Redemption


class Store:
    """All of Voucherify's records, each found by a dict; the caller holds the lock."""

    def __init__(self, ids: Ids, clock: Clock) -> None:
        self.ids = ids
        self.clock = clock
        self.options = Options()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.customers: dict[str, Customer] = {}
        self.campaigns: dict[str, Campaign] = {}
        self.vouchers: dict[str, Voucher] = {}
        self.redemptions: dict[str, Redemption] = {}
        self.custom_events: dict[str, CustomEvent] = {}
        # Assignments to referral codes, ended ones too: the page shows what became of them.
        self.assignments: dict[str, Holder] = {}
        self.holders: dict[str, Holder] = {}
        # When a pair of voucher and customer was last parted: the next assignment comes later.
        self.ended: dict[tuple[str, str], datetime] = {}
        self.tier_rewards: list[TierReward] = []
        # What was deleted answers 404, but tests still read its last state.
        self.deleted: set[str] = set()
        # From which request on a transaction is listed; the others are listed at once.
        self.listed_from: dict[str, int] = {}
        self.requests = 0
        self.register = Register()
        self._customers_by_source: dict[str, Customer] = {}
        self._vouchers_by_code: dict[str, Voucher] = {}
        self._holders_of: dict[str, Ordered[Holder]] = {}
        self._redeemables_of: dict[str, Ordered[Holder]] = {}
        self._pairs: dict[tuple[str, str], Holder] = {}
        self._activity_of: dict[str, Ordered[Activity]] = {}

    def add_customer(self, customer: Customer) -> None:
        """File a customer under both names."""
        self.customers[customer.id] = customer
        if customer.source_id is not None:
            self._customers_by_source[customer.source_id] = customer

    def add_voucher(self, voucher: Voucher) -> None:
        """File a voucher under both names and the moment of its creation."""
        self.vouchers[voucher.id] = voucher
        self._vouchers_by_code[voucher.code] = voucher
        self.register.add(voucher.campaign_id, voucher.created_at, voucher.id)

    def delete_voucher(self, voucher: Voucher) -> None:
        """Take a voucher out of every answer."""
        self.deleted.add(voucher.id)
        self.register.remove(voucher.campaign_id, voucher.created_at, voucher.id)

    def add_holder(self, holder: Holder) -> None:
        """File an assignment under its voucher, its customer and the pair of them."""
        self._holders_of.setdefault(holder.voucher_id, Ordered()).add(holder.id, holder)
        self._redeemables_of.setdefault(holder.customer_id, Ordered()).add(holder.id, holder)
        self._pairs[holder.voucher_id, holder.customer_id] = holder
        self.holders[holder.id] = holder

    def remove_holder(self, holder: Holder) -> None:
        """Take an assignment out of every listing."""
        self._holders_of[holder.voucher_id].remove(holder.id)
        self._redeemables_of[holder.customer_id].remove(holder.id)
        if holder.ended_at is not None:
            self.ended[holder.voucher_id, holder.customer_id] = holder.ended_at
        self._pairs.pop((holder.voucher_id, holder.customer_id), None)

    def add_activity(self, customer_id: str, activity: Activity) -> None:
        """Record what happened to a customer."""
        self._activity_of.setdefault(customer_id, Ordered()).add(activity.id, activity)

    def forget_activity(self) -> None:
        """Forget what happened to all customers, as if nothing had been recorded."""
        self._activity_of.clear()

    def hide(self, transaction_id: str) -> None:
        """Leave a transaction out of listings for as many calls as the options say."""
        if self.options.index_lag:
            self.listed_from[transaction_id] = self.requests + self.options.index_lag + 1

    def is_listed(self, transaction_id: str) -> bool:
        """Return whether a transaction has come into the listings."""
        return self.requests >= self.listed_from.get(transaction_id, 0)

    def find_customer(self, name: str) -> Customer | None:
        """Return a customer by id or source_id, None if there is none."""
        found = self.customers.get(name) or self._customers_by_source.get(name)
        return None if found is not None and found.id in self.deleted else found

    def customer(self, name: str) -> Customer:
        """Return a customer or answer 404."""
        found = self.find_customer(name)
        if found is None:
            raise not_found("customer", name)
        return found

    def voucher(self, name: str) -> Voucher:
        """Return a voucher by id or code or answer 404."""
        found = self.vouchers.get(name) or self._vouchers_by_code.get(name)
        if found is None or found.id in self.deleted:
            raise not_found("voucher", name)
        return found

    def holder(self, voucher: Voucher, holder_id: str) -> Holder:
        """Return an assignment to this voucher or answer 404."""
        found = self.holders_of(voucher.id).get(holder_id)
        if found is None:
            raise not_found("redeemable_holder", holder_id)
        return found

    def assignment(self, holder_id: str) -> Holder:
        """Return an assignment, ended ones too, or answer 404."""
        found = self.holders.get(holder_id)
        if found is None:
            raise not_found("redeemable_holder", holder_id)
        return found

    def campaign(self, campaign_id: str) -> Campaign:
        """Return a campaign or answer 404."""
        found = self.campaigns.get(campaign_id)
        if found is None or found.id in self.deleted:
            raise not_found("campaign", campaign_id)
        return found

    def holders_of(self, voucher_id: str) -> Ordered[Holder]:
        """List who holds a voucher."""
        return self._holders_of.get(voucher_id, Ordered())

    def redeemables_of(self, customer_id: str) -> Ordered[Holder]:
        """List what a customer holds."""
        return self._redeemables_of.get(customer_id, Ordered())

    def activity_of(self, customer_id: str) -> Ordered[Activity]:
        """List what happened to a customer."""
        return self._activity_of.get(customer_id, Ordered())

    def pair(self, voucher_id: str, customer_id: str) -> Holder | None:
        """Return the one assignment of this customer to this voucher."""
        return self._pairs.get((voucher_id, customer_id))

    def card_of(self, customer_id: str, campaign_id: str) -> Voucher | None:
        """Return the customer's first card of a campaign."""
        for holder in self.redeemables_of(customer_id):
            if holder.campaign_id == campaign_id:
                return self.vouchers[holder.voucher_id]
        return None
