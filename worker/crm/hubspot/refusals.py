"""
From HubSpot's answers to our errors ("Error handling", "Usage guidelines").

All fields of an error are optional there. Its `message` and `context` repeat what was sent,
e-mail addresses too, so nothing but a slug of it is ever told.
"""

import re
from datetime import datetime
from typing import Any, Final

import httpx

from worker.errors import PermanentError, RetryableError
from worker.outgoing import retry_after


SETUP: Final = "`python -m worker.crm.hubspot setup`"

#: How long a note whose answer never came may still be under way.
UNKNOWN_OUTCOME_WAIT_SECONDS: Final = 120.0

#: Waits for a 429 that names none. The daily limit ends at midnight in the account's time
#: zone, which is not told; the other one counts the last ten seconds.
DAILY_LIMIT_WAIT_SECONDS: Final = 3600.0
BURST_LIMIT_WAIT_SECONDS: Final = 10.0

#: What passes by itself: time-out, conflict, record locked, too early, too many requests,
#: account being moved between data centres.
_PASSING: Final = frozenset({408, 409, 423, 425, 429, 477})

#: Nothing is wrong with the job: it waits for an operator to mend the account.
ACCOUNT_PAUSE_SECONDS: Final = 300.0
_ACCOUNT: Final = {
    401: ": HUBSPOT_ACCESS_TOKEN is wrong, expired or withdrawn",
    402: ": the account's plan does not allow it",
    403: ": the token lacks a scope (docs/hubspot.md lists them)",
}

_SLUG: Final = re.compile(r"[A-Z][A-Z_]{2,59}", re.ASCII)


def refusal(answer: httpx.Response, now: datetime) -> PermanentError | RetryableError:
    """Tell what an answer other than 2xx means for the job."""
    status = answer.status_code
    reason, message = f"hubspot_answered_{status}", f"hubspot answered {status}"
    if slug := category(answer):
        message += f" ({slug})"
    if status in _ACCOUNT:
        return RetryableError(
            reason, message + _ACCOUNT[status], pause_seconds=ACCOUNT_PAUSE_SECONDS
        )
    if status >= 500 or status in _PASSING:
        wait = _wait(answer, now)
        return RetryableError(
            reason,
            message,
            retry_after_seconds=wait,
            outage=status >= 500,
            pause_seconds=wait if status == 429 else None,
        )
    if status == 400 and "PROPERTY_DOESNT_EXIST" in answer.text:
        return PermanentError(
            "hubspot_missing_property",
            f"HubSpot lacks a contact property that perkhook sets; {SETUP} creates them",
        )
    return PermanentError(reason, message)


def unusable_id_property(name: str) -> PermanentError:
    """Tell that contacts cannot be looked up by the property that holds the customer's id."""
    return PermanentError(
        "hubspot_id_property",
        f"HubSpot does not look contacts up by {name}: it must be there and hold unique values; "
        f"{SETUP} creates it or says what is wrong with it",
    )


def unknown_outcome() -> RetryableError:
    """Tell that a note may or may not have been made."""
    return RetryableError(
        "hubspot_unknown_outcome",
        "hubspot's answer to a new note did not come; the contact's notes are read before "
        "one is made again",
        retry_after_seconds=UNKNOWN_OUTCOME_WAIT_SECONDS,
        outage=True,
    )


def unreadable(what: str) -> RetryableError:
    """Tell that an answer is not what is documented."""
    return RetryableError("hubspot_unreadable", f"hubspot's answer {what}", outage=True)


def is_not_found(answer: httpx.Response) -> bool:
    """Tell a record that is not there from an address that is not there."""
    return answer.status_code == 404 and category(answer) == "OBJECT_NOT_FOUND"


def category(answer: httpx.Response) -> str | None:
    """Read the slug that groups errors, such as VALIDATION_ERROR; None if there is none."""
    slug = _fields(answer).get("category")
    return slug if isinstance(slug, str) and _SLUG.fullmatch(slug) else None


def _wait(answer: httpx.Response, now: datetime) -> float | None:
    wait = retry_after(answer.headers.get("Retry-After"), now)
    if wait is not None or answer.status_code != 429:
        return wait
    fields = _fields(answer)
    limit = f"{fields.get('policyName')} {fields.get('message')}".lower()
    return DAILY_LIMIT_WAIT_SECONDS if "daily" in limit else BURST_LIMIT_WAIT_SECONDS


def _fields(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
