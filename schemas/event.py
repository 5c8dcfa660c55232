from dataclasses import dataclass
from typing import Annotated

from schemas.event_reference import EventReference
from schemas.fields import ADDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    What every event has; the rest of its attributes is read from the `data` of its body.

    `event` says which event this is and when it happened. `unreadable` names the fields that
    are None because their value could not be read, by their path in the body, as
    `data.voucher.gift.amount`.
    """

    event: Annotated[EventReference, ADDED]
    unreadable: Annotated[tuple[str, ...], ADDED] = ()
