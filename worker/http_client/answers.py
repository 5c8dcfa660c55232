"""
What an HTTP answer means: one place decides it for every service that workers call.

An answer is believed only from the service that was asked, and only for what was asked. A load
balancer answers 404 during a deployment, a firewall answers 403, a proxy answers 200 with a page
of its own: none of them knows whether a customer exists or a balance was changed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Meaning(StrEnum):
    """What an answer says about the call."""

    #: The service did what was asked; the body is what this call returns.
    DONE = "done"
    #: The service itself refused, and did nothing. The same call would be refused again.
    REFUSED = "refused"
    #: The service itself says that what was asked for does not exist.
    NOT_THERE = "not there"
    #: Nothing was done or learned; a later call may succeed.
    TRY_AGAIN = "try again"
    #: The call may have been applied. Only for calls that change something.
    UNKNOWN = "unknown"


#: Keys, plan or permission: nothing is wrong with the call itself.
ACCOUNT: Final = frozenset({401, 402, 403})

#: Time-out, conflict, locked, too early, too many requests: the same call may succeed later.
PASSING: Final = frozenset({408, 409, 423, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    An answer as it came.

    Attributes:
        headers: by their names in lower case.
        body: the raw bytes; cut short if the answer was.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    What the service's own answers to one call are.

    Attributes:
        gives: whether decoded JSON is what this call returns when it succeeds.
        wrote: whether the service itself wrote an error, by its status and decoded JSON.
        missing: whether the service's own error says that the thing asked for does not exist.
        changes: whether the call may change something.
        statuses: the statuses by which it succeeds.
        may_be_empty: whether it may succeed without a body, or with JSON's null.
        passing: the statuses by which the service itself says: not now.
    """

    gives: Callable[[Any], bool]
    wrote: Callable[[int, Any], bool]
    missing: Callable[[Any], bool] = lambda _: False
    changes: bool = False
    statuses: frozenset[int] = frozenset({200})
    may_be_empty: bool = False
    passing: frozenset[int] = PASSING | ACCOUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What an answer means.

    Attributes:
        content: the decoded JSON, None if there is none.
        own: whether the service that was asked wrote the answer.
        outage: whether other calls would meet the same now.
    """

    meaning: Meaning
    content: Any
    own: bool
    outage: bool = False


def judge(reply: Reply, call: Call) -> Verdict:
    """Decide what an answer to a call means."""
    content, status = decoded(reply.body), reply.status
    if status in call.statuses and _is_result(reply, content, call):
        return Verdict(meaning=Meaning.DONE, content=content, own=True)
    own = status >= 400 and call.wrote(status, content)
    if own and status == 404 and call.missing(content):
        return Verdict(meaning=Meaning.NOT_THERE, content=content, own=True)
    # A service's own 404 that names something else is no answer to this call either.
    if own and 400 <= status < 500 and status != 404:
        # A time-out of the service's own may have come after the change.
        if status == 408 and call.changes:
            return Verdict(meaning=Meaning.UNKNOWN, content=content, own=True, outage=True)
        meaning = Meaning.TRY_AGAIN if status in call.passing else Meaning.REFUSED
        return Verdict(meaning=meaning, content=content, own=True)
    return Verdict(
        meaning=Meaning.UNKNOWN if call.changes else Meaning.TRY_AGAIN,
        content=content,
        own=own,
        outage=True,
    )


def decoded(body: bytes) -> Any:
    """Decode JSON; None if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _is_result(reply: Reply, content: Any, call: Call) -> bool:
    if reply.body.strip() in {b"", b"null"}:
        return call.may_be_empty
    return content is not None and call.gives(content)
