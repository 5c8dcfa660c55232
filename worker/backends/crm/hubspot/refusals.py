"""
Turns HubSpot's answers into our errors ("Error handling", "Usage guidelines").

An error's `message` and `context` repeat what was sent, including e-mail addresses, so only its
slug is shown.
"""

from datetime import datetime
from typing import Final

from worker.backends.crm.hubspot.own import category
from worker.errors import PermanentError, RetryableError
from worker.http_client.answers import ACCOUNT, Meaning, Reply, Verdict
from worker.http_client.calls import retry_after


SETUP: Final = "`python -m worker.backends.crm.hubspot setup`"

#: How long a note whose answer never came may still be under way.
UNKNOWN_OUTCOME_WAIT_SECONDS: Final = 120.0

#: Waits for a 429 that names none. The daily limit ends at midnight in the account's time
#: zone, which it does not say; the other one counts the last ten seconds.
DAILY_LIMIT_WAIT_SECONDS: Final = 3600.0
BURST_LIMIT_WAIT_SECONDS: Final = 10.0

#: Nothing is wrong with the job: it waits for an operator to fix the account.
ACCOUNT_PAUSE_SECONDS: Final = 300.0
_WHY: Final = {
    401: ": HUBSPOT_ACCESS_TOKEN is wrong, expired or withdrawn",
    402: ": the account's plan does not allow it",
    403: ": the token lacks a scope (docs/hubspot.md lists them)",
}


def failure(reply: Reply, verdict: Verdict, now: datetime) -> PermanentError | RetryableError:
    """Return the error for an answer after which nothing was done, or is known to be."""
    status = reply.status
    reason, message = f"hubspot_answered_{status}", f"hubspot answered {status}"
    if verdict.own and (slug := category(verdict.content)):
        message += f" ({slug})"
    if verdict.meaning is Meaning.REFUSED:
        if status == 400 and b"PROPERTY_DOESNT_EXIST" in reply.body:
            return PermanentError(
                "hubspot_missing_property",
                f"HubSpot lacks a contact property that perkhook sets; {SETUP} creates them",
            )
        return PermanentError(reason, message)
    wait = _wait(reply, verdict, now)
    if verdict.meaning is Meaning.UNKNOWN:
        return unknown_outcome(wait or 0.0)
    if status < 300:
        return unreadable("is not what this call returns")
    if not verdict.own:
        message += ", and the answer is not HubSpot's own"
    elif status in ACCOUNT:
        return RetryableError(reason, message + _WHY[status], pause_seconds=ACCOUNT_PAUSE_SECONDS)
    return RetryableError(
        reason,
        message,
        retry_after_seconds=wait,
        outage=verdict.outage,
        pause_seconds=wait if verdict.own and status == 429 else None,
    )


def unusable_id_property(name: str) -> PermanentError:
    """Return the error for a property that no contact can be found by."""
    return PermanentError(
        "hubspot_id_property",
        f"HubSpot does not find contacts by {name}: it must exist and have unique values; "
        f"{SETUP} creates it or says what is wrong with it",
    )


def unknown_outcome(wait: float = 0.0, why: str = "") -> RetryableError:
    """Return the error for a note that may or may not have been made; `why` ends its sentence."""
    return RetryableError(
        "hubspot_unknown_outcome",
        "hubspot's answer to a new note did not come, or does not say whether it was made; the "
        f"contact's notes are read before one is made again{why}",
        retry_after_seconds=max(wait, UNKNOWN_OUTCOME_WAIT_SECONDS),
        outage=True,
    )


def unreadable(what: str) -> RetryableError:
    """Return the error for an undocumented answer."""
    return RetryableError("hubspot_unreadable", f"hubspot's answer {what}", outage=True)


def _wait(reply: Reply, verdict: Verdict, now: datetime) -> float | None:
    wait = retry_after(reply.headers.get("retry-after"), now)
    if wait is not None or reply.status != 429:
        return wait
    limit = ""
    if verdict.own:
        limit = f"{verdict.content.get('policyName')} {verdict.content.get('message')}".lower()
    return DAILY_LIMIT_WAIT_SECONDS if "daily" in limit else BURST_LIMIT_WAIT_SECONDS
