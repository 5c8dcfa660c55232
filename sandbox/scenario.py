from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Self

from sandbox.clock import now, stamp
from sandbox.people import person
from sandbox.voucherify import events
from sandbox.voucherify.assignments import GRANT_DELAY, assign, hold, publish_card
from sandbox.voucherify.ledger import Posting, post, transaction_type
from sandbox.voucherify.newcomers import add_customer
from sandbox.voucherify.records import (
    Campaign,
    Customer,
    Holder,
    Redemption,
    Reward,
    Role,
    Voucher,
    VoucherType,
)
from sandbox.world import World


_CARD_CAMPAIGNS = {
    VoucherType.GIFT: ("Gift cards", "GIFT_VOUCHERS"),
    VoucherType.LOYALTY: ("Regulars' club", "LOYALTY_PROGRAM"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What shall have happened: a code, who came by it, and what was on their cards."""

    referees: int = 1
    reward: dict[str, Any] | None = field(
        default_factory=lambda: {"type": "GIFT_VOUCHER", "amount": 500}
    )
    own: int = 1000
    spent: int = 0
    added_later: int = 0
    code: str | None = None
    show_reward: bool = False
    announce: bool = False
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
        code = world.store.voucher(wanted.code) if wanted.code else _publish_code(world)
        campaign = world.store.campaigns[code.campaign_id]
        campaign.shows_reward = wanted.show_reward
        campaign.reward = _reward(world, wanted.reward)
        referees = [_referee(world, wanted, code) for _ in range(wanted.referees)]
        referrer = world.store.customers[code.referrer_id or ""]
        referrer_holder = world.store.pair(code.id, referrer.id)
        return {
            "campaign": {"id": campaign.id, "name": campaign.name},
            "reward_campaign": campaign.reward and campaign.reward.campaign_id,
            "code": {"id": code.id, "code": code.code},
            "referrer": {
                **_who(referrer),
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


def card_campaign(world: World, card: VoucherType) -> Campaign:
    """Return the one campaign that cards of a kind belong to."""
    name, campaign_type = _CARD_CAMPAIGNS[card]
    for campaign in world.store.campaigns.values():
        if campaign.campaign_type == campaign_type:
            return campaign
    return _campaign(world, name, campaign_type, card)


def _campaign(world: World, name: str, campaign_type: str, voucher: VoucherType) -> Campaign:
    moment = now() - timedelta(days=90)
    campaign = Campaign(world.ids.new("camp"), name, campaign_type, voucher, moment, moment)
    world.store.campaigns[campaign.id] = campaign
    return campaign


def _reward(world: World, wanted: dict[str, Any] | None) -> Reward | None:
    if wanted is None:
        return None
    card = VoucherType(wanted["type"])
    kind = wanted.get("transaction", transaction_type(card, "ADDITION"))
    return Reward(card, wanted["amount"], card_campaign(world, card).id, kind)


def _publish_code(world: World) -> Voucher:
    store = world.store
    referrer = add_customer(store, person(world.ids.number()))
    campaign = _campaign(world, "Bring a friend", "REFERRAL_PROGRAM", VoucherType.CODE)
    moment = now() - timedelta(days=60)
    code = Voucher(
        id=store.ids.new("v"),
        code=f"{(referrer.name or '').split()[0].upper()}-{world.ids.number():04}",
        type=VoucherType.CODE,
        campaign_id=campaign.id,
        holder_id=referrer.id,
        referrer_id=referrer.id,
        created_at=moment,
        updated_at=moment,
    )
    store.add_voucher(code)
    hold(store, code, referrer, Role.REFERRER, at=moment)
    return code


def _referee(world: World, wanted: Scenario, code: Voucher) -> dict[str, Any]:
    store = world.store
    assigned_at = now() - timedelta(minutes=wanted.assigned_minutes_ago)
    customer = add_customer(store, person(world.ids.number()))
    reward = store.campaigns[code.campaign_id].reward
    if wanted.own and reward:
        bought_at = assigned_at - timedelta(days=10)
        card = publish_card(store, store.campaigns[reward.campaign_id], customer, at=bought_at)
        _move(world, card, wanted.own, at=bought_at)
    redemption = _redeem(world, code, customer)
    holder = assign(
        store,
        code,
        customer,
        origin=events.by_api(world.ids.request(), world.settings.app_id),
        sender=world.sender if wanted.announce else None,
        at=assigned_at,
    )
    if holder.grant:
        card = store.vouchers[holder.grant.card_id]
        later = holder.created_at + 2 * GRANT_DELAY
        _move(world, card, -wanted.spent, at=later)
        _move(world, card, wanted.added_later, at=later)
    return _told(world, customer, holder, redemption)


def _move(world: World, card: Voucher, amount: int, *, at: datetime) -> None:
    kind, reason = ("ADDITION", "Top-up") if amount > 0 else ("REDEMPTION", "Order paid")
    if amount:
        name = transaction_type(card.type, kind)
        post(world.store, card, Posting(amount, name, source="API", reason=reason, at=at))


def _redeem(world: World, code: Voucher, customer: Customer) -> Redemption:
    store, number = world.store, world.ids.number()
    redemption = Redemption(
        store.ids.new("r"), code.id, customer.id, f"ord_perkhook_{number:06}", now()
    )
    store.redemptions[redemption.id] = redemption
    code.uses += 1
    customer.referrals.append(
        {
            "campaign_id": code.campaign_id,
            "referrer_id": code.referrer_id,
            "related_object_id": redemption.id,
            "related_object_type": "redemption",
            "date": stamp(redemption.created_at),
        }
    )
    return redemption


def _who(customer: Customer) -> dict[str, Any]:
    return {
        "customer": customer.id,
        "source_id": customer.source_id,
        "name": customer.name,
        "email": customer.email,
    }


def _told(
    world: World, customer: Customer, holder: Holder, redemption: Redemption
) -> dict[str, Any]:
    card = world.store.vouchers[holder.grant.card_id] if holder.grant else None
    return {
        **_who(customer),
        "holder": holder.id,
        "redemption": redemption.id,
        "card": card
        and {"id": card.id, "code": card.code, "type": card.type.value, "balance": card.balance},
        "grant": holder.grant
        and {
            "transaction": holder.grant.transaction.id,
            "amount": holder.grant.transaction.amount,
        },
    }
