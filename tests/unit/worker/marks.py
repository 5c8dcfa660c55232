"""A ledger in memory, and a customer to be marked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from inbox.ledger import Effects
from inbox.model.effect import Effect, EffectState
from schemas import HolderAssignmentDeleted
from tests.unit.worker.build import job
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.learned import InMemory
from tests.unit.worker.revocations import REFEREE, referee_left
from worker.revocation.execute.mark import Marking
from worker.revocation.steps import MarkCustomer
from worker.run.job import ClaimedJob


STEP = MarkCustomer(customer=REFEREE, reason="referral removed")


@dataclass
class Ledger:
    """As much of the ledger as a mark needs; the time is in seconds."""

    known: dict[str, Effect] = field(default_factory=dict)
    now: float = 1_000.0

    def plan(self, effect: str, *, holder: str, customer: str, **fields: Any) -> Effect:
        """Note an effect, or give what is there."""
        if effect not in self.known:
            texts = {name: str(value) for name, value in fields.items()}
            texts["planned"] = str(int(self.now * 1000))
            self.known[effect] = Effect(
                id=effect,
                state=EffectState.PLANNED,
                holder=holder,
                customer=customer,
                fields=texts,
                now_ms=0,
            )
        return replace(self.known[effect], now_ms=int(self.now * 1000))

    def move(
        self, effect: Effect, to: EffectState, *, since: tuple[EffectState, ...], **fields: Any
    ) -> Effect | None:
        """Continue to a state."""
        there = self.known[effect.id]
        if there.state not in since:
            return None
        texts = {name: str(value) for name, value in fields.items()}
        self.known[effect.id] = replace(there, state=to, fields=there.fields | texts)
        return self.known[effect.id]

    def confirm(
        self, effect: str, done: Mapping[str, str], *, holder: str, customer: str, **fields: Any
    ) -> None:
        """Note that it was made, planned before or not."""
        planned = self.plan(effect, holder=holder, customer=customer, **fields)
        states = tuple(state for state in EffectState if state is not EffectState.CONFIRMED)
        self.move(planned, EffectState.CONFIRMED, since=states, **done)

    def marks_of(self, customer: str) -> Iterator[Effect]:
        """List the marks on a customer."""
        return iter([each for each in self.known.values() if each.customer == customer])


class World:
    """A customer, the ledger, and what workers share."""

    def __init__(self, metadata: dict[str, Any] | None = None, **more: Any) -> None:
        shown = {"id": REFEREE, "metadata": metadata}
        self.api = FakeApi(customers={REFEREE: shown}, **more)
        self.ledger, self.learned = Ledger(), InMemory()

    def mark(
        self,
        event: HolderAssignmentDeleted | None = None,
        *,
        wait: bool = True,
        **overrides: Any,
    ) -> str:
        """Mark the customer by a worker that knows only what is shared."""
        marking = Marking(self.api, cast("Effects", self.ledger), self.learned)
        return marking.mark(event or referee_left(), STEP, self.job(**overrides), wait=wait)

    def job(self, **overrides: Any) -> ClaimedJob:
        """Build the job."""
        return replace(job(), **overrides)

    @property
    def metadata(self) -> Any:
        """What the customer has."""
        return self.api.customers[REFEREE]["metadata"]

    @property
    def sent(self) -> list[str]:
        """What was sent to change something."""
        return self.api.changing()
