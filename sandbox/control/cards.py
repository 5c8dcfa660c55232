"""The endpoints that change cards beside referrals, and the one that shows the books."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, request

from sandbox.control.fields import fields, text
from sandbox.control.snapshot import books, card
from sandbox.voucherify.data.records import Transaction, Voucher, VoucherType
from sandbox.voucherify.life.campaigns import card_campaign
from sandbox.voucherify.life.changes import earn, expire, remove_by_other, transfer
from sandbox.voucherify.life.holding import publish_card
from sandbox.world import Answer, World, world


blueprint = Blueprint("cards", __name__, url_prefix="/sandbox")


@blueprint.post("/earn")
def post_earn() -> Answer:
    """
    Let a "card" earn an "amount" by an earning rule.

    Also "event" (a type), "custom_event", "segment", "loyalty_tier" (names), "order" (false for
    none), "earning_rule" (an id), "source" (null too), "transaction" (a type), "at",
    and "details", anything more that the details shall have.
    """
    return _change(earn)


@blueprint.post("/expire")
def post_expire() -> Answer:
    """Let an "amount" of a "card"'s points expire; also "at"."""
    return _change(
        lambda sandbox, voucher, wanted, at: expire(sandbox, voucher, wanted["amount"], at)
    )


@blueprint.post("/remove_by_other")
def post_remove_by_other() -> Answer:
    """
    Let somebody else take an "amount" from a "card".

    "how" is automatic (with "related", the transaction that it undoes), dashboard or api. Also
    "source", "source_id", "reason", "operation_type" (null too), "details" and "at".
    """
    return _change(remove_by_other)


@blueprint.post("/transfer")
def post_transfer() -> Answer:
    """Move an "amount" of points "from" a card "to" another; also "source_id", "reason", "at"."""
    wanted, sandbox = fields(), world()
    with sandbox.lock:
        store = sandbox.store
        source, target = store.voucher(text(wanted, "from")), store.voucher(text(wanted, "to"))
        gone, come = transfer(sandbox, source, target, wanted, _at(sandbox, wanted))
        return {"out": gone.id, "in": come.id, "from": card(source), "to": card(target)}, 201


@blueprint.post("/publish_card")
def post_publish_card() -> Answer:
    """Give a "customer" a card of a "type" that has an "amount" on it and no transaction; "at"."""
    wanted, sandbox = fields(), world()
    with sandbox.lock:
        voucher = publish_card(
            sandbox.store,
            card_campaign(sandbox, VoucherType(text(wanted, "type"))),
            sandbox.store.customer(text(wanted, "customer")),
            at=_at(sandbox, wanted),
            amount=wanted["amount"],
        )
        return card(voucher), 201


@blueprint.get("/books")
def get_books() -> Answer:
    """Say why each change of a ?card= was made."""
    sandbox = world()
    with sandbox.lock:
        voucher = sandbox.store.voucher(request.args["card"])
        return {"card": voucher.id, "balance": voucher.balance, "books": books(voucher)}


def _change(
    change: Callable[[World, Voucher, dict[str, Any], datetime], Transaction],
) -> Answer:
    wanted, sandbox = fields(), world()
    with sandbox.lock:
        voucher = sandbox.store.voucher(text(wanted, "card"))
        made = change(sandbox, voucher, wanted, _at(sandbox, wanted))
        return {"transaction": made.id, **card(voucher)}, 201


def _at(sandbox: World, wanted: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(wanted["at"]) if "at" in wanted else sandbox.clock.now()
