"""The body of a delivery about a removal that no webhook told of: pure functions."""

import json
from typing import Any, Final

from inbox.model.assignment import Missing
from schemas import (
    HOLDER_ASSIGNMENT_DELETED,
    RECONCILED,
    HolderAssignmentDeleted,
    UnreadableBody,
    load_envelope,
    load_event,
)
from worker.reconcile.diff.removal import data_of


Json = dict[str, Any]

#: What is kept of a campaign, of a code and of a customer as the API shows them: what events have.
_CAMPAIGN: Final = (
    *("id", "name", "campaign_type", "type", "is_referral_code", "referral_program"),
    *("auto_join", "join_once", "active", "start_date", "expiration_date", "metadata"),
    *("created_at", "updated_at", "object"),
)
_VOUCHER: Final = (
    *("id", "code", "type", "campaign", "campaign_id", "is_referral_code", "discount", "gift"),
    *("loyalty_card", "holder_id", "referrer_id", "active", "redemption", "metadata"),
    *("created_at", "updated_at", "start_date", "expiration_date", "object"),
)
_CUSTOMER: Final = ("id", "source_id", "name", "email", "metadata", "object")


def body_of(found: Missing, item: Json) -> bytes | None:
    """
    Write the body that the webhook about an event of a customer's activity would have had.

    None if what the activity shows cannot be read as that event.
    """
    data, source = data_of(item), item.get("data")
    told = source.get("event_source") if isinstance(source, dict) else None
    document = _document(found, data, {"group_id": item.get("group_id"), "event_source": told})
    try:
        event = load_event(load_envelope(document))
    except UnreadableBody:
        return None
    same = isinstance(event, HolderAssignmentDeleted) and event.holder.id == found.assignment.holder
    return _written(document) if same else None


def body_without_event(
    found: Missing, campaign: Json | None, voucher: Json | None, customer: Json | None
) -> bytes:
    """Write the body about a removal of which no event tells, from what the API shows now."""
    known = found.assignment
    holder = {
        "id": known.holder,
        "customer_id": known.customer,
        "holder_role": known.role,
        "redeemable_id": known.code,
        "redeemable_object": "voucher",
        "campaign_id": known.campaign,
        "campaign_type": (campaign or {}).get("campaign_type"),
        "voucher_type": known.kind or (voucher or {}).get("type"),
        "created_at": known.since or None,
        "object": "redeemable_holder",
    }
    data: Json = {
        "holder": holder,
        "voucher": _part(voucher, _VOUCHER),
        "campaign": _part(campaign, _CAMPAIGN),
        "customer": _part(customer, _CUSTOMER) or {"id": known.customer, "object": "customer"},
    }
    return _written(_document(found, data, {}))


def _document(found: Missing, data: Json, more: Json) -> Json:
    known, event = found.assignment, found.event or f"evreconcile_{_bare(found.assignment.holder)}"
    return {
        "id": f"whs_reconcile_{_bare(known.holder)}",
        "created_at": found.removed,
        "type": HOLDER_ASSIGNMENT_DELETED,
        "data": data,
        "source": {"object": RECONCILED},
        "event": {
            "id": event,
            "type": HOLDER_ASSIGNMENT_DELETED,
            "created_at": found.removed,
            "entity_id": known.customer,
            **{name: value for name, value in more.items() if value is not None},
        },
    }


def _bare(holder: str) -> str:
    return holder.removeprefix("rh_")


def _part(whole: Json | None, names: tuple[str, ...]) -> Json | None:
    return None if whole is None else {name: whole[name] for name in names if name in whole}


def _written(document: Json) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
