"""Whether a signed body is so old that it may be a replay."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas import Envelope
from worker.errors import PermanentError


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeLimit:
    """
    How old an event may be when its body is received.

    Attributes:
        received: when the body was accepted. Not when it is processed: neither an outage of the
            workers nor an operator's retry makes an event stale.
        most: the longest time from its signing until then.
    """

    received: datetime
    most: timedelta

    def check(self, envelope: Envelope) -> None:
        """
        Refuse what was signed too long before it was received.

        The signature covers no time of its own, but the body has two: when the event happened and
        when the webhook was made. The later one counts, because an event may be reported late. A
        time in the future is accepted: clocks differ, and only the signer can have written it.

        Raises:
            PermanentError: with the reason `stale_event`.
        """
        signed = max(filter(None, (envelope.created_at, envelope.event.created_at)))
        if self.received - signed > self.most:
            raise PermanentError(
                "stale_event",
                f"stale, possibly replayed: signed {_words(signed)}, received "
                f"{_words(self.received)}; retry it if it is genuine",
            )


def _words(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
