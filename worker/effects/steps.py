"""
Steps of a shop's own handlers, each taken once however often the event or the job comes.

    planned ─▶ sent ─▶ confirmed
      ▲          │ the worker died, or the step ended with an error that does not tell
      └─ refused └▶ in doubt: ask the handler's check, do it again if that is harmless,
                    or leave it to a person

The ledger has a note of each step before it begins (`inbox.ledger`), durable where
ACCEPT_DURABILITY asks for it.
"""

from collections.abc import Callable
from typing import Final, Protocol

import structlog

from inbox.errors import InboxUnavailableError
from inbox.model.effect import Effect, EffectState
from worker.effects.names import KIND, Origin, key_of, name_of_step
from worker.effects.verdict import Next, what_next
from worker.errors import (
    NeedsPersonError,
    NotDoneError,
    PermanentError,
    PostponedError,
)
from worker.job import Act, Check


log = structlog.get_logger()

#: Wait for another run of the same step, and for a store that does not make notes durable.
BUSY_SECONDS: Final = 30.0

#: Longest note of a step.
LONGEST_NOTE: Final = 300

#: Errors by which a step says for certain that nothing was done.
_NOT_DONE: Final = (NotDoneError, PermanentError, PostponedError)


class Ledger(Protocol):
    """What steps need of the ledger; `inbox.ledger.Effects` has it."""

    @property
    def in_flight_seconds(self) -> float:
        """How long a call whose answer never came may still be under way."""

    def plan(self, effect: str, *, holder: str, customer: str, **fields: str | int) -> Effect:
        """Note an effect that is to be made, or give what stands there."""

    def move(
        self,
        effect: Effect,
        to: EffectState,
        *,
        since: tuple[EffectState, ...],
        **fields: str | int,
    ) -> Effect | None:
        """Go on to the next state; None if the effect is in none of those."""

    def secure(self, effect: Effect) -> None:
        """Wait until the store cannot forget what it was told."""


class Steps:
    """
    The steps of one run of a handler.

    Args:
        ledger: where they are noted.
        origin: what they are taken for.
        dry_run: whether none is taken, but told.
        begin: called before a step begins; raises if none may begin any more.
    """

    def __init__(
        self,
        ledger: Ledger | None,
        origin: Origin,
        *,
        dry_run: bool = False,
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._origin = origin
        self._begin = begin
        self.dry_run = dry_run
        #: What a dry run would have done.
        self.would: list[str] = []

    def key(self, step: str, about: str | None) -> str:
        """Give the key of a step."""
        return key_of(name_of_step(self._origin, step, about))

    def once(
        self, step: str, about: str | None, act: Act, *, check: Check | None, repeatable: bool
    ) -> str:
        """Take a step unless it was taken; see `Job.once`."""
        name = name_of_step(self._origin, step, about)
        if self.dry_run:
            self.would.append(f"{step} {about}")
            log.info("step.dry_run", step=step, about=about)
            return f"would {step} {about}"
        effect = self._noted(name, step, str(about))
        left = self._book.in_flight_seconds - effect.seconds_since(EffectState.SENT)
        way = what_next(
            effect.state, left_seconds=left, can_ask=check is not None, repeatable=repeatable
        )
        if way is Next.TELL:
            return effect.fields.get("outcome", step)
        if way is Next.ASK and check is not None:
            if found := check(key_of(name)):
                return self._confirm(effect, found)
            if left > 0:
                # Only when no call can be under way any more is it believed that it was not done.
                raise _under_way(step, left)
        elif way is Next.WAIT:
            raise _under_way(step, left)
        elif way is Next.PERSON:
            raise NeedsPersonError(
                f"step {step} was begun and nobody knows whether it was done: find out, then "
                f"python -m worker resolve {name}"
            )
        return self._act(effect, act)

    @property
    def _book(self) -> Ledger:
        if self._ledger is None:
            raise RuntimeError("there is no ledger here")
        return self._ledger

    def _noted(self, name: str, step: str, about: str) -> Effect:
        origin = self._origin
        return self._book.plan(
            name,
            holder=about,
            customer=origin.customer,
            perk=KIND,
            kind=step,
            thing=about,
            event=origin.event,
            job=origin.job,
            reason=f"handler {origin.handler}",
        )

    def _act(self, effect: Effect, act: Act) -> str:
        self._begin()
        sends = effect.number("sends") + 1
        sent = self._move(effect, EffectState.SENT)
        if sent.number("sends") != sends:
            # Two runs saw it in doubt at the same time; the other one takes it.
            raise _moved_on()
        self._secure(sent)
        try:
            note = act(key_of(effect.id))
        except _NOT_DONE as error:
            if isinstance(error, NeedsPersonError):
                self._move(sent, EffectState.UNKNOWN)
            else:
                self._refused(sent)
            raise
        except Exception:
            self._move(sent, EffectState.UNKNOWN)
            raise
        return self._confirm(sent, note)

    def _secure(self, sent: Effect) -> None:
        try:
            self._book.secure(sent)
        except InboxUnavailableError as error:
            self._refused(sent)
            raise PostponedError(
                "ledger_not_durable",
                f"the step was not begun, because the note of it is not safe: {error.sentence}",
                seconds=BUSY_SECONDS,
            ) from error

    def _refused(self, sent: Effect) -> None:
        # What was refused was not made, so it does not count as sent.
        self._move(sent, EffectState.REFUSED, sends=sent.number("sends") - 1)

    def _confirm(self, effect: Effect, note: object) -> str:
        # Whatever else a handler gives may hold anything.
        words = note[:LONGEST_NOTE] if isinstance(note, str) and note else "done"
        self._move(effect, EffectState.CONFIRMED, outcome=words)
        return words

    def _move(self, effect: Effect, to: EffectState, **fields: str | int) -> Effect:
        """Go on from the state that this run has seen, and from no other."""
        moved = self._book.move(effect, to, since=(effect.state,), **fields)
        if moved is None:
            raise _moved_on()
        return moved


def _moved_on() -> PostponedError:
    return PostponedError("step_moved", "another run goes on with this step", seconds=BUSY_SECONDS)


def _under_way(step: str, seconds: float) -> PostponedError:
    return PostponedError(
        "step_in_doubt",
        f"step {step} was begun by an earlier run, which may still be under way",
        seconds=seconds,
    )
