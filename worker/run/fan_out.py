"""The first job of every delivery: from raw bytes to one job for each handler."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from schemas import (
    RECONCILED,
    Canary,
    CustomerDeleted,
    Envelope,
    Event,
    HolderAssignment,
    HolderAssignmentDeleted,
    HolderRole,
    UnreadableBody,
)
from worker.customers import customers_deleted
from worker.errors import PermanentError
from worker.handlers import HandlerTable
from worker.run.read import Reading, read
from worker.run.refuse import AgeLimit, check_project


#: Ids of events, assignments and campaigns as Voucherify makes them.
_ID = re.compile(r"(ev[a-z]*|rh|camp)_[A-Za-z0-9]{1,64}")

_EVENT_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")

#: Event types as Voucherify writes them; anything else is not repeated to operators.
_EVENT_TYPE = re.compile(r"[a-z0-9_.]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """
    The jobs of a delivery, and what the inbox records of it.

    Attributes:
        handlers: name and queue of each handler's job.
        outcome: a few words on how processing ended.
        facts: JSON object of ids for operators.
        identity: what is handled once, whichever body reports it; empty for none.
        identity_of: whether that is an assignment, or the event alone.
        customer: id of the main customer of the body; empty for none.
        others: ids of its other customers.
        unwanted: whether no handler wants the event.
        ids: the event's type and ids for the logs, which may go further than the inbox.
    """

    handlers: tuple[tuple[str, str], ...]
    outcome: str
    facts: str
    identity: str = ""
    identity_of: Literal["assignment", "event"] = "event"
    customer: str = ""
    others: tuple[str, ...] = ()
    unwanted: bool = False
    ids: Mapping[str, str] = field(default_factory=dict)


def process(
    body: bytes, table: HandlerTable, age: AgeLimit | None = None, *, project: str = ""
) -> FanOut:
    """
    Read a body and decide its jobs.

    Args:
        body: the raw bytes.
        table: the handlers.
        age: how old an event may be that a handler wants; None for any age.
        project: the project that such an event must belong to; empty for any.

    Raises:
        UnreadableBody: the body is not what Voucherify sends; says what is wrong and where.
        PermanentError: handlers want this event and no schema describes it, it is too old or
            belongs to another project.
    """
    reading = read(body)
    envelope = reading.envelope
    facts = _facts(envelope)
    wanted = table.for_event(envelope.event_type)
    if not wanted:
        return _no_jobs(facts, f"no handler for {facts['event_type']}", unwanted=True)
    try:
        check_project(envelope, project)
        event = _event(reading, facts["event_type"], age)
    except (UnreadableBody, PermanentError) as error:
        if any(handler.required for handler in wanted):
            raise
        return _no_jobs(facts, f"handed to no handler: {error.reason}")
    ids, others = _subject(event, reading)
    facts |= ids
    once = _once(event, envelope)
    return FanOut(
        handlers=tuple((handler.name, handler.queue) for handler in wanted),
        outcome="handed to " + ", ".join(handler.name for handler in wanted),
        facts=json.dumps(facts),
        identity=f"{envelope.event_type}:{once}" if once else "",
        identity_of="assignment" if isinstance(event, HolderAssignmentDeleted) else "event",
        customer=facts.get("customer", ""),
        others=others,
        ids=_loggable(facts),
    )


def _no_jobs(facts: Mapping[str, str], outcome: str, *, unwanted: bool = False) -> FanOut:
    return FanOut(
        handlers=(),
        outcome=outcome,
        facts=json.dumps(facts),
        unwanted=unwanted,
        ids=_loggable(facts),
    )


def _facts(envelope: Envelope) -> dict[str, str]:
    event_type = envelope.event_type
    facts = {
        "event_type": event_type if _EVENT_TYPE.fullmatch(event_type) else "?",
        "event_id": envelope.event.id,
        "event_created_at": envelope.event.created_at.isoformat(timespec="milliseconds"),
    }
    return {**facts, "told_by": RECONCILED} if envelope.reconciled else facts


def _event(reading: Reading, event_type: str, age: AgeLimit | None) -> Event:
    # Reconciliation may find a removal days later.
    if age is not None and not reading.envelope.reconciled:
        age.check(reading.envelope)
    if reading.event is None:
        raise PermanentError("no_schema", f"no schema describes {event_type}")
    return reading.event


def _loggable(facts: Mapping[str, str]) -> dict[str, str]:
    # A body may hold anything in place of an id. The customer is never logged.
    ids = {
        name: facts[name]
        for name in ("event_id", "holder", "campaign")
        if _ID.fullmatch(facts.get(name, ""))
    }
    return {"event_type": facts["event_type"], **ids}


def _once(event: Event, envelope: Envelope) -> str:
    """Return the id of what is handled once, however many bodies report it."""
    match event:
        case HolderAssignmentDeleted():
            # A holder's id names one assignment; assigning again makes another one (Voucherify
            # API reference: Add holders to referral code).
            return event.holder.id
        case CustomerDeleted() | Canary():
            # To erase again is harmless, and no two canaries are the same.
            return ""
    # The same in every sendout of an event. An id of another form could be as long as a body.
    found = envelope.event.id
    return found if _EVENT_ID.fullmatch(found) else hashlib.sha256(found.encode()).hexdigest()


def _subject(event: Event, reading: Reading) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return ids for operators, and the event's customers besides the one among them."""
    match event:
        case HolderAssignment():
            holder = event.holder
            role = holder.holder_role
            ids = {
                "holder": holder.id,
                "customer": holder.customer_id,
                "campaign": holder.campaign_id,
                "role": str(role) if isinstance(role, HolderRole) else "?",
            }
            return ids, ()
    found = customers_deleted(event) if isinstance(event, CustomerDeleted) else reading.customers
    customer, *others = found or ("",)
    return ({"customer": customer} if customer else {}), tuple(others)
