"""What a played scenario tells of the people in it."""

from typing import Any

from sandbox.voucherify.data.records import Customer, TierReward
from sandbox.voucherify.data.triggers import CustomEvent, Redemption
from sandbox.voucherify.life.conversions import Conversion
from sandbox.world import World


def who(customer: Customer) -> dict[str, Any]:
    """Name a customer."""
    return {
        "customer": customer.id,
        "source_id": customer.source_id,
        "name": customer.name,
        "email": customer.email,
    }


def conversion(world: World, customer: Customer, made: Conversion) -> dict[str, Any]:
    """Name all that came of an assignment."""
    grant, reward, trigger = made.holder.grant, made.tier_reward, made.trigger
    card = world.store.vouchers[grant.card_id] if grant else None
    rewards = made.tier_rewards
    return {
        **who(customer),
        "holder": made.holder.id,
        "redemption": trigger.id if isinstance(trigger, Redemption) else None,
        **({"custom_event": trigger.id} if isinstance(trigger, CustomEvent) else {}),
        "card": card
        and {"id": card.id, "code": card.code, "type": card.type.value, "balance": card.balance},
        "grant": grant
        and {
            "transaction": grant.transaction.id if grant.transaction.listed else None,
            "amount": grant.transaction.amount,
        },
        **({"tier": _tier(world, reward)} if reward else {}),
        **({"tiers": [_tier(world, each) for each in rewards]} if len(rewards) > 1 else {}),
    }


def _tier(world: World, reward: TierReward) -> dict[str, Any]:
    voucher = world.store.vouchers[reward.voucher_id] if reward.voucher_id else None
    return {
        "type": reward.kind,
        "amount": reward.amount,
        "activity": reward.activity_id,
        "group": reward.group_id,
        "voucher": voucher and {"id": voucher.id, "code": voucher.code},
        "transaction": reward.transaction_id,
    }
