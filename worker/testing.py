"""
For a shop's own tests of its handlers: run one without a store, as a worker would.

    ran = run_handler(my_handler, body_of("redemption.rollback.succeeded", {...}))
    assert ran.outcome == "..."
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import time
from typing import Any

from inbox.ledger import IN_FLIGHT_SECONDS
from inbox.model.effect import Effect, EffectState
from inbox.privacy.redaction import redacted
from schemas import load_envelope, parse_body
from worker.handlers import Registration
from worker.handlers.registry import registered
from worker.run.handle import hand_over
from worker.services import Handler, Services
from worker.shop.dry_run import claim_of, make_job, no_services


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """
    How a run of a handler ended.

    Attributes:
        outcome: what operators would read.
        done: steps that are done by now, as `<step> <id>`, in their order.
        would: steps that a dry run would have taken.
    """

    outcome: str
    done: tuple[str, ...]
    would: tuple[str, ...] = ()


class MemoryLedger:
    """The ledger of steps without a store; pass the same one to several runs."""

    def __init__(self, in_flight_seconds: float = IN_FLIGHT_SECONDS) -> None:
        self.in_flight_seconds = in_flight_seconds
        self.effects: dict[str, Effect] = {}

    def plan(self, effect: str, *, holder: str, customer: str, **fields: str | int) -> Effect:
        """Record a planned effect, or return the one that exists."""
        if effect not in self.effects:
            self._put(effect, EffectState.PLANNED, {"holder": holder, "customer": customer}, fields)
        return replace(self.effects[effect], now_ms=_now_ms())

    def move(
        self,
        effect: Effect,
        to: EffectState,
        *,
        since: tuple[EffectState, ...],
        **fields: str | int,
    ) -> Effect | None:
        """Move to the next state; None if the effect is in none of `since`."""
        stands = self.effects[effect.id]
        if stands.state not in since:
            return None
        if to is EffectState.SENT:
            fields["sends"] = stands.number("sends") + 1
        self._put(effect.id, to, stands.fields, fields)
        return self.effects[effect.id]

    def secure(self, effect: Effect) -> None:
        """Return at once: nothing is lost here."""

    def done(self) -> tuple[str, ...]:
        """Return the steps that are done, as `<step> <id>`."""
        confirmed = (e for e in self.effects.values() if e.state is EffectState.CONFIRMED)
        return tuple(f"{each.fields['kind']} {each.fields['thing']}" for each in confirmed)

    def _put(
        self, name: str, state: EffectState, known: Mapping[str, str], more: Mapping[str, str | int]
    ) -> None:
        now = _now_ms()
        fields = {**known, **{key: str(value) for key, value in more.items()}}
        fields |= {"state": state.value, state.value: str(now)}
        self.effects[name] = Effect(
            id=name,
            state=state,
            holder=fields["holder"],
            customer=fields["customer"],
            fields=fields,
            now_ms=now,
        )


def body_of(
    event_type: str, data: Mapping[str, Any], *, event_id: str = "ev_1", **event: Any
) -> bytes:
    """Return a webhook's body; `event` adds to its `event` object, such as `entity_id`."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    document = {
        "id": f"whs_{event_id}",
        "project_id": "proj_test",
        "created_at": now,
        "type": event_type,
        "data": data,
        "event": {"id": event_id, "type": event_type, "created_at": now, **event},
    }
    return json.dumps(document).encode()


def run_handler(
    handler: Handler,
    body: bytes,
    *,
    ledger: MemoryLedger | None = None,
    services: Services | None = None,
    dry_run: bool = False,
    erased: bool = False,
) -> Ran:
    """
    Run a handler for a webhook's body, as a worker would, but here and now.

    Args:
        handler: the decorated function.
        body: what Voucherify sent; `body_of` writes one.
        ledger: of earlier runs, so that their steps are known; a new one if it is None.
        services: what the handler uses; if it is None, services that can do nothing.
        dry_run: as HANDLERS_DRY_RUN has it.
        erased: as if the customer was erased before this ran.

    Raises:
        LookupError: the handler does not want such an event.
        JobError, UnreadableBody: as the job would fail, or wait.
    """
    registration = _registered(handler)
    event_type = load_envelope(parse_body(body)).event_type
    if event_type not in registration.event_types:
        raise LookupError(f"{registration.name} does not want events of the type {event_type}")
    book = ledger or MemoryLedger()
    claim = claim_of(redacted(body) if erased else body, registration.name, redacted=erased)
    event, job = make_job(claim, registration, ledger=book, dry_run=dry_run)
    outcome = hand_over(registration, event, services or no_services(), job)
    return Ran(outcome=outcome, done=book.done(), would=tuple(job.steps.would))


def _registered(handler: Handler) -> Registration:
    found = registered().get(handler.__name__)
    if found is None or found.run is not handler:
        raise LookupError(f"{handler.__name__} is no handler: decorate it with @handles(…)")
    return found


def _now_ms() -> int:
    return int(time() * 1000)
