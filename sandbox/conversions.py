from dataclasses import dataclass
from datetime import datetime

from sandbox.clock import stamp
from sandbox.voucherify import events
from sandbox.voucherify.assignments import assign
from sandbox.voucherify.records import Customer, Holder, Redemption, TierReward, Voucher
from sandbox.voucherify.tiers import give
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Conversion:
    """Somebody used a code and became its referee; what that caused."""

    holder: Holder
    redemption: Redemption
    tier_reward: TierReward | None


def convert(
    world: World,
    code: Voucher,
    customer: Customer,
    *,
    at: datetime,
    announce: bool,
    onto: Voucher | None = None,
) -> Conversion:
    """Let a customer use a code; the rewards of both sides share the request's group."""
    store = world.store
    origin = events.by_api(world.ids.request(), world.settings.app_id)
    redemption = _redeem(world, code, customer, at)
    holder = assign(
        store,
        code,
        customer,
        origin=origin,
        sender=world.sender if announce else None,
        at=at,
        onto=onto,
    )
    tier = store.campaigns[code.campaign_id].tier
    reward = give(store, tier, code, holder, redemption, origin=origin) if tier else None
    return Conversion(holder, redemption, reward)


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
