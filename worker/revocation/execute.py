"""Carrying a plan out, step by step, each step once however often this is called."""

from collections.abc import Callable
from typing import TypeVar

from inbox.effects import Effect, Effects, EffectState
from schemas import HolderAssignmentDeleted
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.balance import BalanceChange
from worker.revocation.client import Answer, Json, RevocationClient
from worker.revocation.findings import Card
from worker.revocation.reading import code_of
from worker.revocation.steps import (
    REWARD,
    DisableVoucher,
    MarkCustomer,
    Plan,
    RollBack,
    Step,
    TakeBalance,
)
from worker.services import Job


S = TypeVar("S", DisableVoucher, RollBack, MarkCustomer)

#: What is shown of a customer's removal in their metadata.
MARK = "referral_removed_at"

#: For so long what was given once is not taken back for another assignment.
GRANT_CLAIM_SECONDS = 190 * 86_400.0

_OPEN = tuple(state for state in EffectState if state is not EffectState.CONFIRMED)


def carry_out(
    plan: Plan,
    event: HolderAssignmentDeleted,
    client: RevocationClient,
    effects: Effects,
    job: Job,
) -> str:
    """
    Do what the plan says and tell it in a few words.

    Raises:
        NeedsPersonError: after all steps, what the plan leaves to a person.
        PostponedError, RetryableError, PermanentError: of the first step that was not done;
            the steps before it are done, and are not done again.
    """
    run = _Run(event, client, effects, job)
    told = [run.do(step) for step in plan.steps]
    if plan.unresolved:
        done = f"; done: {', '.join(told)}" if told else ""
        raise NeedsPersonError("; ".join(plan.unresolved) + done)
    return ", ".join(told) or f"nothing to take back: {plan.reason}"


def effect_id(event: HolderAssignmentDeleted, step: Step) -> str:
    """
    Name what may happen once: this step for this assignment.

    What a referrer earned is taken back once, whether the referee left, the referrer or both.
    """
    if isinstance(step, TakeBalance) and step.once != REWARD:
        return f"earned:{step.once}"
    return f"{event.holder.id}:{step.once}"


class _Run:
    def __init__(
        self, event: HolderAssignmentDeleted, client: RevocationClient, effects: Effects, job: Job
    ) -> None:
        self._event = event
        self._client = client
        self._effects = effects
        self._job = job

    def do(self, step: Step) -> str:
        match step:
            case TakeBalance():
                return self._take(step)
            case DisableVoucher():
                return self._once(step, step.voucher, "disable", self._disable)
            case RollBack():
                return self._once(step, step.redemption, "roll back", self._roll_back)
            case MarkCustomer():
                return self._once(step, step.customer, "mark", self._mark)

    def _take(self, step: TakeBalance) -> str:
        effect = self._plan(
            step,
            kind="take",
            card=step.card.id,
            card_type=step.card.type,
            granted=step.granted,
            grant=step.grant,
            name=step.name,
        )
        # An effect that an earlier run began goes on as it was begun, whatever is thought now.
        card = Card(effect.fields["card"], effect.fields["card_type"], None)
        grant = effect.fields["grant"]
        if not self._effects.lock_card(f"grant:{grant}", effect.id, GRANT_CLAIM_SECONDS):
            raise NeedsPersonError(
                f"transaction {grant} was taken back for another assignment already, or is about "
                f"to be (holder {self._event.holder.id}): what did this one give?"
            )
        change = BalanceChange(effect, card, self._client, self._effects, self._job)
        made = change.make(look_first=step.look_first)
        short = made.number("shortfall")
        spent = f" ({short} already spent)" if short > 0 else ""
        return f"took back {made.number('amount')} from card {card.id}{spent}"

    def _once(
        self, step: S, target: str, kind: str, act: Callable[[S, Effect], tuple[str, bool]]
    ) -> str:
        """Take a step that may be repeated without harm, until it is seen to be done."""
        effect = self._plan(step, kind=kind, thing=target)
        if effect.state is EffectState.CONFIRMED:
            return effect.fields.get("outcome", kind)
        outcome, changed = act(step, effect)
        self._effects.move(
            effect, EffectState.CONFIRMED, since=_OPEN, outcome=outcome, changed=int(changed)
        )
        return outcome

    def _disable(self, step: DisableVoucher, effect: Effect) -> tuple[str, bool]:
        # Read just before: the code may have been published to somebody else meanwhile.
        voucher = self._client.voucher(step.voucher, self._job)
        code = code_of(voucher) if voucher else None
        if code is None:
            return f"voucher {step.voucher} is gone", False
        if step.only_if_owned_by and code.owners - {step.only_if_owned_by}:
            return f"voucher {step.voucher} belongs to somebody else by now", False
        if code.active:
            # Whoever undoes this must know later whether it was on before.
            self._effects.move(effect, EffectState.SENT, since=_OPEN)
            self._must(self._client.disable(step.voucher, self._job))
        ours = code.active or effect.state is not EffectState.PLANNED
        return f"switched off voucher {step.voucher}", ours

    def _roll_back(self, step: RollBack, _: Effect) -> tuple[str, bool]:
        answer = self._client.roll_back(step.redemption, step.reason, self._job)
        self._must(answer)
        if answer is Answer.NOT_FOUND:
            return f"redemption {step.redemption} is gone", False
        return f"rolled back redemption {step.redemption}", True

    def _mark(self, step: MarkCustomer, _: Effect) -> tuple[str, bool]:
        customer = self._client.customer(step.customer, self._job)
        if customer is None:
            return "the customer is gone", False
        found = customer.get("metadata")
        metadata: Json = dict(found) if isinstance(found, dict) else {}
        removed_at = self._event.event.created_at.isoformat(timespec="milliseconds")
        # Removals come in any order; the mark tells of the last.
        if str(metadata.get(MARK, "")) < removed_at:
            changed = {**metadata, MARK: removed_at}
            self._must(self._client.set_metadata(step.customer, changed, self._job))
        return "marked the customer", True

    def _must(self, answer: Answer) -> None:
        """Take an answer of a call that may be repeated."""
        if answer is Answer.UNKNOWN:
            raise RetryableError(
                "voucherify_no_answer", "the answer to a call that may be repeated did not come"
            )

    def _plan(self, step: Step, **fields: str | int) -> Effect:
        event = self._event
        return self._effects.plan(
            effect_id(event, step),
            holder=event.holder.id,
            customer=event.holder.customer_id,
            perk=step.perk,
            reason=step.reason,
            event=event.event.id,
            job=self._job.id,
            **fields,
        )
