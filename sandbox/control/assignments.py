"""The endpoints that let assignments begin, convert and end."""

from datetime import datetime

from flask import Blueprint

from sandbox.control.fields import Fields, steers
from sandbox.voucherify.data.errors import not_found, text
from sandbox.voucherify.life import events
from sandbox.voucherify.life.assignments import unassign
from sandbox.voucherify.life.conversions import convert, convert_later
from sandbox.world import Answer, World


blueprint = Blueprint("assignments", __name__, url_prefix="/sandbox")


@blueprint.post("/assign")
@steers
def post_assign(sandbox: World, wanted: Fields) -> Answer:
    """
    Let "customer" use "code", again too: a new assignment, with its rewards.

    With "converts": false no reward is paid yet; see /convert.
    """
    store = sandbox.store
    code, customer = store.voucher(text(wanted, "code")), store.customer(text(wanted, "customer"))
    made = convert(
        sandbox,
        code,
        customer,
        at=store.clock.now(),
        announce=bool(wanted.get("announce", True)),
        onto=store.voucher(wanted["onto"]) if "onto" in wanted else None,
        converts=bool(wanted.get("converts", True)),
    )
    return made.as_json(store), 201


@blueprint.post("/convert")
@steers
def post_convert(sandbox: World, wanted: Fields) -> Answer:
    """Let the customer of an assignment ("holder") convert now, or at "at"; paid "onto" a card."""
    store = sandbox.store
    holder = store.assignment(text(wanted, "holder"))
    at = datetime.fromisoformat(wanted["at"]) if "at" in wanted else store.clock.now()
    onto = store.voucher(wanted["onto"]) if "onto" in wanted else None
    return convert_later(sandbox, holder, at=at, onto=onto).as_json(store), 201


@blueprint.post("/unassign")
@steers
def post_unassign(sandbox: World, wanted: Fields) -> Answer:
    """
    End assignments ("holder" or "holders") as a person at the dashboard does.

    A person can remove a referrer too, which the REST API refuses.
    """
    names = wanted.get("holders") or [text(wanted, "holder")]
    found = [sandbox.store.holders.get(each) for each in names]
    holders = [each for each in found if each is not None and each.ended_at is None]
    if len(holders) < len(names):
        raise not_found("redeemable_holder", ", ".join(map(str, names)))
    origin = events.by_person(sandbox.ids.request(), sandbox.sender)
    for each in holders:
        unassign(sandbox.store, each, origin=origin)
    return {"holders": names}
