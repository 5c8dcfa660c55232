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
from worker.errors import PermanentError
from worker.handlers import HandlerTable
from worker.run.age import AgeLimit
from worker.run.customers import customers_deleted
from worker.run.project import check_project
from worker.run.read import Reading, read


#: Ids of events, assignments and campaigns as Voucherify makes them.
_ID = re.compile(r"(ev[a-z]*|rh|camp)_[A-Za-z0-9]{1,64}")

_EVENT_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")

#: Event types as Voucherify writes them; anything else is not repeated to operators.
_EVENT_TYPE = re.compile(r"[a-z0-9_.]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """
    What a delivery owes.

    Attributes:
        handlers: name and queue of each handler's job.
        outcome: a few words on how processing ended.
        facts: JSON object of ids for operators.
        identity: what must be handled once whatever body told of it; empty for none.
        identity_of: whether that is an assignment, or the event alone.
        customer: id of whom the body is about; empty for nobody.
        others: ids of whom it is about besides.
        told: the event's type and ids for the logs, which may go further than the inbox.
    """

    handlers: tuple[tuple[str, str], ...]
    outcome: str
    facts: str
    identity: str = ""
    identity_of: Literal["assignment", "event"] = "event"
    customer: str = ""
    others: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)


def process(
    body: bytes, table: HandlerTable, age: AgeLimit | None = None, *, project: str = ""
) -> FanOut:
    """
    Read a body and decide what it owes.

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
    event_type = envelope.event_type
    facts = {
        "event_type": event_type if _EVENT_TYPE.fullmatch(event_type) else "?",
        "event_id": envelope.event.id,
        "event_created_at": envelope.event.created_at.isoformat(timespec="milliseconds"),
    }
    if envelope.reconciled:
        facts["told_by"] = RECONCILED
    wanted = table.for_event(event_type)
    if not wanted:
        return FanOut(
            handlers=(),
            outcome=f"no handler for {facts['event_type']}",
            facts=json.dumps(facts),
            told=_told(facts),
        )
    try:
        check_project(envelope, project)
        event = _event(reading, facts["event_type"], age)
    except (UnreadableBody, PermanentError) as error:
        if any(handler.owed for handler in wanted):
            raise
        return FanOut(
            handlers=(),
            outcome=f"handed to nobody: {error.reason}",
            facts=json.dumps(facts),
            told=_told(facts),
        )
    told, others = _facts(event, reading)
    facts |= told
    subject = _once(event, envelope)
    return FanOut(
        handlers=tuple((handler.name, handler.queue) for handler in wanted),
        outcome="handed to " + ", ".join(handler.name for handler in wanted),
        facts=json.dumps(facts),
        identity=f"{event_type}:{subject}" if subject else "",
        identity_of="assignment" if isinstance(event, HolderAssignmentDeleted) else "event",
        customer=facts.get("customer", ""),
        others=others,
        told=_told(facts),
    )


def _event(reading: Reading, event_type: str, age: AgeLimit | None) -> Event:
    # What no webhook told of may be found days later.
    if age is not None and not reading.envelope.reconciled:
        age.check(reading.envelope)
    if reading.event is None:
        raise PermanentError("no_schema", f"no schema describes {event_type}")
    return reading.event


def _told(facts: Mapping[str, str]) -> dict[str, str]:
    # A body may hold anything where an id should be. Who the customer is, is not told at all.
    ids = {
        name: facts[name]
        for name in ("event_id", "holder", "campaign")
        if _ID.fullmatch(facts.get(name, ""))
    }
    return {"event_type": facts["event_type"], **ids}


def _once(event: Event, envelope: Envelope) -> str:
    """Name what is to be handled once, however many bodies tell of it."""
    match event:
        case HolderAssignmentDeleted():
            # The id of a holder names one assignment; being assigned again makes another one
            # (Voucherify API reference: Add holders to referral code).
            return event.holder.id
        case CustomerDeleted() | Canary():
            # To erase again is harmless, and no two canaries are the same.
            return ""
    # The same in every sendout of an event; of another form it could be as long as a body.
    found = envelope.event.id
    return found if _EVENT_ID.fullmatch(found) else hashlib.sha256(found.encode()).hexdigest()


def _facts(event: Event, reading: Reading) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give ids for operators, and whom the event is about besides the customer among them."""
    match event:
        case HolderAssignment():
            holder = event.holder
            role = holder.holder_role
            told = {
                "holder": holder.id,
                "customer": holder.customer_id,
                "campaign": holder.campaign_id,
                "role": str(role) if isinstance(role, HolderRole) else "?",
            }
            return told, ()
    found = customers_deleted(event) if isinstance(event, CustomerDeleted) else reading.customers
    customer, *others = found or ("",)
    return ({"customer": customer} if customer else {}), tuple(others)
