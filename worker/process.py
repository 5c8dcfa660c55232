"""The first job of every delivery: from raw bytes to one job for each handler."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas import (
    RECONCILED,
    CustomerDeleted,
    Event,
    HolderAssignment,
    HolderAssignmentDeleted,
    HolderRole,
)
from worker.age import AgeLimit
from worker.errors import PermanentError
from worker.handlers import HandlerTable
from worker.reading import read


#: Ids of events, assignments and campaigns as Voucherify makes them.
_ID = re.compile(r"(ev[a-z]*|rh|camp)_[A-Za-z0-9]{1,64}")

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
        customer: id of whom the body is about; empty for nobody.
        told: the event's type and ids for the logs, which may go further than the inbox.
    """

    handlers: tuple[tuple[str, str], ...]
    outcome: str
    facts: str
    identity: str = ""
    customer: str = ""
    told: Mapping[str, str] = field(default_factory=dict)


def process(body: bytes, table: HandlerTable, age: AgeLimit | None = None) -> FanOut:
    """
    Read a body and decide what it owes.

    Args:
        body: the raw bytes.
        table: the handlers.
        age: how old an event may be that a handler wants; None for any age.

    Raises:
        UnreadableBody: the body is not what Voucherify sends; says what is wrong and where.
        PermanentError: handlers want this event and no schema describes it, or it is too old.
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
    # What no webhook told of may be found days later.
    if age is not None and not envelope.reconciled:
        age.check(envelope)
    event = reading.event
    if event is None:
        raise PermanentError("no_schema", f"no schema describes {facts['event_type']}")
    facts |= _facts(event)
    # The id of a holder names one assignment; being assigned again makes another one
    # (Voucherify API reference: Add holders to referral code).
    once = f"{event_type}:{event.holder.id}" if isinstance(event, HolderAssignmentDeleted) else ""
    return FanOut(
        handlers=tuple((handler.name, handler.queue) for handler in wanted),
        outcome="handed to " + ", ".join(handler.name for handler in wanted),
        facts=json.dumps(facts),
        identity=once,
        customer=facts.get("customer", ""),
        told=_told(facts),
    )


def _told(facts: Mapping[str, str]) -> dict[str, str]:
    # A body may hold anything where an id should be. Who the customer is, is not told at all.
    ids = {
        name: facts[name]
        for name in ("event_id", "holder", "campaign")
        if _ID.fullmatch(facts.get(name, ""))
    }
    return {"event_type": facts["event_type"], **ids}


def _facts(event: Event) -> dict[str, str]:
    if isinstance(event, CustomerDeleted):
        return {"customer": event.customer.id}
    if not isinstance(event, HolderAssignment):
        return {}
    holder = event.holder
    return {
        "holder": holder.id,
        "customer": holder.customer_id,
        "campaign": holder.campaign_id,
        "role": str(holder.holder_role) if isinstance(holder.holder_role, HolderRole) else "?",
    }
