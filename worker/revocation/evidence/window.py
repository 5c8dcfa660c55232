"""When the reward of an assignment can have been given."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


#: One request makes the assignment and pays the reward, and either may be stamped first. A call
#: of the API is taken to last less than this; Voucherify documents no bound.
MARGIN: Final = timedelta(seconds=2)

#: What is given for an assignment or a conversion is stamped so soon after it.
MOMENT: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """
    When the reward of an assignment can have been given.

    Attributes:
        assigned, removed: when the assignment began and ended.
        moments: when its conversions happened.
        elsewhere: when the customer became the referee of other codes, or converted through them.
    """

    assigned: datetime
    removed: datetime
    moments: tuple[datetime, ...] = ()
    elsewhere: tuple[datetime, ...] = ()

    def holds(self, at: datetime) -> bool:
        """Return whether it was while the assignment lasted."""
        return self.assigned - MARGIN <= at <= self.removed

    def is_at_moment(self, at: datetime) -> bool:
        """Return whether it was at the moment of the assignment or of its conversion."""
        return any(_near(at, each) for each in (self.assigned, *self.moments))

    def is_at_the_end(self, at: datetime) -> bool:
        """
        Return whether it was as the assignment ended, when the next one may have begun.

        An assignment converts once: what was given for its first conversion is its own.
        """
        begun = [each for each in self.moments if each >= self.assigned - MARGIN]
        own = (self.assigned, *([min(begun)] if begun else []))
        return at > self.removed - MARGIN and not any(_near(at, each) for each in own)

    def is_elsewhere(self, at: datetime) -> bool:
        """Return whether it was at the moment of another code's assignment or conversion."""
        return any(_near(at, each) for each in self.elsewhere)

    def after_another(self, at: datetime) -> bool:
        """Return whether the customer became another code's referee by then, in this one's time."""
        return any(self.assigned <= each <= at for each in self.elsewhere)


def _near(at: datetime, moment: datetime) -> bool:
    return moment - MARGIN <= at <= moment + MOMENT
