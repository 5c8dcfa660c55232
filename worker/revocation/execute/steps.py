"""Carrying a plan out, step by step, each step once however often this is called."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from inbox.ledger import Effects
from inbox.model.effect import Effect, EffectState, Perk, Turn
from schemas import HolderAssignmentDeleted
from worker.errors import NeedsPersonError, PermanentError, RetryableError
from worker.job import Job
from worker.revocation.cards import BALANCES
from worker.revocation.client import Answer, RevocationClient
from worker.revocation.execute.balance import CLOCKS, BalanceChange, Known
from worker.revocation.execute.mark import Marking
from worker.revocation.read.voucher import code_of
from worker.revocation.steps import (
    REWARD,
    DisableVoucher,
    MarkCustomer,
    Plan,
    RollBack,
    Step,
    TakeBalance,
)


S = TypeVar("S", DisableVoucher, RollBack)

_OPEN: Final = tuple(state for state in EffectState if state is not EffectState.CONFIRMED)


class Execution:
    """
    Carries out what was decided for one removal.

    Args:
        event: the removal.
        client: Voucherify's API.
        effects: the ledger.
        marking: marks customers.
        job: the job that does it.
        rolled_back: called when a redemption may have been rolled back, and rewards with it.
    """

    def __init__(
        self,
        event: HolderAssignmentDeleted,
        client: RevocationClient,
        effects: Effects,
        marking: Marking,
        job: Job,
        *,
        rolled_back: Callable[[], None] = lambda: None,
    ) -> None:
        self._rolled_back = rolled_back
        self._event = event
        self._client = client
        self._effects = effects
        self._marking = marking
        self._job = job
        #: What was done so far, in words.
        self.done: list[str] = []
        self._refused: dict[Step, NeedsPersonError] = {}

    def roll_back(self, plan: Plan) -> datetime | None:
        """
        Do the plan's rollbacks, before money is taken.

        Returns:
            When the last one was done, by the store's clock: now, or by an earlier run, or by one
            that runs beside this one; None if none was.
        """
        done: list[datetime] = []
        for step in plan.steps:
            if isinstance(step, RollBack):
                try:
                    self._once(step, step.redemption, "roll back", self._roll_back)
                except NeedsPersonError as error:
                    self._refused[step] = error
                    continue
                effect = self._effects.get(effect_id(self._event, step))
                if effect and (at := effect.at(EffectState.CONFIRMED)):
                    done.append(at)
        return max(done, default=None)

    def carry_out(self, plan: Plan) -> str:
        """
        Do what the plan says and say it in a few words.

        Raises:
            NeedsPersonError: after all steps, what the plan leaves to a person.
            PostponedError, RetryableError, PermanentError: of the first step that was not done;
                the steps before it are done, and are not done again.
        """
        unresolved, refused = list(plan.unresolved), False
        for step in plan.steps:
            if refused and not isinstance(step, MarkCustomer):
                # Whoever rolls it back by hand may have Voucherify take the same by it.
                continue
            try:
                said = self._do(step, wait=not unresolved)
            except NeedsPersonError as error:
                # One step that a person must decide about does not keep the others from being done.
                unresolved.append(str(error))
                refused = refused or isinstance(step, RollBack)
                continue
            self.done.append(said)
        self.done += plan.remarks
        if unresolved:
            done = f"; done: {', '.join(self.done)}" if self.done else ""
            raise NeedsPersonError("; ".join(unresolved) + done)
        if all(isinstance(step, MarkCustomer) for step in plan.steps):
            return ", ".join([f"nothing to take back: {plan.reason}", *self.done])
        return ", ".join(self.done)

    def _do(self, step: Step, *, wait: bool) -> str:
        match step:
            case TakeBalance():
                return self._take(step)
            case DisableVoucher():
                return self._once(step, step.voucher, "disable", self._disable)
            case RollBack():
                if step in self._refused:
                    raise self._refused[step]
                return self._once(step, step.redemption, "roll back", self._roll_back)
            case MarkCustomer():
                return self._marking.mark(self._event, step, self._job, wait=wait)

    def _take(self, step: TakeBalance) -> str:
        event = self._event
        # What a referrer's card shows was read for many removals, and a plan that an earlier run
        # made rests on what was read then: either may be older than a loss.
        old = step.read_at is None or self._job.again or step.once != REWARD
        begun = self._effects.begin(
            effect_id(event, step),
            holder=event.holder.id,
            customer=event.holder.customer_id,
            ask_intact=old,
            fields={
                "perk": step.perk,
                "reason": step.reason,
                "event": event.event.id,
                "job": self._job.id,
                "kind": "take",
                "card": step.card.id,
                "card_type": step.card.type,
                "granted": step.granted,
                "due": step.due,
                "grant": step.grant,
                "name": step.name,
                "rest": step.rest,
            },
        )
        fields = begun.effect.fields
        if begun.turn is Turn.CLAIMED:
            raise NeedsPersonError(
                f"transaction {fields['grant']} was taken back for another assignment already, or "
                f"is about to be (holder {event.holder.id}): what did this one give?"
            )
        # An effect that an earlier run began goes on as it was begun, whatever is thought now.
        same = fields["grant"] == step.grant
        known = Known(
            most=step.due if same else int(fields["due"]),
            balance=step.balance if same else None,
            read_at=step.read_at if same else None,
            made=step.found if same else None,
            # A ledger that lost its last second may not know that it was sent. Where the card's
            # transactions were read since then, they say so.
            look_first=old
            and (
                begun.intact_since is None
                or (step.read_at or event.event.created_at) < begun.intact_since + CLOCKS
            ),
        )
        made = BalanceChange(begun, self._client, self._effects, self._job).make(known)
        amount, short = made.number("amount"), made.number("shortfall")
        rest = step.rest if same and step.rest else f"{short} already spent"
        return f"took back {amount} from card {fields['card']}" + (
            f" ({rest})" if short > 0 else ""
        )

    def _once(
        self, step: S, target: str, kind: str, act: Callable[[S, Effect], tuple[str, bool]]
    ) -> str:
        """Take a step that may be repeated without harm, until it is seen to be done."""
        event = self._event
        effect = self._effects.plan(
            effect_id(event, step),
            holder=event.holder.id,
            customer=event.holder.customer_id,
            perk=step.perk,
            reason=step.reason,
            event=event.event.id,
            job=self._job.id,
            kind=kind,
            thing=target,
        )
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
        if voucher is None or code is None:
            return f"voucher {step.voucher} is gone", False
        if voucher.get("type") in BALANCES:
            raise NeedsPersonError(
                f"voucher {step.voucher} is a card with a balance, which is never switched off "
                f"({step.reason}, holder {self._event.holder.id})"
            )
        if step.only_if_owned_by and code.owners - {step.only_if_owned_by}:
            return f"voucher {step.voucher} belongs to another customer by now", False
        if code.used_up and step.perk is not Perk.REFERRAL_CODE:
            return f"voucher {step.voucher} was used already, nothing is left to switch off", False
        if code.active:
            # Whoever undoes this must know later whether it was on before.
            self._effects.move(effect, EffectState.SENT, since=_OPEN)
            if self._answer(self._client.disable(step.voucher, self._job)) is Answer.NOT_FOUND:
                return f"voucher {step.voucher} is gone", False
        ours = code.active or effect.state is not EffectState.PLANNED
        return f"switched off voucher {step.voucher}", ours

    def _roll_back(self, step: RollBack, _: Effect) -> tuple[str, bool]:
        try:
            answer = self._client.roll_back(step.redemption, step.reason, self._job)
        except PermanentError as error:
            raise _refused(step, self._event, error) from error
        finally:
            # Before the ledger says so: who is cut off here rolls back again.
            self._rolled_back()
        if self._answer(answer) is Answer.NOT_FOUND:
            return f"redemption {step.redemption} is gone", False
        return f"rolled back redemption {step.redemption}", True

    def _answer(self, answer: Answer) -> Answer:
        """Take an answer of a call that may be repeated."""
        if answer is Answer.UNKNOWN:
            raise RetryableError(
                "voucherify_no_answer",
                "it is not known whether a call was applied that may be repeated",
                outage=True,
            )
        return answer


def effect_id(event: HolderAssignmentDeleted, step: Step) -> str:
    """
    Name what may happen once: this step for this assignment.

    What a referrer earned is taken back once, whether the referee left, the referrer or both.
    """
    if isinstance(step, TakeBalance) and step.once != REWARD:
        return f"earned:{step.once}"
    return f"{event.holder.id}:{step.once}"


def _refused(
    step: RollBack, event: HolderAssignmentDeleted, error: PermanentError
) -> NeedsPersonError:
    return NeedsPersonError(
        f"redemption {step.redemption} cannot be rolled back: {error} (holder {event.holder.id}, "
        f"customer {event.holder.customer_id}). If it is part of a stack of redemptions, roll back "
        "their parent in Voucherify"
    )
