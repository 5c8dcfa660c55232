"""What is due to be taken, and which removal from a card is for what."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.voucherify.records import Holder, Role, Transaction, Voucher
from sandbox.voucherify.store import Store


@dataclass
class Due:
    """
    What is due to be taken for one grant.

    Attributes:
        by: the assignment whose removal takes it.
        must: it is to be taken; else it may be, if no person is asked.
    """

    granted: int
    card: Voucher
    by: str
    must: bool


def what(name: str) -> str:
    """Read what a removal is for: the assignment, or the transaction of a tier's reward."""
    _, holder, _, *transaction = name.split(":")
    return transaction[0] if transaction else holder


def taken_on_elsewhere(store: Store, holder: Holder) -> bool:
    """Tell whether another code took the customer on before this one's reward was given."""
    return any(
        each.customer_id == holder.customer_id
        and each.voucher_id != holder.voucher_id
        and each.role is Role.REFEREE
        and holder.grant is not None
        and holder.created_at <= each.created_at <= holder.grant.transaction.created_at
        for each in store.assignments.values()
    )


def earned_by(store: Store, change: Transaction) -> Iterator[str]:
    """List the assignments whose removal takes this reward of a tier back."""
    for reward in store.tier_rewards:
        if reward.transaction_id == change.id:
            yield reward.holder_id
            for each in store.assignments.values():
                if each.customer_id == reward.referrer_id and each.role is Role.REFERRER:
                    yield each.id
