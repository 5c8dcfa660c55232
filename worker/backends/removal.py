from typing import Any

from schemas import HolderAssignmentDeleted


def describe_removal(event: HolderAssignmentDeleted) -> dict[str, Any]:
    """
    Describe a removed assignment for a service of the shop, by ids and without names.

    Shape: event {id, type, created_at}, holder {id, role, created_at, redeemable_id},
    customer {id, source_id}, campaign {id, name}, voucher {id, type}, removed_at. Times are
    ISO 8601 in UTC; what the event does not say is null.
    """
    holder, voucher, campaign = event.holder, event.voucher, event.campaign
    customer = event.customer
    return {
        "event": {
            "id": event.event.id,
            "type": event.event.type,
            "created_at": event.event.created_at.isoformat(),
        },
        "holder": {
            "id": holder.id,
            "role": str(holder.holder_role),
            "created_at": holder.created_at.isoformat() if holder.created_at else None,
            "redeemable_id": holder.redeemable_id,
        },
        "customer": {
            "id": holder.customer_id,
            "source_id": customer.source_id if customer else None,
        },
        "campaign": {"id": holder.campaign_id, "name": campaign.name if campaign else None},
        "voucher": {
            "id": holder.redeemable_id,
            "type": str(voucher.type) if voucher and voucher.type else None,
        },
        "removed_at": event.event.created_at.isoformat(),
    }
