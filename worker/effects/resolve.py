from inbox.ledger import Effects
from inbox.model.effect import EffectState
from worker.effects.names import PREFIX
from worker.errors import PermanentError


def settle_step(ledger: Effects, effect: str, *, done: bool, why: str) -> str:
    """
    Tell the ledger whether a step was done that was begun and not seen to end.

    Raises:
        PermanentError: it is no such step, or may still be under way.
    """
    found = ledger.get(effect)
    if found is None or not effect.startswith(PREFIX):
        raise PermanentError("no_step", "the ledger knows no such step of an own handler")
    if found.state not in {EffectState.SENT, EffectState.UNKNOWN}:
        raise PermanentError("not_in_doubt", f"this step is {found.state}: nothing to settle")
    left = ledger.in_flight_seconds - found.seconds_since(EffectState.SENT)
    if found.state is EffectState.SENT and left > 0:
        raise PermanentError("under_way", f"it may be under way: ask again in {left:.0f} s")
    if done:
        moved = ledger.move(
            found, EffectState.CONFIRMED, since=(found.state,), outcome="done", settled=why
        )
    else:
        moved = ledger.move(found, EffectState.REFUSED, since=(found.state,), settled=why)
    if moved is None:
        raise PermanentError("moved_on", "a run has gone on with this step meanwhile")
    return "noted as done" if done else "noted as not done: retry the job, and it is done"
