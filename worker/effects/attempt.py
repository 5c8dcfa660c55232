"""
One run's attempt at an effect that must happen exactly once, however many runs meet on it.

    planned ─▶ sent ─▶ confirmed
      ▲          ├─▶ answered    the answer does not say enough
      └─ refused └─▶ unknown     no answer that can be read

The ledger records each state before the run continues (`inbox.ledger`). A run claims an effect by
moving it to `sent`, and makes that durable where ACCEPT_DURABILITY asks for it, before it calls
a downstream. It moves an effect only from the state that it has seen itself: of two runs that see
the same one, one continues and the other waits.

An effect that is harmless when repeated (a voucher switched off, a mark) needs no claim: each run
may do it until one confirms it.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from inbox.errors import InboxUnavailableError
from inbox.model.effect import Effect, EffectState
from worker.errors import PostponedError


#: Wait for another run of the same effect, and for a store that does not make records durable.
BUSY_SECONDS: Final = 30.0

_NOT_UNDER_WAY: Final = (EffectState.PLANNED, EffectState.REFUSED)
_OPEN: Final = tuple(state for state in EffectState if state is not EffectState.CONFIRMED)


class Ledger(Protocol):
    """What attempts need of the ledger; `inbox.ledger.Effects` is one."""

    @property
    def in_flight_seconds(self) -> float:
        """How long a call without an answer may still be under way."""

    def move(
        self,
        effect: Effect,
        to: EffectState,
        *,
        since: tuple[EffectState, ...],
        **fields: str | int,
    ) -> Effect | None:
        """Move an effect to the next state; None if it is in none of the states `since`."""

    def secure(self, effect: Effect) -> None:
        """Wait until the store cannot forget the effect; raises InboxUnavailableError."""


class Attempt:
    """
    An effect in the hands of one run.

    Args:
        ledger: where it is recorded.
        effect: as the ledger has it now.
    """

    def __init__(self, ledger: Ledger, effect: Effect) -> None:
        self._ledger = ledger
        #: As this run saw it last.
        self.effect = effect

    @property
    def is_confirmed(self) -> bool:
        """Whether it was done, by this run or another."""
        return self.effect.state is EffectState.CONFIRMED

    @property
    def is_under_way(self) -> bool:
        """Whether a call for it was begun whose outcome is not confirmed."""
        return not self.is_confirmed and self.effect.state not in _NOT_UNDER_WAY

    @property
    def in_flight_seconds(self) -> float:
        """How long a call without an answer may be under way."""
        return self._ledger.in_flight_seconds

    @property
    def seconds_left(self) -> float:
        """How long a call of an earlier run may still be under way; not above 0 for none."""
        return self.in_flight_seconds - self.effect.seconds_since(EffectState.SENT)

    def send(self, **fields: str | int) -> None:
        """
        Claim the effect for one call that follows at once.

        Raises:
            PostponedError: another run has claimed it, or its record is not durable: send nothing.
        """
        sends = self.effect.number("sends") + 1
        self.move(EffectState.SENT, **fields)
        if self.effect.number("sends") != sends:
            # Two runs saw the same state in doubt; the other one was faster.
            raise _moved()
        try:
            self._ledger.secure(self.effect)
        except InboxUnavailableError as error:
            self.refuse()
            raise PostponedError(
                "ledger_not_durable",
                f"nothing was sent, because its record is not durable: {error.sentence}",
                seconds=BUSY_SECONDS,
            ) from error

    def refuse(self) -> None:
        """Record that the call was not applied for certain, so it does not count as sent."""
        self.move(EffectState.REFUSED, sends=self.effect.number("sends") - 1)

    def move(self, to: EffectState, **fields: str | int) -> None:
        """
        Record the next state.

        Raises:
            PostponedError: another run has moved the effect since this one saw it.
        """
        moved = self._written(to, (self.effect.state,), fields)
        if moved is None:
            raise _moved()
        self.effect = moved

    def record(self, to: EffectState, **fields: str | int) -> None:
        """Record a state of a repeatable effect, unless another run has confirmed it."""
        self.effect = self._written(to, _OPEN, fields) or self.effect

    def repeat(self, act: Callable[[], Mapping[str, str | int]]) -> str:
        """
        Do a repeatable effect unless it is confirmed, and return its outcome in words.

        Args:
            act: does it, and returns the fields to record, `outcome` among them.
        """
        fields = self.effect.fields if self.is_confirmed else act()
        if not self.is_confirmed:
            self.record(EffectState.CONFIRMED, **fields)
        return str(fields["outcome"])

    def _written(
        self, to: EffectState, since: tuple[EffectState, ...], fields: Mapping[str, str | int]
    ) -> Effect | None:
        return self._ledger.move(self.effect, to, since=since, **fields)


def _moved() -> PostponedError:
    return PostponedError("effect_moved", "another run continues with it", seconds=BUSY_SECONDS)
