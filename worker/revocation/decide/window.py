"""When the reward of an assignment can have been given."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas import HolderAssignmentDeleted
from worker.revocation.findings import Conversion


#: One request makes the assignment and pays the reward, and either may be stamped first. A call
#: of the API is taken to last less than this; Voucherify documents no bound.
MARGIN: Final = timedelta(seconds=2)

#: What is given for an assignment or a conversion is stamped so soon after it.
MOMENT: Final = timedelta(seconds=10)

#: By a redemption a customer is assigned, so the redemption may stand a little before.
CONVERTED: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """
    When the reward of an assignment can have been given.

    Attributes:
        assigned, removed: when the assignment began and ended.
        moments: when its conversions happened.
        elsewhere: when other codes took the customer on, and when they converted through others.
    """

    assigned: datetime
    removed: datetime
    moments: tuple[datetime, ...] = ()
    elsewhere: tuple[datetime, ...] = ()

    def holds(self, at: datetime) -> bool:
        """Say whether it was while the assignment lasted."""
        return self.assigned - MARGIN <= at <= self.removed

    def is_at_moment(self, at: datetime) -> bool:
        """Say whether it was at the moment of the assignment or of its conversion."""
        return any(_near(at, each) for each in (self.assigned, *self.moments))

    def is_at_the_end(self, at: datetime) -> bool:
        """
        Say whether it was as the assignment ended, when the next one may have begun.

        An assignment converts once: what was given for its first conversion is its own.
        """
        begun = [each for each in self.moments if each >= self.assigned - MARGIN]
        own = (self.assigned, *([min(begun)] if begun else []))
        return at > self.removed - MARGIN and not any(_near(at, each) for each in own)

    def is_elsewhere(self, at: datetime) -> bool:
        """Say whether it was at the moment at which another code took the customer on."""
        return any(_near(at, each) for each in self.elsewhere)

    def after_another(self, at: datetime) -> bool:
        """Say whether another code had taken the customer on by then, while this one lasted."""
        return any(self.assigned <= each <= at for each in self.elsewhere)


def window_of(
    event: HolderAssignmentDeleted,
    conversions: tuple[Conversion, ...],
    elsewhere: tuple[datetime, ...],
) -> Window | None:
    """Say when the reward can have been given; None if the event lacks the assignment's time."""
    assigned, removed = event.holder.created_at, event.event.created_at
    if assigned is None:
        return None
    moments = tuple(each.at for each in own_conversions(event, conversions) if each.at)
    campaign = event.holder.campaign_id
    elsewhere += tuple(each.at for each in conversions if each.campaign != campaign and each.at)
    return Window(assigned=assigned, removed=removed, moments=moments, elsewhere=elsewhere)


def own_conversions(
    event: HolderAssignmentDeleted,
    conversions: tuple[Conversion, ...],
    *,
    of_referrer: bool = True,
) -> list[Conversion]:
    """
    List the conversions that can be this assignment's: of its campaign and its time.

    Of its referrer too, if there is one: a code may belong to another customer by now.
    """
    assigned, removed = event.holder.created_at, event.event.created_at
    referrer = event.voucher.referrer_id if event.voucher else None
    found = [
        each
        for each in conversions
        if each.campaign == event.holder.campaign_id
        and (each.at is None or each.at <= removed)
        and (each.at is None or assigned is None or each.at >= assigned - CONVERTED)
    ]
    if not of_referrer:
        return found
    return [each for each in found if each.referrer == referrer] or found


def _near(at: datetime, moment: datetime) -> bool:
    return moment - MARGIN <= at <= moment + MOMENT
