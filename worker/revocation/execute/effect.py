"""The effect of a step in the ledger: its name, and what is recorded of it."""

from inbox.ledger import Effects
from schemas import HolderAssignmentDeleted
from worker.effects.attempt import Attempt
from worker.job import Job
from worker.revocation.steps import REWARD, Step, TakeBalance


def effect_id(event: HolderAssignmentDeleted, step: Step) -> str:
    """
    Return the name of what may happen once: this step for this assignment.

    What a referrer earned is taken back once, whether the referee left, the referrer or both.
    """
    if isinstance(step, TakeBalance) and step.once != REWARD:
        return f"earned:{step.once}"
    return f"{event.holder.id}:{step.once}"


def recorded(
    event: HolderAssignmentDeleted, step: Step, job: Job, *, kind: str
) -> dict[str, str | int]:
    """Return the fields that the effects of all steps have."""
    return {
        "perk": step.perk,
        "reason": step.reason,
        "event": event.event.id,
        "job": job.id,
        "kind": kind,
    }


def planned(
    effects: Effects,
    event: HolderAssignmentDeleted,
    step: Step,
    job: Job,
    *,
    kind: str,
    thing: str,
) -> Attempt:
    """Record the effect of a repeatable step, and return an attempt at it."""
    effect = effects.plan(
        effect_id(event, step),
        holder=event.holder.id,
        customer=event.holder.customer_id,
        **recorded(event, step, job, kind=kind),
        thing=thing,
    )
    return Attempt(effects, effect)
