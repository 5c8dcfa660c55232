"""A plan in sentences for operators: ids, amounts and counts, nothing personal."""

from collections.abc import Callable

from inbox.model.effect import Effect, EffectState
from inbox.plans import PlanPreview
from schemas import HolderAssignmentDeleted
from worker.revocation.cards import UNITS
from worker.revocation.execute.effect import effect_id
from worker.revocation.find.needs import Needs
from worker.revocation.findings import Findings
from worker.revocation.steps import DisableVoucher, MarkCustomer, Plan, RollBack, Step, TakeBalance


def draft(
    plan: Plan,
    event: HolderAssignmentDeleted,
    wanted: Needs,
    found: Findings,
    recorded: Callable[[str], Effect | None],
) -> PlanPreview:
    """
    Return a plan in sentences, and what of it is in the ledger already.

    Args:
        plan: what was decided.
        event: what happened.
        wanted: what was read.
        found: what was found.
        recorded: reads an effect of the ledger.
    """
    return PlanPreview(
        steps=tuple(_step(step, recorded(effect_id(event, step))) for step in plan.steps),
        reason=plan.reason if plan.steps else f"nothing to take back: {plan.reason}",
        read=what_was_read(wanted, found),
        unresolved=plan.unresolved,
    )


def what_was_read(wanted: Needs, found: Findings) -> tuple[str, ...]:
    """Return what a plan rests on, in sentences."""
    facts = [f"the assignment on the code: {found.presence.value}"]
    if wanted.additions_to:
        facts.append(f"cards of the customer: {len(found.statements)}")
        if found.promise:
            facts.append(f"the campaign promises {found.promise.words}")
    if wanted.rewards_of:
        facts.append(f"rewards of the referrer in this campaign: {len(found.referrer_rewards)}")
    if found.conversions is not None:
        facts.append(f"conversions of the customer: {len(found.conversions)}")
    if wanted.code and found.code:
        facts.append(
            f"the code is {'on' if found.code.active else 'off'}, "
            f"customers who own it: {len(found.code.owners)}"
        )
    return tuple(facts)


def _step(step: Step, effect: Effect | None) -> str:
    if effect is None:
        return f"{_would(step, None)} ({step.reason})"
    if effect.state is EffectState.CONFIRMED:
        return f"done already: {_would(step, effect)} ({step.reason})"
    return f"{_would(step, effect)} ({step.reason}; begun before: {effect.state.value})"


def _would(step: Step, effect: Effect | None) -> str:
    match step:
        case TakeBalance():
            card, kind, amount = step.card.id, step.card.type, step.due
            if effect is not None:
                # It resumes as it was begun, not as it is decided now.
                card, kind = effect.fields["card"], effect.fields["card_type"]
                amount = effect.number("due")
            unit = UNITS.get(kind, "")
            rest = f" of {step.granted} ({step.rest})" if step.rest else ""
            return f"take back {amount}{rest} {unit} from card {card}, at most what is left on it"
        case DisableVoucher():
            only = " unless another customer owns it by then" if step.only_if_owned_by else ""
            return f"switch off voucher {step.voucher}{only}"
        case RollBack():
            return f"roll back redemption {step.redemption}"
        case MarkCustomer():
            return f"mark customer {step.customer}"
