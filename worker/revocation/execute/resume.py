"""
How a later run of a job resumes.

A job that must wait keeps its plan as JSON and resumes with it instead of reading everything
again. A job that was cut off decides again, and resumes what it had sent.
"""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from inbox.model.effect import Effect, EffectState, Perk
from worker.revocation.cards import Card, Change
from worker.revocation.steps import (
    DisableVoucher,
    MarkCustomer,
    Plan,
    RollBack,
    Step,
    TakeBalance,
)


#: How long a plan is valid, because what it rests on changes. What was begun resumes unchanged.
PLAN_SECONDS: Final = 600

#: The same when only the mark is left to do.
MARK_SECONDS: Final = 6 * 3600

_KINDS: Final[dict[str, type[Step]]] = {
    each.__name__: each for each in (TakeBalance, DisableVoucher, RollBack, MarkCustomer)
}


def with_begun(plan: Plan, effects: Iterable[Effect], planned: set[str]) -> Plan:
    """
    Return the plan with what an earlier run took, or may have taken, and this plan leaves out.

    The card's transactions may lag, and then show less now than they showed that run.

    Args:
        plan: what was decided now.
        effects: what the ledger has for the assignment.
        planned: ids of the effects of the plan's steps.
    """
    begun = [
        TakeBalance(
            perk=Perk(effect.fields["perk"]),
            card=Card(effect.fields["card"], effect.fields["card_type"], None),
            granted=effect.number("granted"),
            due=effect.number("due"),
            grant=effect.fields["grant"],
            name=effect.fields["name"],
            reason=effect.fields["reason"],
            rest=effect.fields.get("rest", ""),
        )
        for effect in effects
        if _is_begun(effect) and effect.id not in planned
    ]
    marks = [step for step in plan.steps if isinstance(step, MarkCustomer)]
    others = [step for step in plan.steps if not isinstance(step, MarkCustomer)]
    return replace(plan, steps=(*others, *begun, *marks))


def still_open(effects: Iterable[Effect]) -> str:
    """
    Return in words which take-backs of an earlier run may have been made; empty for none.

    Args:
        effects: what the ledger has for the assignment.
    """
    return "; ".join(
        f"an earlier run sent a take-back of {effect.number('amount')} from card "
        f"{effect.fields['card']} (reason {effect.fields['name']}) and saw no confirmation: "
        "check the card's transactions"
        for effect in effects
        if _is_begun(effect) and effect.state is not EffectState.CONFIRMED
    )


def _is_begun(effect: Effect) -> bool:
    never = (EffectState.PLANNED, EffectState.REFUSED)
    return effect.fields.get("kind") == "take" and effect.state not in never


def as_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON: ids and amounts, nothing personal."""
    return {
        "steps": [{"step": type(step).__name__, **_fields(step)} for step in plan.steps],
        "reason": plan.reason,
        "unresolved": list(plan.unresolved),
        "remarks": list(plan.remarks),
    }


def from_json(written: dict[str, Any]) -> Plan:
    """Return the plan that `as_json` wrote."""
    return Plan(
        steps=tuple(_step(dict(each)) for each in written["steps"]),
        reason=written["reason"],
        unresolved=tuple(written["unresolved"]),
        remarks=tuple(written["remarks"]),
    )


def _fields(step: Step) -> dict[str, Any]:
    fields = asdict(step)
    if isinstance(step, TakeBalance) and step.read_at:
        fields["read_at"] = step.read_at.isoformat()
    return fields


def _step(fields: dict[str, Any]) -> Step:
    kind = _KINDS[fields.pop("step")]
    if "perk" in fields:
        fields["perk"] = Perk(fields["perk"])
    if kind is TakeBalance:
        fields["card"] = Card(**fields["card"])
        fields["found"] = fields["found"] and Change(**fields["found"])
        fields["read_at"] = fields["read_at"] and datetime.fromisoformat(fields["read_at"])
    return kind(**fields)
