"""
Steps of a shop's own handlers: each is done once, however often the event or the job comes.

A step whose outcome an earlier run left unknown is in doubt (`worker.effects.attempt`): the
handler's check is asked, it is repeated if that is harmless, or a person decides.
"""

from collections.abc import Callable
from typing import Final, Protocol

import structlog

from inbox.model.effect import Effect, EffectState
from worker.effects import attempt
from worker.effects.attempt import Attempt
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

#: Longest note of a step.
LONGEST_NOTE: Final = 300

#: Errors by which a step says for certain that nothing was done.
_NOT_DONE: Final = (NotDoneError, PermanentError, PostponedError)


class Ledger(attempt.Ledger, Protocol):
    """What steps need of the ledger; `inbox.ledger.Effects` is one."""

    def plan(self, effect: str, *, holder: str, customer: str, **fields: str | int) -> Effect:
        """Record an effect that is to be made, or return the one that is there."""


class Steps:
    """
    The steps of one run of a handler.

    Args:
        ledger: where they are recorded.
        origin: the handler and the event that they are taken for.
        dry_run: whether they are only reported.
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
        """Return the key of a step."""
        return key_of(name_of_step(self._origin, step, about))

    def once(
        self, step: str, about: str | None, act: Act, *, check: Check | None, repeatable: bool
    ) -> str:
        """Do a step unless it was done; see `Job.once`."""
        name = name_of_step(self._origin, step, about)
        if self.dry_run:
            self.would.append(f"{step} {about}")
            log.info("step.dry_run", step=step, about=about)
            return f"would {step} {about}"
        made = self._planned(name, step, str(about))
        left = made.seconds_left
        way = what_next(
            made.effect.state, left_seconds=left, can_ask=check is not None, repeatable=repeatable
        )
        if way is Next.DONE:
            return made.effect.fields.get("outcome", step)
        if way is Next.ASK and check is not None:
            if found := check(key_of(name)):
                return _confirm(made, found)
            if left > 0:
                # Only when no call can be under way any more is it believed that it was not done.
                raise _under_way(step, left)
        elif way is Next.WAIT:
            raise _under_way(step, left)
        elif way is Next.PERSON:
            raise NeedsPersonError(
                f"step {step} was begun and it is unknown whether it was done: find out, then "
                f"python -m worker resolve {name}"
            )
        return self._act(made, act)

    def _planned(self, name: str, step: str, about: str) -> Attempt:
        origin, ledger = self._origin, self._ledger
        if ledger is None:
            raise RuntimeError("there is no ledger here")
        effect = ledger.plan(
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
        return Attempt(ledger, effect)

    def _act(self, made: Attempt, act: Act) -> str:
        self._begin()
        made.send()
        try:
            note = act(key_of(made.effect.id))
        except NeedsPersonError:
            made.move(EffectState.UNKNOWN)
            raise
        except _NOT_DONE:
            made.refuse()
            raise
        except Exception:
            made.move(EffectState.UNKNOWN)
            raise
        return _confirm(made, note)


def _confirm(made: Attempt, note: object) -> str:
    # A note that is not a text may hold anything.
    words = note[:LONGEST_NOTE] if isinstance(note, str) and note else "done"
    made.move(EffectState.CONFIRMED, outcome=words)
    return words


def _under_way(step: str, seconds: float) -> PostponedError:
    return PostponedError(
        "step_in_doubt",
        f"step {step} was begun by an earlier run, which may still be under way",
        seconds=seconds,
    )
