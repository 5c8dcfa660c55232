from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Self

from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.records import Customer, Reward, Voucher, VoucherType
from sandbox.voucherify.life import told
from sandbox.voucherify.life.campaigns import publish_code, reward_of, tier_of
from sandbox.voucherify.life.conversions import convert, convert_later
from sandbox.voucherify.life.customers import add_customer
from sandbox.voucherify.life.holding import GRANT_DELAY, publish_card
from sandbox.voucherify.life.ledger import Posting, post, transaction_type
from sandbox.voucherify.life.people import person
from sandbox.world import World


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
    # A second addition in the assignment's window that nothing tells from the reward.
    lookalike: int = 0
    code: str | None = None
    show_reward: bool = False
    announce: bool = False
    # What makes somebody a referee: a redemption, or the custom event of this name; how long
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
        unknown = set(value) - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"No such field of a scenario: {', '.join(sorted(unknown))}.")
        return cls(**value)


def play(world: World, wanted: Scenario) -> dict[str, Any]:
    """Make a scenario true and return the ids of everything in it."""
    with world.lock:
        code = world.store.voucher(wanted.code) if wanted.code else publish_code(world)
        campaign = world.store.campaigns[code.campaign_id]
        campaign.shows_reward = wanted.show_reward
        campaign.reward = reward_of(world, wanted.reward)
        campaign.tier = tier_of(world, wanted.tier)
        campaign.converts_by = wanted.converts_by
        referees = [_referee(world, wanted, code) for _ in range(wanted.referees)]
        referrer = world.store.customers[code.referrer_id or ""]
        referrer_holder = world.store.pair(code.id, referrer.id)
        return {
            "campaign": {"id": campaign.id, "name": campaign.name},
            "reward_campaign": campaign.reward and campaign.reward.campaign_id,
            "code": {"id": code.id, "code": code.code},
            "referrer": {
                **told.who(referrer),
                "holder": referrer_holder and referrer_holder.id,
            },
            "referees": referees,
        }


def seed(world: World) -> None:
    """Let one referrer have brought three people, the first while points were the reward."""
    points = play(world, Scenario(reward={"type": "LOYALTY_CARD", "amount": 250}, own=1200))
    play(
        world,
        Scenario(
            referees=2,
            reward={"type": "GIFT_VOUCHER", "amount": 500},
            own=2000,
            code=points["code"]["code"],
        ),
    )


def _referee(world: World, wanted: Scenario, code: Voucher) -> dict[str, Any]:
    store = world.store
    assigned_at = world.clock.now() - timedelta(minutes=wanted.assigned_minutes_ago)
    customer = add_customer(store, person(world.ids.number()))
    reward = store.campaigns[code.campaign_id].reward
    cards = _own_cards(world, wanted, customer, reward, at=assigned_at - timedelta(days=10))
    onto = cards[wanted.grant_on] if cards else None
    later = wanted.converted_minutes_later
    made = convert(
        world,
        code,
        customer,
        at=assigned_at,
        announce=wanted.announce,
        onto=onto,
        converts=later == 0,
    )
    if later:
        then = assigned_at + timedelta(minutes=later)
        made = convert_later(world, made.holder, at=then, onto=onto)
    if made.holder.grant and reward:
        card = store.vouchers[made.holder.grant.card_id]
        then = made.holder.grant.transaction.created_at + GRANT_DELAY
        _move(world, card, -wanted.spent, at=then)
        _move(world, card, wanted.added_later, at=then)
        if wanted.lookalike:
            kind = reward.transaction_type
            why = Why(Cause.LOOKALIKE)
            twin = Posting(wanted.lookalike, kind, operation_type="AUTOMATIC", at=then, why=why)
            post(store, card, twin)
    return told.conversion(world, customer, made)


def _own_cards(
    world: World, wanted: Scenario, customer: Customer, reward: Reward | None, *, at: datetime
) -> list[Voucher]:
    if reward is None or reward.type is VoucherType.CODE or not (wanted.own or wanted.cards > 1):
        return []
    campaign = world.store.campaigns[reward.campaign_id]
    cards = [publish_card(world.store, campaign, customer, at=at) for _ in range(wanted.cards)]
    for card in cards:
        _move(world, card, wanted.own, at=at)
    return cards


def _move(world: World, card: Voucher, amount: int, *, at: datetime) -> None:
    kind, reason = ("ADDITION", "Top-up") if amount > 0 else ("REDEMPTION", "Order paid")
    if amount:
        name = transaction_type(card.type, kind)
        why = Why(Cause.PURCHASE if amount > 0 else Cause.ORDER)
        post(world.store, card, Posting(amount, name, source="API", reason=reason, at=at, why=why))
