"""What to do about a step of an own handler, by its record in the ledger."""

from enum import Enum, auto

from inbox.model.effect import EffectState


class Next(Enum):
    """What to do about a step."""

    DONE = auto()
    ACT = auto()
    ASK = auto()
    WAIT = auto()
    PERSON = auto()


def what_next(state: EffectState, *, left_seconds: float, can_ask: bool, repeatable: bool) -> Next:
    """
    Return what to do about a step.

    Args:
        state: its state in the ledger.
        left_seconds: how long an earlier run of it may still be under way.
        can_ask: whether the handler can check if it was taken.
        repeatable: whether taking it twice is harmless.
    """
    if state is EffectState.CONFIRMED:
        return Next.DONE
    if state in {EffectState.PLANNED, EffectState.REFUSED}:
        return Next.ACT
    if can_ask:
        return Next.ASK
    if repeatable:
        return Next.ACT
    return Next.WAIT if state is EffectState.SENT and left_seconds > 0 else Next.PERSON
