"""The body of a delivery about a removal without a webhook: pure functions."""

import json
from typing import Final

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
from worker.voucherify.values import Json, object_of


#: The fields of a campaign, a code and a customer that events have too.
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
    Return the body of the webhook about an item of a customer's activity.

    None if the item cannot be read as that event.
    """
    source = object_of(item.get("data")).get("event_source")
    more = {"group_id": item.get("group_id"), "event_source": source}
    document = _document(found, data_of(item), more)
    try:
        event = load_event(load_envelope(document))
    except UnreadableBody:
        return None
    same = isinstance(event, HolderAssignmentDeleted) and event.holder.id == found.assignment.holder
    return _written(document) if same else None


def body_without_event(
    found: Missing, campaign: Json | None, voucher: Json | None, customer: Json | None
) -> bytes:
    """Return the body about a removal without an event, from what the API shows now."""
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
