"""Campaigns as the REST API and the events show them."""

from collections.abc import Mapping
from typing import Any

from sandbox.clock import stamp
from sandbox.voucherify.data.records import DISCOUNT, Campaign, Reward, VoucherType


_CODE_CONFIG = {
    "length": 6,
    "charset": "ABCDEFGHJKLMNPQRSTUVWXYZ23456789",
    "prefix": "",
    "postfix": "",
    "pattern": "######",
}


def simple_campaign(campaign: Campaign, campaigns: Mapping[str, Campaign]) -> dict[str, Any]:
    """Show a campaign as events do, as it is now."""
    return {
        "id": campaign.id,
        "name": campaign.name,
        "campaign_type": campaign.campaign_type,
        "type": "AUTO_UPDATE",
        "is_referral_code": campaign.campaign_type == "REFERRAL_PROGRAM",
        "voucher": {
            "type": campaign.voucher_type.value,
            "discount": DISCOUNT if campaign.reward else None,
            "gift": _of(campaign, VoucherType.GIFT, "amount"),
            "loyalty_card": _of(campaign, VoucherType.LOYALTY, "points"),
            "redemption": {"quantity": None, "redeemed_quantity": 0},
            "code_config": _CODE_CONFIG,
        },
        "referral_program": _referral_program(campaign, campaigns),
        "auto_join": False,
        "join_once": False,
        "active": True,
        "category_id": None,
        "category": None,
        "categories": [],
        "metadata": {},
        "start_date": None,
        "expiration_date": None,
        "description": None,
        "created_at": stamp(campaign.created_at),
        "updated_at": stamp(campaign.updated_at),
        "object": "campaign",
    }


def listed_campaign(
    campaign: Campaign, campaigns: Mapping[str, Campaign], *, vouchers: int
) -> dict[str, Any]:
    """Show a campaign as the REST API does ("Get campaign"), its reward always and in numbers."""
    shown = simple_campaign(campaign, campaigns)
    del shown["is_referral_code"]
    reward, program = campaign.reward, shown["referral_program"]
    if program is not None and reward is not None and reward.type is not VoucherType.CODE:
        program["referee_reward"] = {**_reward(reward, campaigns), "amount": reward.amount}
    return {
        **shown,
        "use_voucher_metadata_schema": False,
        "vouchers_count": vouchers,
        "creation_status": "DONE",
        "vouchers_generation_status": "DONE",
        "protected": False,
    }


def _of(campaign: Campaign, kind: VoucherType, unit: str) -> dict[str, int] | None:
    """Show what a campaign's cards are published with; nothing is not shown."""
    if campaign.voucher_type is not kind or not campaign.card_amount:
        return None
    return {unit: campaign.card_amount}


def _reward(reward: Reward, campaigns: Mapping[str, Campaign]) -> dict[str, Any]:
    name = campaigns[reward.campaign_id].name
    return {
        "type": reward.type.value,
        "amount": str(reward.amount),
        "related_object_parent": {"id": reward.campaign_id, "name": name, "object": "CAMPAIGN"},
    }


def _referral_program(
    campaign: Campaign, campaigns: Mapping[str, Campaign]
) -> dict[str, Any] | None:
    reward = campaign.reward
    if reward is None:
        return None
    program: dict[str, Any] = {"conversion_event_type": "redemption"}
    if campaign.converts_by != "redemption":
        event = {"id": "ce_perkhookSandbox", "name": campaign.converts_by}
        program = {"conversion_event_type": "custom_event", "custom_event": event}
    # A discount is the campaign's own: the reference has no such type of a referee's reward.
    if campaign.shows_reward and reward.type is not VoucherType.CODE:
        program["referee_reward"] = _reward(reward, campaigns)
    return program
