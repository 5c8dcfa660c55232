"""
What a rollback does and how it goes wrong, after "Rollback redemption" and the changelog.

No page says that the rollback of a referral's redemption reverses a reward. The list of a
customer's activity has `customer.reward_redemptions.rolledback`, and a transaction can name a
related one: a project where it happens would do what `_reverse` does.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.errors import ApiError, not_found
from sandbox.voucherify.data.records import Customer, Voucher, VoucherType
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import Redemption
from sandbox.voucherify.life import events
from sandbox.voucherify.life.cards import Posting, post, transaction_type
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.shapes.campaigns import simple_campaign
from sandbox.voucherify.shapes.customers import simple_customer
from sandbox.voucherify.shapes.vouchers import simple_voucher, voucher


def roll_back(store: Store, name: str, reason: str | None, origin: Origin) -> dict[str, Any]:
    """Cancel a redemption's order and give back what was paid from a card, once."""
    redemption = store.redemptions.get(name)
    if redemption is None or redemption.id in store.deleted:
        raise not_found("redemption", name)
    if redemption.rollback_id is not None:
        raise ApiError(
            400,
            "already_rolled_back",
            "Already rolled back",
            "Redemption has been already rolled back.",
            resource_id=redemption.rollback_id,
            resource_type="redemption_rollback",
        )
    if redemption.parent_id is not None:
        details = (
            f"{name} is a part of {redemption.parent_id}, which is to be rolled back as a whole"
        )
        raise _refused("invalid_redemption_parent", "Invalid redemption parent", details)
    fault = redemption.faults.pop(0) if redemption.faults else None
    if fault is None or fault.endswith("_applied"):
        _apply(store, redemption, origin)
    match fault and fault.removesuffix("_applied"):
        case "multiple_requests":
            # Since July 2026 only one of several rollbacks at once is let through.
            if redemption.rollback_id is not None:
                _record(store, redemption, _shown(store, redemption, reason), "succeeded", origin)
            details = "Another rollback of this redemption is under way"
            raise _refused("multiple_requests", "Multiple requests", details)
        case "invalid_redemption":
            details = "This is a stacked redemption, which another endpoint rolls back"
            raise _refused("invalid_redemption", "Invalid redemption", details)
        case "failure":
            failed = _failed(store, _shown(store, redemption, reason))
            _record(store, redemption, failed, "failed", origin)
            return failed
    shown = _shown(store, redemption, reason)
    _record(store, redemption, shown, "succeeded", origin)
    return shown


def _refused(key: str, message: str, details: str) -> ApiError:
    return ApiError(400, key, message, details)


def _apply(store: Store, redemption: Redemption, origin: Origin) -> None:
    redemption.rollback_id = store.ids.new("rr")
    card = store.vouchers[redemption.voucher_id]
    card.uses -= 1
    if redemption.amount and card.type is not VoucherType.CODE:
        details = {
            "order": {"id": redemption.order_id, "source_id": None},
            "redemption": {"id": redemption.id},
            "rollback": {"id": redemption.rollback_id},
        }
        kind, why = transaction_type(card.type, "REFUND"), Why(Cause.REFUND, redemption.rollback_id)
        post(store, card, Posting(redemption.amount, kind, details=details, why=why))
    _reverse(store, redemption, origin)


def _reverse(store: Store, redemption: Redemption, origin: Origin) -> None:
    """Take from the cards what a conversion put there, as far as it is still there."""
    code = store.vouchers[redemption.voucher_id]
    whose = store.campaigns[code.campaign_id].rollback_reverses
    if whose is None:
        return
    for card_id, customer_id, transaction_id, amount in list(_given(store, redemption, whose)):
        card = store.vouchers[card_id]
        taken = min(amount, card.balance)
        if taken > 0:
            kind = transaction_type(card.type, "REMOVAL")
            why = Why(Cause.OTHER_REMOVAL, transaction_id)
            removal = Posting(-taken, kind, "AUTOMATIC", related_id=transaction_id, why=why)
            post(store, card, removal)
        customer = store.customers[customer_id]
        _record_reversal(store, redemption, code, customer, amount=amount, origin=origin)


def _given(
    store: Store, redemption: Redemption, whose: str
) -> Iterator[tuple[str, str, str | None, int]]:
    """Find the card, the customer, the transaction and the amount of each reward."""
    holders = [each for each in store.assignments.values() if each.trigger is redemption]
    for holder in holders if whose in {"referee", "both"} else []:
        if holder.grant is not None:
            change = holder.grant.transaction
            yield holder.grant.card_id, holder.customer_id, change.listed_id, change.amount
    ids = {each.id for each in holders} if whose in {"referrer", "both"} else set()
    for each in store.tier_rewards:
        if each.holder_id in ids and each.voucher_id and each.transaction_id:
            yield each.voucher_id, each.referrer_id, each.transaction_id, each.amount


def _record_reversal(
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
        "customer": simple_customer(customer),
        "holder": simple_customer(customer),
        "voucher": simple_voucher(code, store.campaigns),
        "campaign": simple_campaign(campaign, store.campaigns),
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


def _shown(store: Store, redemption: Redemption, reason: str | None) -> dict[str, Any]:
    """Show a redemption taken back ("Rollback redemption"): its order is cancelled."""
    card = store.vouchers[redemption.voucher_id]
    shown = {
        "id": redemption.rollback_id,
        "object": "redemption_rollback",
        "date": stamp(store.clock.now()),
        "customer_id": redemption.customer_id,
        "redemption": redemption.id,
        "reason": reason,
        "result": "SUCCESS",
        "status": "SUCCEEDED",
        "order": {"id": redemption.order_id, "status": "CANCELED", "object": "order"},
        "voucher": voucher(card, store.campaigns),
    }
    if not redemption.amount or card.type is VoucherType.CODE:
        return shown
    part = ("gift", "amount") if card.type is VoucherType.GIFT else ("loyalty_card", "points")
    # What comes back is written as a negative number.
    return {**shown, "amount": -redemption.amount, part[0]: {part[1]: -redemption.amount}}


def _failed(store: Store, shown: dict[str, Any]) -> dict[str, Any]:
    return {
        **shown,
        # A rollback that failed has an id of its own too.
        "id": shown["id"] or store.ids.new("rr"),
        "result": "FAILURE",
        "status": "FAILED",
        "failure_code": "internal_error",
        "failure_message": "The rollback did not succeed",
        "order": {**shown["order"], "status": "PAID"},
    }


def _record(
    store: Store, redemption: Redemption, shown: dict[str, Any], outcome: str, origin: Origin
) -> None:
    customer = store.customers.get(redemption.customer_id)
    if customer is None:
        return
    card = store.vouchers[redemption.voucher_id]
    campaign, at = store.campaigns[card.campaign_id], store.clock.now()
    data = {
        "customer": simple_customer(customer),
        "order": shown["order"],
        "campaign": simple_campaign(campaign, store.campaigns),
        "voucher": simple_voucher(card, store.campaigns),
        "redemption": {"id": redemption.id, "customer_id": customer.id},
        "redemption_rollback": {each: shown[each] for each in ("id", "result", "status")},
    }
    kind = f"customer.redemption.rollback.{outcome}"
    events.record(store, customer, kind, data, campaign=campaign, origin=origin, at=at)
