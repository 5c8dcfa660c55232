"""What a rollback does and how it goes wrong, after "Rollback redemption" and the changelog."""

from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.errors import ApiError, not_found
from sandbox.voucherify.data.records import VoucherType
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import Redemption
from sandbox.voucherify.life import events, reversals
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.life.ledger import Posting, post, transaction_type
from sandbox.voucherify.shapes import bodies, render


#: How a redemption's next rollback can go wrong.
MISHAPS = (
    "multiple_requests",
    "multiple_requests_applied",
    "failure",
    "failure_applied",
    "invalid_redemption",
)

_SUCCEEDED = "customer.redemption.rollback.succeeded"


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
        raise ApiError(
            400,
            "invalid_redemption_parent",
            "Invalid redemption parent",
            f"{name} is a part of {redemption.parent_id}, which is to be rolled back as a whole",
        )
    mishap = redemption.mishaps.pop(0) if redemption.mishaps else None
    if mishap is None or mishap.endswith("_applied"):
        _apply(store, redemption, origin)
    match mishap and mishap.removesuffix("_applied"):
        case "multiple_requests":
            # Since July 2026 only one of several rollbacks at once is let through.
            if redemption.rollback_id is not None:
                done = _shown(store, redemption, reason)
                _tell(store, redemption, done, _SUCCEEDED, origin)
            details = "Another rollback of this redemption is under way"
            raise ApiError(400, "multiple_requests", "Multiple requests", details)
        case "invalid_redemption":
            details = "This is a stacked redemption, which another endpoint rolls back"
            raise ApiError(400, "invalid_redemption", "Invalid redemption", details)
        case "failure":
            shown = _shown(store, redemption, reason)
            failed = _failed(store, shown)
            _tell(store, redemption, failed, "customer.redemption.rollback.failed", origin)
            return failed
    shown = _shown(store, redemption, reason)
    _tell(store, redemption, shown, _SUCCEEDED, origin)
    return shown


def _apply(store: Store, redemption: Redemption, origin: Origin) -> None:
    redemption.rollback_id = store.ids.new("rr")
    voucher = store.vouchers[redemption.voucher_id]
    voucher.uses -= 1
    if redemption.amount and voucher.type is not VoucherType.CODE:
        posting = Posting(
            redemption.amount,
            transaction_type(voucher.type, "REFUND"),
            details={
                "order": {"id": redemption.order_id, "source_id": None},
                "redemption": {"id": redemption.id},
                "rollback": {"id": redemption.rollback_id},
            },
            why=Why(Cause.REFUND, redemption.rollback_id),
        )
        post(store, voucher, posting)
    reversals.reverse(store, redemption, origin)


def _shown(store: Store, redemption: Redemption, reason: str | None) -> dict[str, Any]:
    shown = render.rollback(redemption, reason, stamp(store.clock.now()), store)
    kind = store.vouchers[redemption.voucher_id].type
    if not redemption.amount or kind is VoucherType.CODE:
        return shown
    part = ("gift", "amount") if kind is VoucherType.GIFT else ("loyalty_card", "points")
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


def _tell(
    store: Store, redemption: Redemption, shown: dict[str, Any], kind: str, origin: Origin
) -> None:
    customer = store.customers.get(redemption.customer_id)
    if customer is None:
        return
    voucher = store.vouchers[redemption.voucher_id]
    campaign = store.campaigns[voucher.campaign_id]
    data = {
        "customer": bodies.simple_customer(customer),
        "order": shown["order"],
        "campaign": bodies.simple_campaign(campaign, store),
        "voucher": bodies.simple_voucher(voucher, store),
        "redemption": {"id": redemption.id, "customer_id": customer.id},
        "redemption_rollback": {each: shown[each] for each in ("id", "result", "status")},
    }
    at = store.clock.now()
    events.record(store, customer, kind, data, campaign=campaign, origin=origin, at=at)
