from inbox.ledger import Effects
from inbox.model.effect import EffectState
from worker.effects.attempt import Attempt
from worker.effects.names import PREFIX
from worker.errors import PermanentError, PostponedError


def resolve_step(ledger: Effects, effect: str, *, done: bool, why: str) -> str:
    """
    Record whether a step was done that began and did not report its end; return a sentence.

    Raises:
        PermanentError: it is no such step, or may still be under way.
    """
    found = ledger.get(effect)
    if found is None or not effect.startswith(PREFIX):
        raise PermanentError("no_step", "the ledger knows no such step of an own handler")
    if found.state not in {EffectState.SENT, EffectState.UNKNOWN}:
        raise PermanentError("not_in_doubt", f"this step is {found.state}: nothing to resolve")
    attempt = Attempt(ledger, found)
    left = attempt.seconds_left
    if found.state is EffectState.SENT and left > 0:
        raise PermanentError("under_way", f"it may be under way: ask again in {left:.0f} s")
    try:
        if done:
            attempt.move(EffectState.CONFIRMED, outcome="done", resolved=why)
        else:
            attempt.move(EffectState.REFUSED, resolved=why)
    except PostponedError as error:
        raise PermanentError("moved_on", "a run has changed this step meanwhile") from error
    return "recorded as done" if done else "recorded as not done: retry the job to do it"
