from collections import Counter
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from sandbox.voucherify.data.errors import not_found
from sandbox.voucherify.data.records import Campaign, Holder, VoucherType
from sandbox.voucherify.life.campaigns import add_campaign, publish_code, reward_of
from sandbox.voucherify.life.conversions import convert
from sandbox.voucherify.life.customers import add_customer
from sandbox.voucherify.life.people import person
from sandbox.world import World


_GIFT = {"type": "GIFT_VOUCHER", "amount": 500}


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
        unknown = set(value) - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"No such field of codes: {', '.join(sorted(unknown))}.")
        return cls(**{"reward": _GIFT, **value})


def make_codes(world: World, wanted: Bulk) -> dict[str, Any]:
    """Make many codes of one campaign at once and name the ids of all that is theirs."""
    with world.lock:
        campaign = _campaign(world, wanted)
        now = world.clock.now()
        assigned_at = now - timedelta(minutes=wanted.assigned_minutes_ago)
        first = min(now - timedelta(days=60), assigned_at)
        first -= timedelta(seconds=wanted.spacing_seconds * wanted.codes)
        spacing = timedelta(seconds=wanted.spacing_seconds)
        return {
            "campaign": campaign.id,
            "reward_campaign": campaign.reward and campaign.reward.campaign_id,
            "codes": [
                _code(world, campaign, wanted, first + number * spacing, assigned_at)
                for number in range(wanted.codes)
            ],
        }


def _campaign(world: World, wanted: Bulk) -> Campaign:
    if wanted.campaign is None:
        campaign = add_campaign(world, "Bring a friend", "REFERRAL_PROGRAM", VoucherType.CODE)
    else:
        found = world.store.campaigns.get(wanted.campaign)
        if found is None:
            raise not_found("campaign", wanted.campaign)
        campaign = found
    campaign.reward = reward_of(world, wanted.reward)
    return campaign


def _code(
    world: World, campaign: Campaign, wanted: Bulk, created_at: datetime, assigned_at: datetime
) -> dict[str, Any]:
    store = world.store
    code = publish_code(world, campaign, at=created_at)
    referees = []
    for _ in range(wanted.referees):
        customer = add_customer(store, person(world.ids.number()))
        made = convert(world, code, customer, at=assigned_at, announce=wanted.announce)
        grant = made.holder.grant
        referees.append(
            {
                "customer": customer.id,
                "holder": made.holder.id,
                "card": grant and grant.card_id,
            }
        )
    referrer = store.pair(code.id, code.referrer_id or "")
    return {
        "id": code.id,
        "code": code.code,
        "referrer": {"customer": code.referrer_id, "holder": referrer and referrer.id},
        "referees": referees,
    }


def removals(world: World) -> dict[str, Any]:
    """
    Tell of every ended assignment what was taken back from the card that its reward is on.

    `source_ids` counts, over all cards, under which names something was taken: a name that
    counts twice took twice.
    """
    with world.lock:
        ended = [each for each in world.store.assignments.values() if each.ended_at is not None]
        names = Counter(
            each.source_id
            for card in world.store.vouchers.values()
            for each in card.transactions
            if each.type.endswith("_REMOVAL")
        )
        return {
            "holders": {each.id: _taken(world, each) for each in ended},
            "source_ids": {str(name): times for name, times in names.items()},
        }


def _taken(world: World, holder: Holder) -> dict[str, Any]:
    card = world.store.vouchers[holder.grant.card_id] if holder.grant else None
    removals = [
        {"source_id": each.source_id, "amount": -each.amount, "transaction": each.id}
        for each in (card.transactions if card else ())
        if each.type.endswith("_REMOVAL")
    ]
    # Whoever takes something back says for which assignment; the label is free otherwise.
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
