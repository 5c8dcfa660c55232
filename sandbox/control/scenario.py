"""The endpoints that make a scenario true and forget everything, and the first scenario."""

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Self

from flask import Blueprint

from sandbox.control.fields import Fields, steers
from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.errors import check_names
from sandbox.voucherify.data.records import Customer, Reward, Voucher, VoucherType
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.life.campaigns import publish_code, reward_of, tier_of
from sandbox.voucherify.life.cards import (
    GRANT_DELAY,
    Posting,
    post,
    publish_card,
    top_up,
    transaction_type,
)
from sandbox.voucherify.life.conversions import convert, convert_later, named
from sandbox.voucherify.life.customers import add_customer, person
from sandbox.world import Answer, World


blueprint = Blueprint("scenario", __name__, url_prefix="/sandbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What shall have happened: a code, who came by it, and what was on their cards."""

    referees: int = 1
    reward: dict[str, Any] | None = field(
        default_factory=lambda: {"type": "GIFT_VOUCHER", "amount": 500}
    )
    # What the referrer gets for each of them; see `tier_of`.
    tier: dict[str, Any] | None = None
    own: int = 1000
    # How many cards of the reward's campaign each has, and which of them the reward is on.
    cards: int = 1
    grant_on: int = 0
    spent: int = 0
    added_later: int = 0
    # A second addition in the assignment's window that cannot be distinguished from the reward.
    lookalike: int = 0
    code: str | None = None
    show_reward: bool = False
    announce: bool = False
    # What makes a customer a referee: a redemption, or the custom event of this name; how long
    # after the assignment it comes; None is not yet.
    converts_by: str = "redemption"
    converted_minutes_later: float | None = 0
    assigned_minutes_ago: float = 4320

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """
        Read a scenario from JSON.

        Raises:
            ValueError: When a name is not one of ours.
        """
        check_names(value, (each.name for each in fields(cls)), "field of a scenario")
        return cls(**value)


@blueprint.post("/scenario")
@steers
def post_scenario(sandbox: World, wanted: Fields) -> Answer:
    """Seed a code with its referrer and referees, and name their ids."""
    return play(sandbox, Scenario.parse(wanted)), 201


@blueprint.post("/reset")
@steers
def reset(sandbox: World, wanted: Fields) -> Answer:
    """Forget everything; {"seed": true} then plays the scenario of the start again."""
    sandbox.clear()
    if wanted.get("seed"):
        seed(sandbox)
    return {"reset": True}


def play(world: World, wanted: Scenario) -> dict[str, Any]:
    """Make a scenario true and return the ids of everything in it."""
    store = world.store
    with world.lock:
        code = store.voucher(wanted.code) if wanted.code else publish_code(store)
        campaign = store.campaigns[code.campaign_id]
        campaign.shows_reward = wanted.show_reward
        campaign.reward = reward_of(store, wanted.reward)
        campaign.tier = tier_of(store, wanted.tier)
        campaign.converts_by = wanted.converts_by
        referees = [_referee(world, wanted, code) for _ in range(wanted.referees)]
        referrer = store.customers[code.referrer_id or ""]
        holder = store.pair(code.id, referrer.id)
        return {
            "campaign": {"id": campaign.id, "name": campaign.name},
            "reward_campaign": campaign.reward and campaign.reward.campaign_id,
            "code": {"id": code.id, "code": code.code},
            "referrer": {**named(referrer), "holder": holder and holder.id},
            "referees": referees,
        }


def seed(world: World) -> None:
    """Let one referrer have brought three people, the first while points were the reward."""
    points = play(world, Scenario(reward={"type": "LOYALTY_CARD", "amount": 250}, own=1200))
    gift, code = {"type": "GIFT_VOUCHER", "amount": 500}, points["code"]["code"]
    play(world, Scenario(referees=2, reward=gift, own=2000, code=code))


def _referee(world: World, wanted: Scenario, code: Voucher) -> dict[str, Any]:
    store = world.store
    assigned_at = world.clock.now() - timedelta(minutes=wanted.assigned_minutes_ago)
    customer = add_customer(store, person(store.ids.number()))
    reward = store.campaigns[code.campaign_id].reward
    cards = _own_cards(store, wanted, customer, reward, at=assigned_at - timedelta(days=10))
    onto = cards[wanted.grant_on] if cards else None
    later, announce = wanted.converted_minutes_later, wanted.announce
    made = convert(
        world, code, customer, at=assigned_at, announce=announce, onto=onto, converts=later == 0
    )
    if later:
        then = assigned_at + timedelta(minutes=later)
        made = convert_later(world, made.holder, at=then, onto=onto)
    if made.holder.grant and reward:
        card = store.vouchers[made.holder.grant.card_id]
        then = made.holder.grant.transaction.created_at + GRANT_DELAY
        if wanted.spent:
            kind, why = transaction_type(card.type, "REDEMPTION"), Why(Cause.ORDER)
            said: dict[str, Any] = {"source": "API", "reason": "Order paid"}
            post(store, card, Posting(-wanted.spent, kind, at=then, why=why, **said))
        if wanted.added_later:
            top_up(store, card, wanted.added_later, at=then, reason="Top-up")
        if wanted.lookalike:
            kind, why = reward.transaction_type, Why(Cause.LOOKALIKE)
            post(store, card, Posting(wanted.lookalike, kind, "AUTOMATIC", at=then, why=why))
    return made.as_json(store)


def _own_cards(
    store: Store, wanted: Scenario, customer: Customer, reward: Reward | None, *, at: datetime
) -> list[Voucher]:
    if reward is None or reward.type is VoucherType.CODE or not (wanted.own or wanted.cards > 1):
        return []
    campaign = store.campaigns[reward.campaign_id]
    cards = [publish_card(store, campaign, customer, at=at) for _ in range(wanted.cards)]
    for card in cards if wanted.own else ():
        top_up(store, card, wanted.own, at=at, reason="Top-up")
    return cards
