"""Why a signed webhook may be refused: a possible replay, or another Voucherify project."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas import Envelope
from worker.errors import PermanentError


#: Ids of projects. A body may hold anything in their place, which operators must not see.
_PROJECT: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")


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


def check_project(envelope: Envelope, ours: str) -> None:
    """
    Refuse a webhook that names another project.

    Our keys do not find customers and cards of another project, and "not found" would end the
    removal as if nothing were left to take back.

    Args:
        envelope: a webhook's envelope; one without a project is not compared.
        ours: the project of the keys, from VOUCHERIFY_PROJECT_ID; empty for no check.

    Raises:
        PermanentError: with the reason `other_project`.
    """
    named = (envelope.project_id or "").strip()
    if not ours or not named or named == ours:
        return
    shown = f"project {named}" if _PROJECT.fullmatch(named) else "another project"
    raise PermanentError(
        "other_project",
        f"the webhook names {shown}, and VOUCHERIFY_PROJECT_ID says that the keys "
        f"belong to {ours}: send that project's webhooks to a deployment with its keys and "
        "discard this job, or correct the settings and retry",
    )
