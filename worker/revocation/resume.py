"""A plan as JSON, so that a job that must wait resumes with it instead of looking everything up."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from worker.revocation.statement import Card, Change
from worker.revocation.steps import (
    DisableVoucher,
    MarkCustomer,
    Plan,
    RollBack,
    Step,
    TakeBalance,
)


#: How long a plan is good for: the world changes. What was begun by then goes on as it was begun.
PLAN_SECONDS: Final = 600

#: The same when nothing is left to do but the mark.
MARK_SECONDS: Final = 6 * 3600

_KINDS: Final[dict[str, type[Step]]] = {
    each.__name__: each for each in (TakeBalance, DisableVoucher, RollBack, MarkCustomer)
}


def as_json(plan: Plan) -> dict[str, Any]:
    """Write a plan; ids and amounts, nothing personal."""
    return {
        "steps": [{"step": type(step).__name__, **_fields(step)} for step in plan.steps],
        "reason": plan.reason,
        "unresolved": list(plan.unresolved),
        "remarks": list(plan.remarks),
    }


def from_json(written: dict[str, Any]) -> Plan:
    """Read a plan that `as_json` wrote."""
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
    if kind is TakeBalance:
        fields["card"] = Card(**fields["card"])
        fields["found"] = fields["found"] and Change(**fields["found"])
        fields["read_at"] = fields["read_at"] and datetime.fromisoformat(fields["read_at"])
    return kind(**fields)
