"""The text of a note, and the marker by which it is found again: pure functions."""

from datetime import UTC
from html import escape
from typing import Any, Final

from schemas import HolderAssignmentDeleted, HolderRole
from worker.backends.crm.hubspot.contact import campaign_of, moment_text
from worker.http_client.calls import header_word


#: HubSpot's own type of the association from a note to a contact ("Associations": type ids).
NOTE_TO_CONTACT: Final = 202

_ROLES: Final = {
    HolderRole.REFEREE: "as a referee, who had come by another customer's referral code",
    HolderRole.REFERRER: "as a referrer, whose own referral code it was",
    HolderRole.OWNER: "as the owner of a code or card",
}


def marker_of(event: HolderAssignmentDeleted) -> str:
    """
    Return the text that names the removed assignment in the note.

    Plain text, because HubSpot takes comments and attributes out of a note's HTML; in
    brackets, so that no id is taken for the beginning of another.
    """
    return f"[perkhook:{header_word(event.holder.id)}]"


def note_about(event: HolderAssignmentDeleted, contact: str) -> dict[str, Any]:
    """Return the note about a removal ("Notes": Create a note)."""
    role = event.holder.holder_role
    words = _ROLES[role] if isinstance(role, HolderRole) else "in a role unknown to perkhook"
    when = event.event.created_at.astimezone(UTC)
    body = (
        f"<p>Voucherify removed this customer from the campaign “{escape(campaign_of(event))}” "
        f"on {when:%Y-%m-%d at %H:%M} UTC, {words}.</p><p>{marker_of(event)}</p>"
    )
    return {
        "properties": {"hs_timestamp": moment_text(when), "hs_note_body": body},
        "associations": [
            {
                "to": {"id": contact},
                "types": [
                    {
                        "associationCategory": "HUBSPOT_DEFINED",
                        "associationTypeId": NOTE_TO_CONTACT,
                    }
                ],
            }
        ],
    }
