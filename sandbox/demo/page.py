from itertools import islice
from typing import Any

from flask import Blueprint, render_template

from sandbox.clock import stamp
from sandbox.services.log import Entry
from sandbox.voucherify.data.records import Holder, Role, Voucher, VoucherType
from sandbox.webhooks.sendouts import Sendout, SendoutState
from sandbox.world import Answer, World, world


blueprint = Blueprint("page", __name__)

# The page is for reading; a load test's thousands are in /sandbox/state.
_REFEREES = 50
_LATEST = 12


@blueprint.get("/")
def show() -> str:
    """Show the page; it can be read without JavaScript."""
    return render_template("page.html", view=_view(world()))


@blueprint.get("/sandbox/page")
def poll() -> Answer:
    """Answer what the page's script redraws each second."""
    return {"html": render_template("live.html", view=_view(world()))}


def _view(sandbox: World) -> dict[str, Any]:
    with sandbox.lock:
        holders = sandbox.store.assignments.values()
        referees = [each for each in holders if each.role is Role.REFEREE]
        referrers = (each for each in holders if each.role is Role.REFERRER)
        return {
            "referees": [_referee(sandbox, each) for each in referees[:_REFEREES]],
            "referrers": [_referrer(sandbox, each) for each in islice(referrers, _LATEST)],
            "more": max(0, len(referees) - _REFEREES),
            "notes": [_entry(sandbox, each) for each in _latest(sandbox.crm.entries())],
            "takebacks": [_entry(sandbox, each) for each in _latest(sandbox.shop.entries())],
            "webhooks": [_webhook(sandbox, each) for each in _latest(list(sandbox.sender))],
            "active": sandbox.sender.active,
            "target": sandbox.sender.url,
        }


def _latest(records: list[Any]) -> list[Any]:
    return records[: -_LATEST - 1 : -1]


def _name(sandbox: World, customer_id: str | None) -> str:
    customer = sandbox.store.find_customer(customer_id or "")
    return (customer and (customer.name or customer.source_id)) or customer_id or "Unknown customer"


def _money(card: Voucher, amount: int) -> str:
    return f"{amount / 100:.2f}" if card.type is VoucherType.GIFT else f"{amount} points"


def _referee(sandbox: World, holder: Holder) -> dict[str, Any]:
    row: dict[str, Any] = {
        "holder": holder.id,
        "name": _name(sandbox, holder.customer_id),
        "assigned": holder.ended_at is None,
        "card": None,
        "status": "Assigned" if holder.ended_at is None else "Unassigned",
        "tone": "calm" if holder.ended_at is None else "busy",
    }
    if holder.grant is None:
        return row
    card = sandbox.store.vouchers[holder.grant.card_id]
    taken = _taken(card, holder)
    row |= {
        "card": card.code,
        "kind": "Gift card" if card.type is VoucherType.GIFT else "Loyalty card",
        "balance": _money(card, card.balance),
        "perk": _money(card, holder.grant.transaction.amount),
    }
    if taken > 0:
        row |= {"status": f"Taken back: {_money(card, taken)}", "tone": "done"}
    return row


def _taken(card: Voucher, holder: Holder) -> int:
    # What was given back again, with a source_id of the worker's, counts the other way.
    if holder.grant is None or holder.ended_at is None:
        return 0
    since = card.transactions.walk(after=holder.grant.transaction.id)
    return -sum(each.amount for each in since if each.source_id is not None)


def _referrer(sandbox: World, holder: Holder) -> dict[str, Any]:
    return {
        "name": _name(sandbox, holder.customer_id),
        "code": sandbox.store.vouchers[holder.voucher_id].code,
        "campaign": sandbox.store.campaigns[holder.campaign_id].name,
    }


def _entry(sandbox: World, entry: Entry) -> dict[str, Any]:
    data = entry.body.get("data")
    texts = {**entry.body, **(data if isinstance(data, dict) else {})}
    found = (texts.get(each) for each in ("note", "text", "message", "summary", "type"))
    return {
        "at": stamp(entry.at)[11:19],
        "name": _name(sandbox, entry.customer),
        "text": next((each for each in found if isinstance(each, str)), "Noted"),
        "repeats": entry.repeats,
    }


def _webhook(sandbox: World, sendout: Sendout) -> dict[str, Any]:
    tones = {SendoutState.DELIVERED: "done", SendoutState.WAITING: "busy"}
    last = sendout.tries[-1] if sendout.tries else None
    return {
        "at": stamp(sendout.created_at)[11:19],
        "type": sendout.type,
        "name": _name(sandbox, sendout.customer_id) if sendout.customer_id else "",
        "state": sendout.state.value.capitalize(),
        "tone": tones.get(sendout.state, "bad"),
        "answer": str((last.status or last.error) if last else "…"),
        "tries": len(sendout.tries),
    }
