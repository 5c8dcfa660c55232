"""Builders of sample webhook bodies; every id, name and address in them is made up."""

import json
from typing import Any, Final


PERSONAL: Final = ("Ada Quill", "ada.quill@example.test", "crm-ada-77", "prefers oolong")
"""What is personal in every sample; it may appear nowhere else, and tests search for it."""

CAMPAIGN: Final = "camp_samovarReferral2024"
REFERRER: Final = "cust_wrenHalloway"

_NAME, _EMAIL, _SOURCE_ID, _NOTE = PERSONAL
_CATEGORY: Final = "cat_tearoom01"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def assignment_deleted(n: int = 1, **overrides: Any) -> dict[str, Any]:
    """
    Build the body of `customer.holder.assignment.deleted`, with ids that follow `n`.

    `overrides` are those of `holder_assignment`.
    """
    return holder_assignment("customer.holder.assignment.deleted", n, **overrides)


def assignment_created(n: int = 1, **overrides: Any) -> dict[str, Any]:
    """Build the body of `customer.holder.assignment.created`, with ids that follow `n`."""
    return holder_assignment("customer.holder.assignment.created", n, **overrides)


def body(document: Any) -> bytes:
    """Write a document the way Voucherify sends it: compact JSON in UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def holder_assignment(
    event_type: str,
    n: int = 1,
    *,
    event_id: str | None = None,
    event_created_at: str = "2025-03-04T08:15:30.250Z",
    holder_id: str | None = None,
    customer_id: str | None = None,
    redeemable_id: str | None = None,
    campaign_id: str = CAMPAIGN,
    role: str = "REFEREE",
    created_at: str = "2025-02-11T17:40:02.118Z",
    voucher_type: str = "DISCOUNT_VOUCHER",
    campaign_type: str | None = "REFERRAL_PROGRAM",
    referrer_id: str = REFERRER,
    referee_reward: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """
    Build the body of an event about an assignment.

    `created_at` is when the customer was assigned, `event_created_at` when the event
    happened, `referee_reward` what the campaign promises to referees (see `reward`).
    """
    customer_id = customer_id or f"cust_adaQuill{n:06d}"
    redeemable_id = redeemable_id or f"v_samovarCode{n:06d}"
    data = {
        "holder": {
            "id": holder_id or f"rh_7c21{n:010d}",
            "object": "redeemable_holder",
            "created_at": created_at,
            "campaign_id": campaign_id,
            "customer_id": customer_id,
            "holder_role": role,
            "voucher_type": voucher_type,
            "campaign_type": campaign_type,
            "redeemable_id": redeemable_id,
            "publication_id": None,
            "redeemable_object": "voucher",
        },
        "voucher": _voucher(f"TEA-{n:04d}", redeemable_id, campaign_id, voucher_type, referrer_id),
        "campaign": _campaign(campaign_id, campaign_type, voucher_type, referee_reward),
        "customer": _customer(customer_id),
    }
    return _envelope(
        event_type,
        n,
        data,
        customer_id=customer_id,
        event_id=event_id,
        created_at=event_created_at,
    )


def customer_deleted(n: int = 1, customer_id: str | None = None) -> dict[str, Any]:
    """Build the body of `customer.deleted`, with ids that follow `n`."""
    customer = _customer(customer_id or f"cust_adaQuill{n:06d}") | {
        "address": {"line_1": f"4 Kettle Lane, {_NAME}", "city": "Brewton"},
        "birthdate": "1979-05-06",
        "description": _NOTE,
        "loyalty": {"points": 12, "campaigns": {_NAME: {"points": 12}}},
        "summary": {"orders": {"total_amount": 900}},
    }
    return _envelope(
        "customer.deleted",
        n,
        {"customer": customer},
        customer_id=customer["id"],
        event_id=None,
        created_at="2025-03-05T10:00:00.500Z",
    )


def _customer(customer_id: str) -> dict[str, Any]:
    return {
        "id": customer_id,
        "name": _NAME,
        "email": _EMAIL,
        "object": "customer",
        "metadata": {"note": _NOTE},
        "source_id": _SOURCE_ID,
    }


def _envelope(
    event_type: str, n: int, data: Any, *, customer_id: str, event_id: str | None, created_at: str
) -> dict[str, Any]:
    key = {"name": "Tea counter", "app_id": "0c0ffee0-7ea0-4b1d-9e57-5a3ab0a4d001"}
    return {
        "id": f"whs_5a3e{n:010d}",
        "project_id": "proj_brassKettle",
        "created_at": created_at,
        "type": event_type,
        "data": data,
        "source": {
            "id": "wh_brassKettleHook",
            "object": "webhook",
            "target_url": "https://perks.example.test/webhooks/voucherify",
        },
        "event": {
            "id": event_id or f"evcus_93b0{n:010d}",
            "type": event_type,
            "created_at": created_at,
            "entity_id": customer_id,
            "group_id": f"v-93b0{n:010d}",
            "event_source": {"channel": "API", "api_key": key},
        },
    }


def reward(
    amount: object = "500",
    *,
    card_campaign: str = "camp_samovarGiftCards",
    kind: str = "GIFT_VOUCHER",
) -> dict[str, Any]:
    """Build a `referee_reward`: credit on a card of another campaign."""
    return {
        "type": kind,
        "amount": amount,
        "related_object_parent": {
            "id": card_campaign,
            "name": "Samovar gift cards",
            "object": "CAMPAIGN",
        },
    }


def _voucher(
    code: str, voucher_id: str, campaign_id: str, voucher_type: str, referrer_id: str
) -> dict[str, Any]:
    return {
        "id": voucher_id,
        "code": code,
        "type": voucher_type,
        "active": True,
        "object": "voucher",
        "campaign": "Bring a friend to tea",
        **_benefit(voucher_type, balance=True),
        "metadata": {"shelf": 3},
        "holder_id": referrer_id,
        "created_at": "2025-01-20T09:00:00.007Z",
        "redemption": {"quantity": None, "redeemed_quantity": 2},
        "start_date": None,
        "updated_at": "2025-02-28T21:12:45.900Z",
        "campaign_id": campaign_id,
        "category_id": _CATEGORY,
        "referrer_id": referrer_id,
        "expiration_date": None,
        "is_referral_code": True,
    }


def _campaign(
    campaign_id: str,
    campaign_type: str | None,
    voucher_type: str,
    referee_reward: dict[str, Any] | None,
) -> dict[str, Any]:
    program: dict[str, Any] = {"conversion_event_type": "redemption"}
    if referee_reward is not None:
        program["referee_reward"] = referee_reward
    return {
        "id": campaign_id,
        "name": "Bring a friend to tea",
        "type": "AUTO_UPDATE",
        "active": True,
        "object": "campaign",
        "voucher": {
            "type": voucher_type,
            **_benefit(voucher_type, balance=False),
            "redemption": {"quantity": None, "redeemed_quantity": 0},
            "code_config": {
                "length": 4,
                "prefix": "TEA-",
                "charset": _LETTERS,
                "pattern": "####",
                "postfix": "",
            },
        },
        "category": None,
        "metadata": {},
        "auto_join": False,
        "join_once": True,
        "created_at": "2025-01-20T08:59:59.512Z",
        "start_date": None,
        "category_id": _CATEGORY,
        "description": None,
        "campaign_type": campaign_type,
        "expiration_date": None,
        "is_referral_code": True,
        "referral_program": program,
    }


def _benefit(voucher_type: str, *, balance: bool) -> dict[str, Any]:
    """What a code of a type gives; the other two possibilities are null, as on the wire."""
    benefit: dict[str, Any] = {"discount": None, "gift": None, "loyalty_card": None}
    if voucher_type == "GIFT_VOUCHER":
        benefit["gift"] = {"amount": 2000, "effect": "APPLY_TO_ORDER"}
        if balance:
            benefit["gift"]["balance"] = 1500
    elif voucher_type == "LOYALTY_CARD":
        benefit["loyalty_card"] = {"points": 120}
        if balance:
            benefit["loyalty_card"]["balance"] = 120
    else:
        benefit["discount"] = {
            "type": "AMOUNT",
            "effect": "APPLY_TO_ORDER",
            "amount_off": 700,
            "units": None,
        }
    return benefit
