from dataclasses import dataclass, field
from datetime import datetime

from sandbox.clock import stamp
from sandbox.voucherify.data.records import Customer, Holder, TierReward, Voucher
from sandbox.voucherify.data.triggers import CustomEvent, Redemption, Trigger
from sandbox.voucherify.life import events
from sandbox.voucherify.life.assignments import assign
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.life.grants import pay
from sandbox.voucherify.life.tiers import give_all
from sandbox.voucherify.shapes import rewards as tier_bodies
from sandbox.voucherify.shapes.bodies import simple_customer
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Conversion:
    """Somebody used a code and became its referee; what that caused, if it happened yet."""

    holder: Holder
    trigger: Trigger | None
    tier_rewards: list[TierReward] = field(default_factory=list)

    @property
    def tier_reward(self) -> TierReward | None:
        """The first of what the referrer got."""
        return self.tier_rewards[0] if self.tier_rewards else None


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
    origin = _origin(world)
    trigger = _trigger(world, code, customer, at) if converts else None
    holder = assign(
        world.store,
        code,
        customer,
        origin=origin,
        sender=world.sender if announce else None,
        at=at,
        onto=onto,
        trigger=trigger,
        pays=converts,
    )
    if trigger is None:
        return Conversion(holder, None)
    return Conversion(holder, trigger, _reward_referrer(world, code, holder, trigger, origin))


def convert_later(
    world: World, holder: Holder, *, at: datetime, onto: Voucher | None = None
) -> Conversion:
    """Let somebody who is assigned convert; what was paid already is not paid again."""
    store, origin = world.store, _origin(world)
    code, customer = store.vouchers[holder.voucher_id], store.customers[holder.customer_id]
    trigger, first = _trigger(world, code, customer, at), holder.trigger is None
    holder.trigger = holder.trigger or trigger
    reward = store.campaigns[code.campaign_id].reward
    if reward is not None and holder.grant is None:
        pay(store, holder, reward, origin=origin, onto=onto, trigger=trigger)
    if not first:
        return Conversion(holder, trigger)
    return Conversion(holder, trigger, _reward_referrer(world, code, holder, trigger, origin))


def _origin(world: World) -> Origin:
    return events.by_api(world.ids.request(), world.settings.app_id)


def _reward_referrer(
    world: World, code: Voucher, holder: Holder, trigger: Trigger, origin: Origin
) -> list[TierReward]:
    store = world.store
    tier = store.campaigns[code.campaign_id].tier
    return give_all(store, tier, code, holder, trigger, origin=origin) if tier else []


def _trigger(world: World, code: Voucher, customer: Customer, at: datetime) -> Trigger:
    by = world.store.campaigns[code.campaign_id].converts_by
    redeems = by == "redemption"
    trigger = (
        _redeem(world, code, customer, at) if redeems else _happen(world, by, code, customer, at)
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


def _redeem(world: World, code: Voucher, customer: Customer, at: datetime) -> Redemption:
    store, number = world.store, world.ids.number()
    redemption = Redemption(
        store.ids.new("r"),
        code.id,
        customer.id,
        f"ord_perkhook_{number:06}",
        at,
    )
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
        {"event": tier_bodies.custom(store, event), "customer": simple_customer(customer)},
        campaign=store.campaigns[code.campaign_id],
        origin=_origin(world),
        at=at,
    )
    return event
