"""The endpoints that change cards, and the one that shows their books."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from flask import Blueprint, request

from sandbox.control.fields import Fields, steers
from sandbox.control.snapshot import books, card
from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.errors import text
from sandbox.voucherify.data.records import Transaction, Voucher, VoucherType
from sandbox.voucherify.life import changes
from sandbox.voucherify.life.campaigns import card_campaign
from sandbox.voucherify.life.cards import Posting, post, publish_card, top_up, transaction_type
from sandbox.world import Answer, World


Change: TypeAlias = Callable[[World, Voucher, dict[str, Any], datetime], Transaction]

blueprint = Blueprint("cards", __name__, url_prefix="/sandbox")


@blueprint.post("/cards")
@steers
def post_card(sandbox: World, wanted: Fields) -> Answer:
    """Publish a card of a type to a customer, with a balance of their own."""
    store = sandbox.store
    customer = store.customer(text(wanted, "customer"))
    campaign = card_campaign(store, VoucherType(text(wanted, "type")))
    voucher = publish_card(store, campaign, customer)
    if wanted.get("balance"):
        top_up(store, voucher, wanted["balance"])
    return card(voucher), 201


@blueprint.post("/publish_card")
@steers
def post_publish_card(sandbox: World, wanted: Fields) -> Answer:
    """Publish to a "customer" a card of a "type" with an "amount", without a transaction; "at"."""
    store = sandbox.store
    campaign = card_campaign(store, VoucherType(text(wanted, "type")))
    customer, at = store.customer(text(wanted, "customer")), _at(sandbox, wanted)
    return card(publish_card(store, campaign, customer, at=at, amount=wanted["amount"])), 201


@blueprint.post("/spend")
@steers
def post_spend(sandbox: World, wanted: Fields) -> Answer:
    """
    Let a customer pay an order from a card.

    "redemption": true names the redemption, which can be rolled back, and "reward" what for.
    """
    store, amount = sandbox.store, wanted["amount"]
    voucher = store.voucher(text(wanted, "card"))
    if wanted.get("redemption"):
        redemption = changes.redeem(store, voucher, amount, reward=wanted.get("reward"))
        return {**card(voucher), "redemption": redemption.id}, 201
    kind = transaction_type(voucher.type, "REDEMPTION")
    post(store, voucher, Posting(-amount, kind, source="API", why=Why(Cause.ORDER)))
    return card(voucher), 201


@blueprint.post("/top_up")
def post_top_up() -> Answer:
    """
    Put "amount" on a "card": by a person, or ("like_grant") as an automatic reward does.

    Also "transaction" (a type), "at", "details" and "related" (a transaction).
    """
    return _change(_top_up)


@blueprint.post("/earn")
def post_earn() -> Answer:
    """
    Let a "card" earn an "amount" by an earning rule.

    Also "event" (a type), "custom_event", "segment", "loyalty_tier" (names), "order" (false for
    none), "earning_rule" (an id), "source" (null too), "transaction" (a type), "at",
    and "details", anything more that the details shall have.
    """
    return _change(changes.earn)


@blueprint.post("/expire")
def post_expire() -> Answer:
    """Let an "amount" of a "card"'s points expire; also "at"."""
    return _change(changes.expire)


@blueprint.post("/remove_by_other")
def post_remove_by_other() -> Answer:
    """
    Take an "amount" from a "card" as another one than the product does.

    "how" is automatic (with "related", the transaction that it undoes), dashboard or api. Also
    "source", "source_id", "reason", "operation_type" (null too), "details" and "at".
    """
    return _change(changes.remove_by_other)


@blueprint.post("/transfer")
@steers
def post_transfer(sandbox: World, wanted: Fields) -> Answer:
    """Move an "amount" of points "from" a card "to" another; also "source_id", "reason", "at"."""
    store, at = sandbox.store, _at(sandbox, wanted)
    source, target = store.voucher(text(wanted, "from")), store.voucher(text(wanted, "to"))
    gone, come = changes.transfer(sandbox, source, target, wanted, at)
    return {"out": gone.id, "in": come.id, "from": card(source), "to": card(target)}, 201


@blueprint.get("/books")
@steers
def get_books(sandbox: World, _: Fields) -> Answer:
    """Return why each change of a ?card= was made."""
    voucher = sandbox.store.voucher(request.args["card"])
    return {"card": voucher.id, "balance": voucher.balance, "books": books(voucher)}


@steers
def _change(sandbox: World, wanted: Fields, change: Change) -> Answer:
    voucher = sandbox.store.voucher(text(wanted, "card"))
    made = change(sandbox, voucher, wanted, _at(sandbox, wanted))
    return {"transaction": made.id, **card(voucher)}, 201


def _top_up(sandbox: World, voucher: Voucher, wanted: Fields, at: datetime) -> Transaction:
    by_person = {"source": "voucherify-web-ui", "reason": "Top-up"}
    like_grant = {"operation_type": "AUTOMATIC", "why": Why(Cause.LOOKALIKE)}
    how: dict[str, Any] = like_grant if wanted.get("like_grant") else by_person
    kind = wanted.get("transaction", transaction_type(voucher.type, "ADDITION"))
    details, related = wanted.get("details", {}), wanted.get("related")
    posting = Posting(wanted["amount"], kind, at=at, details=details, related_id=related, **how)
    return post(sandbox.store, voucher, posting)


def _at(sandbox: World, wanted: Fields) -> datetime:
    return datetime.fromisoformat(wanted["at"]) if "at" in wanted else sandbox.clock.now()
