"""Conversions: a customer uses a code, and both sides get their rewards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import Customer, Holder, TierReward, Voucher
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import CustomEvent, Redemption, Trigger
from sandbox.voucherify.life import events
from sandbox.voucherify.life.assignments import assign, pay
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.life.tiers import give_all
from sandbox.voucherify.shapes.customers import simple_customer
from sandbox.voucherify.shapes.rewards import custom
from sandbox.webhooks.sender import WebhookSender
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Conversion:
    """A customer used a code and became its referee; what that caused, if it happened yet."""

    holder: Holder
    trigger: Trigger | None
    tier_rewards: list[TierReward]

    def as_json(self, store: Store) -> dict[str, Any]:
        """Return all that came of an assignment."""
        grant, trigger = self.holder.grant, self.trigger
        card = store.vouchers[grant.card_id] if grant else None
        tiers = [_tier(store, each) for each in self.tier_rewards]
        return {
            **named(store.customers[self.holder.customer_id]),
            "holder": self.holder.id,
            "redemption": trigger.id if isinstance(trigger, Redemption) else None,
            **({"custom_event": trigger.id} if isinstance(trigger, CustomEvent) else {}),
            "card": card
            and {
                "id": card.id,
                "code": card.code,
                "type": card.type.value,
                "balance": card.balance,
            },
            "grant": grant
            and {"transaction": grant.transaction.listed_id, "amount": grant.transaction.amount},
            **({"tier": tiers[0]} if tiers else {}),
            **({"tiers": tiers} if len(tiers) > 1 else {}),
        }


def named(customer: Customer) -> dict[str, Any]:
    """Return the ids and names of a customer."""
    return {
        "customer": customer.id,
        "source_id": customer.source_id,
        "name": customer.name,
        "email": customer.email,
    }


def convert(
    world: World,
    code: Voucher,
    customer: Customer,
    *,
    at: datetime,
    announce: bool,
    onto: Voucher | None = None,
    converts: bool = True,
) -> Conversion:
    """
    Let a customer use a code; the rewards of both sides share the request's group.

    One who does not convert is only assigned, as "Add referral code holders" does it; the
    conversion, and with it the rewards, can come days later: see `convert_later`.
    """
    origin = _origin(world, world.sender if announce else None)
    trigger = _trigger(world, code, customer, at) if converts else None
    holder = assign(
        world.store, code, customer, origin=origin, at=at, onto=onto, trigger=trigger, pays=converts
    )
    rewards = _reward_referrer(world, code, holder, trigger, origin) if trigger else []
    return Conversion(holder, trigger, rewards)


def convert_later(
    world: World, holder: Holder, *, at: datetime, onto: Voucher | None = None
) -> Conversion:
    """Let an assigned customer convert; what was paid already is not paid again."""
    store, origin = world.store, _origin(world)
    code, customer = store.vouchers[holder.voucher_id], store.customers[holder.customer_id]
    trigger, first = _trigger(world, code, customer, at), holder.trigger is None
    holder.trigger = holder.trigger or trigger
    reward = store.campaigns[code.campaign_id].reward
    if reward is not None and holder.grant is None:
        pay(store, holder, reward, origin=origin, onto=onto, trigger=trigger)
    rewards = _reward_referrer(world, code, holder, trigger, origin) if first else []
    return Conversion(holder, trigger, rewards)


def _tier(store: Store, reward: TierReward) -> dict[str, Any]:
    voucher = store.vouchers[reward.voucher_id] if reward.voucher_id else None
    return {
        "type": reward.kind,
        "amount": reward.amount,
        "activity": reward.activity_id,
        "group": reward.group_id,
        "voucher": voucher and {"id": voucher.id, "code": voucher.code},
        "transaction": reward.transaction_id,
    }


def _origin(world: World, sender: WebhookSender | None = None) -> Origin:
    return events.by_api(world.ids.request(), world.settings.app_id, sender)


def _reward_referrer(
    world: World, code: Voucher, holder: Holder, trigger: Trigger, origin: Origin
) -> list[TierReward]:
    tier = world.store.campaigns[code.campaign_id].tier
    return give_all(world.store, tier, code, holder, trigger, origin=origin) if tier else []


def _trigger(world: World, code: Voucher, customer: Customer, at: datetime) -> Trigger:
    store, by = world.store, world.store.campaigns[code.campaign_id].converts_by
    redeems = by == "redemption"
    trigger = (
        _redeem(store, code, customer, at) if redeems else _happen(world, by, code, customer, at)
    )
    customer.referrals.append(
        {
            "campaign_id": code.campaign_id,
            "referrer_id": code.referrer_id,
            "related_object_id": trigger.id,
            "related_object_type": "redemption" if redeems else "custom_event",
            "date": stamp(trigger.created_at),
        }
    )
    return trigger


def _redeem(store: Store, code: Voucher, customer: Customer, at: datetime) -> Redemption:
    order = f"ord_perkhook_{store.ids.number():06}"
    redemption = Redemption(store.ids.new("r"), code.id, customer.id, order, at)
    store.redemptions[redemption.id] = redemption
    code.uses += 1
    return redemption


def _happen(
    world: World, kind: str, code: Voucher, customer: Customer, at: datetime
) -> CustomEvent:
    store = world.store
    event = CustomEvent(store.ids.new("ev"), kind, code.id, customer.id, at)
    store.custom_events[event.id] = event
    events.record(
        store,
        customer,
        "customer.custom_event",
        {"event": custom(event, code, customer), "customer": simple_customer(customer)},
        campaign=store.campaigns[code.campaign_id],
        origin=_origin(world),
        at=at,
    )
    return event
