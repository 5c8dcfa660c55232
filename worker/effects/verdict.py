"""What becomes of a step of an own handler, by what the ledger has of it."""

from enum import Enum, auto

from inbox.model.effect import EffectState


class Next(Enum):
    """What to do about a step, by what the ledger has of it."""

    TELL = auto()
    ACT = auto()
    ASK = auto()
    WAIT = auto()
    PERSON = auto()


def what_next(state: EffectState, *, left_seconds: float, can_ask: bool, repeatable: bool) -> Next:
    """
    Decide what to do about a step.

    Args:
        state: where it stands.
        left_seconds: how long an earlier run of it may still be under way.
        can_ask: whether the handler can find out if it was taken.
        repeatable: whether taking it twice is harmless.
    """
    if state is EffectState.CONFIRMED:
        return Next.TELL
    if state in {EffectState.PLANNED, EffectState.REFUSED}:
        return Next.ACT
    if can_ask:
        return Next.ASK
    if repeatable:
        return Next.ACT
    return Next.WAIT if state is EffectState.SENT and left_seconds > 0 else Next.PERSON
