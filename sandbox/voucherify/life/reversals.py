"""
What a rollback takes back by itself, if the programme is set so.

No page says that the rollback of a referral's redemption reverses a reward. The list of a
customer's activity has `customer.reward_redemptions.rolledback`, and a transaction can name a
related one: a project where it happens would look like this.
"""

from dataclasses import dataclass

from sandbox.clock import stamp
from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.records import Customer, Voucher
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import Redemption
from sandbox.voucherify.life import events
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.life.ledger import Posting, post, transaction_type
from sandbox.voucherify.shapes import bodies


@dataclass(frozen=True, slots=True)
class _Given:
    card_id: str
    customer_id: str
    transaction_id: str | None
    amount: int


def reverse(store: Store, redemption: Redemption, origin: Origin) -> None:
    """Take from the cards what a conversion put there, as far as it is still there."""
    code = store.vouchers[redemption.voucher_id]
    whose = store.campaigns[code.campaign_id].rollback_reverses
    if whose is None:
        return
    for given in _given(store, redemption, whose):
        card, customer = store.vouchers[given.card_id], store.customers[given.customer_id]
        taken = min(given.amount, card.balance)
        if taken > 0:
            posting = Posting(
                -taken,
                transaction_type(card.type, "REMOVAL"),
                operation_type="AUTOMATIC",
                related_id=given.transaction_id,
                why=Why(Cause.OTHER_REMOVAL, given.transaction_id),
            )
            post(store, card, posting)
        _tell(store, redemption, code, customer, amount=given.amount, origin=origin)


def _given(store: Store, redemption: Redemption, whose: str) -> list[_Given]:
    found = []
    holders = [each for each in store.assignments.values() if each.trigger is redemption]
    for holder in holders if whose in {"referee", "both"} else []:
        if holder.grant is not None:
            change = holder.grant.transaction
            listed = change.id if change.listed else None
            found.append(_Given(holder.grant.card_id, holder.customer_id, listed, change.amount))
    ids = {each.id for each in holders} if whose in {"referrer", "both"} else set()
    for each in store.tier_rewards:
        if each.holder_id in ids and each.voucher_id and each.transaction_id:
            given = _Given(each.voucher_id, each.referrer_id, each.transaction_id, each.amount)
            found.append(given)
    return found


def _tell(
    store: Store,
    redemption: Redemption,
    code: Voucher,
    customer: Customer,
    *,
    amount: int,
    origin: Origin,
) -> None:
    campaign, at = store.campaigns[code.campaign_id], store.clock.now()
    data = {
        "customer": bodies.simple_customer(customer),
        "holder": bodies.simple_customer(customer),
        "voucher": bodies.simple_voucher(code, store),
        "campaign": bodies.simple_campaign(campaign, store),
        "reward_redemption": {
            "id": store.ids.new("rewr"),
            "state": "ROLLED_BACK",
            "created_at": stamp(at),
            "voucher_id": code.id,
            "campaign_id": campaign.id,
            "customer_id": customer.id,
            "source_id": redemption.id,
            "source_type": "redemption",
        },
        "reward": {"object": "reward", "name": "Thank you", "type": "CAMPAIGN"},
        # The schema of this event has a text here, that of its siblings an object.
        "source": redemption.id,
        "balance": -amount,
    }
    kind = "customer.reward_redemptions.rolledback"
    events.record(store, customer, kind, data, campaign=campaign, origin=origin, at=at)
