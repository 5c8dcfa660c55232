"""The contact properties that perkhook reads and writes, and how they are created."""

from typing import Any, Final


REMOVED_AT: Final = "perkhook_last_removal_at"
CAMPAIGN: Final = "perkhook_last_removal_campaign"
HOLDER: Final = "perkhook_last_removal_holder"

#: Every account has this group ("Properties").
_GROUP: Final = "contactinformation"


def definitions(id_property: str) -> list[dict[str, Any]]:
    """Define all properties, in the words of "Create a property"."""
    return [
        {
            **_text(
                id_property,
                "Voucherify source id",
                "The customer's source id in Voucherify, or their customer id there.",
            ),
            # A batch read finds contacts only by a unique property.
            "hasUniqueValue": True,
        },
        {
            "name": REMOVED_AT,
            "label": "Last referral removal at",
            "description": "When the customer was last removed from a campaign.",
            "groupName": _GROUP,
            "type": "datetime",
            "fieldType": "date",
        },
        _text(CAMPAIGN, "Last referral removal campaign", "The campaign of that removal."),
        _text(HOLDER, "Last referral removal holder", "The id of the assignment that was removed."),
    ]


def _text(name: str, label: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "description": description,
        "groupName": _GROUP,
        "type": "string",
        "fieldType": "text",
    }
