"""The conversions of an assignment, and the time in which they allow its reward to be given."""

from datetime import datetime, timedelta
from typing import Final

from schemas import HolderAssignmentDeleted
from worker.revocation.evidence.window import Window
from worker.revocation.findings import Conversion


#: A redemption assigns its customer, so it may stand a little before the assignment.
_BEFORE: Final = timedelta(days=1)


def window_of(
    event: HolderAssignmentDeleted,
    assigned: datetime,
    conversions: tuple[Conversion, ...],
    elsewhere: tuple[datetime, ...],
) -> Window:
    """Return when the reward of an assignment that began at that time can have been given."""
    moments = tuple(each.at for each in own_conversions(event, conversions) if each.at)
    campaign = event.holder.campaign_id
    elsewhere += tuple(each.at for each in conversions if each.campaign != campaign and each.at)
    return Window(
        assigned=assigned,
        removed=event.event.created_at,
        moments=moments,
        elsewhere=elsewhere,
    )


def own_conversions(
    event: HolderAssignmentDeleted,
    conversions: tuple[Conversion, ...],
    *,
    of_referrer: bool = True,
) -> list[Conversion]:
    """
    Return the conversions that can be this assignment's: of its campaign and its time.

    Of its referrer too, if there is one: a code may belong to another customer by now.
    """
    assigned, removed = event.holder.created_at, event.event.created_at
    referrer = event.voucher.referrer_id if event.voucher else None
    found = [
        each
        for each in conversions
        if each.campaign == event.holder.campaign_id
        and (each.at is None or each.at <= removed)
        and (each.at is None or assigned is None or each.at >= assigned - _BEFORE)
    ]
    if not of_referrer:
        return found
    return [each for each in found if each.referrer == referrer] or found
