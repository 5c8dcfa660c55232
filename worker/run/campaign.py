"""Which campaign a job counts for, where revocations of one campaign are capped."""

import hashlib
import re
from typing import Final

from schemas import HolderAssignment


_CAMPAIGN: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")


def campaign_of(event: object) -> str:
    """
    Return the id of the campaign that a job counts for; empty for none.

    The id is part of a key and of a sentence that operators read. An id of another form could be
    as long as a body or hold anything, so its hash stands for it.
    """
    if not isinstance(event, HolderAssignment):
        return ""
    found = event.holder.campaign_id
    if not found or _CAMPAIGN.fullmatch(found):
        return found
    return f"odd-{hashlib.sha256(found.encode()).hexdigest()}"
