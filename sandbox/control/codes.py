"""The endpoints that make many codes at once, and report what was taken back for each customer."""

from collections import Counter
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from flask import Blueprint

from sandbox.control.fields import Fields, steers
from sandbox.voucherify.data.errors import check_names, not_found
from sandbox.voucherify.data.records import Campaign, Holder
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.life.campaigns import add_campaign, publish_code, reward_of
from sandbox.voucherify.life.conversions import convert
from sandbox.voucherify.life.customers import add_customer, person
from sandbox.world import Answer, World


_GIFT = {"type": "GIFT_VOUCHER", "amount": 500}

blueprint = Blueprint("codes", __name__, url_prefix="/sandbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """
    How many codes with how many referees each, of which campaign, and from when.

    One second lies between the codes, so that they can be read in windows of time; with
    `spacing_seconds` 0 all are of the same moment, as those of a generated campaign are.
    """

    codes: int
    referees: int = 1
    campaign: str | None = None
    reward: dict[str, Any] | None = None
    announce: bool = False
    spacing_seconds: float = 1.0
    assigned_minutes_ago: float = 4320

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """
        Read what is wanted from JSON; without "reward" a referee gets 5.00, with null nothing.

        Raises:
            ValueError: When a name is not one of ours.
        """
        check_names(value, (each.name for each in fields(cls)), "field of codes")
        return cls(**{"reward": _GIFT, **value})


@blueprint.post("/codes")
@steers
def post_codes(sandbox: World, sent: Fields) -> Answer:
    """
    Make many codes of one campaign at once: {"codes": 1000, "referees": 2}.

    Also "campaign", "reward" (null for none), "announce", "spacing_seconds" between the codes
    and "assigned_minutes_ago"; see `Bulk`. Returns the ids of all that was made.
    """
    wanted = Bulk.parse(sent)
    campaign = _campaign(sandbox.store, wanted)
    now, spacing = sandbox.clock.now(), timedelta(seconds=wanted.spacing_seconds)
    assigned_at = now - timedelta(minutes=wanted.assigned_minutes_ago)
    first = min(now - timedelta(days=60), assigned_at) - spacing * wanted.codes
    return {
        "campaign": campaign.id,
        "reward_campaign": campaign.reward and campaign.reward.campaign_id,
        "codes": [
            _code(sandbox, campaign, wanted, first + number * spacing, assigned_at)
            for number in range(wanted.codes)
        ],
    }, 201


@blueprint.get("/removals")
@steers
def get_removals(sandbox: World, _: Fields) -> Answer:
    """
    Report of all ended assignments how often, and how much, was taken back for each.

    `source_ids` counts, over all cards, under which names something was taken: a name that
    counts twice took twice.
    """
    store = sandbox.store
    ended = [each for each in store.assignments.values() if each.ended_at is not None]
    names = Counter(
        str(each.source_id)
        for card in store.vouchers.values()
        for each in card.transactions
        if each.type.endswith("_REMOVAL")
    )
    return {"holders": {each.id: _taken(store, each) for each in ended}, "source_ids": names}


def _campaign(store: Store, wanted: Bulk) -> Campaign:
    if wanted.campaign is None:
        campaign = add_campaign(store)
    elif (found := store.campaigns.get(wanted.campaign)) is not None:
        campaign = found
    else:
        raise not_found("campaign", wanted.campaign)
    campaign.reward = reward_of(store, wanted.reward)
    return campaign


def _code(
    world: World, campaign: Campaign, wanted: Bulk, created_at: datetime, assigned_at: datetime
) -> dict[str, Any]:
    store = world.store
    code = publish_code(store, campaign, at=created_at)
    referees = []
    for _ in range(wanted.referees):
        customer = add_customer(store, person(store.ids.number()))
        made = convert(world, code, customer, at=assigned_at, announce=wanted.announce)
        card = made.holder.grant and made.holder.grant.card_id
        referees.append({"customer": customer.id, "holder": made.holder.id, "card": card})
    referrer = store.pair(code.id, code.referrer_id or "")
    return {
        "id": code.id,
        "code": code.code,
        "referrer": {"customer": code.referrer_id, "holder": referrer and referrer.id},
        "referees": referees,
    }


def _taken(store: Store, holder: Holder) -> dict[str, Any]:
    card = store.vouchers[holder.grant.card_id] if holder.grant else None
    removals = [
        {"source_id": each.source_id, "amount": -each.amount, "transaction": each.id}
        for each in (card.transactions if card else ())
        if each.type.endswith("_REMOVAL")
    ]
    # The label of a removal is free, except that it names the assignment.
    own = [each for each in removals if holder.id in str(each["source_id"])]
    return {
        "customer": holder.customer_id,
        "card": card and card.id,
        "granted": holder.grant and holder.grant.transaction.amount,
        "balance": card and card.balance,
        "times": len(own),
        "taken": sum(int(str(each["amount"])) for each in own),
        "removals": removals,
    }
