"""
Bodies, read once for all jobs of a delivery that this worker runs.

Reading takes a quarter of a millisecond, and `process` and each handler need it. Readings are
kept by the bytes themselves: a body that was redacted since is another one.
"""

from functools import cached_property, lru_cache
from typing import Final

from schemas import Envelope, Event, load_envelope, load_event, parse_body
from worker.customers import customers_of
from worker.errors import PermanentError


#: Bodies that are kept, newest first, and the longest of these: a few megabytes in all.
MOST_KEPT: Final = 256
LONGEST_KEPT: Final = 16_384


class Reading:
    """A body that was read; its event is read on first use."""

    def __init__(self, body: bytes) -> None:
        self.envelope: Envelope = load_envelope(parse_body(body))

    @cached_property
    def event(self) -> Event | None:
        """The event; None when its type has no schema, UnreadableBody when it is unreadable."""
        return load_event(self.envelope)

    def event_for(self, handler: str) -> Event:
        """
        Return the event for a handler.

        Raises:
            PermanentError: no schema describes it.
            UnreadableBody: it is not what Voucherify sends.
        """
        if self.event is None:
            raise PermanentError("no_schema", f"no schema describes what {handler} handles")
        return self.event

    @cached_property
    def customers(self) -> tuple[str, ...]:
        """Ids of the customers the event is about (`worker.customers`)."""
        return customers_of(self.envelope)


def read(body: bytes) -> Reading:
    """
    Read a body.

    Raises:
        UnreadableBody: it is not what Voucherify sends; says what is wrong and where.
    """
    return _kept(body) if len(body) <= LONGEST_KEPT else Reading(body)


_kept: Final = lru_cache(MOST_KEPT)(Reading)
