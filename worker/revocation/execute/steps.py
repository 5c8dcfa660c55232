"""Carries a plan out, step by step, each step once however often this is called."""

from collections.abc import Callable
from datetime import datetime

from inbox.ledger import Effects
from inbox.model.effect import EffectState, Perk
from schemas import HolderAssignmentDeleted
from worker.effects.attempt import Attempt
from worker.errors import NeedsPersonError, PermanentError
from worker.job import Job
from worker.revocation.cards import BALANCES
from worker.revocation.client import RevocationClient
from worker.revocation.execute.effect import effect_id, planned
from worker.revocation.execute.mark import Marking
from worker.revocation.execute.take import take
from worker.revocation.read.voucher import code_of
from worker.revocation.steps import (
    DisableVoucher,
    MarkCustomer,
    Plan,
    RollBack,
    Step,
    TakeBalance,
)


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
            When the last one was done by any run, by the store's clock; None if none was.
        """
        done: list[datetime] = []
        for step in plan.steps:
            if isinstance(step, RollBack):
                try:
                    self._roll_back(step)
                except NeedsPersonError as error:
                    self._refused[step] = error
                    continue
                effect = self._effects.get(effect_id(self._event, step))
                if effect and (at := effect.at(EffectState.CONFIRMED)):
                    done.append(at)
        return max(done, default=None)

    def carry_out(self, plan: Plan) -> str:
        """
        Do the plan's steps, and return what was done in a few words.

        Raises:
            NeedsPersonError: after all steps, what the plan leaves to a person.
            PostponedError, RetryableError, PermanentError: of the first step that was not done;
                the steps before it are done, and are not done again.
        """
        unresolved, refused = list(plan.unresolved), False
        for step in plan.steps:
            if refused and not isinstance(step, MarkCustomer):
                # A rollback by hand may make Voucherify take back the same.
                continue
            try:
                outcome = self._do(step, wait=not unresolved)
            except NeedsPersonError as error:
                # A step that a person must decide about does not block the others.
                unresolved.append(str(error))
                refused = refused or isinstance(step, RollBack)
                continue
            self.done.append(outcome)
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
                return take(step, self._event, self._client, self._effects, self._job)
            case DisableVoucher():
                return self._disable(step)
            case RollBack():
                return self._roll_back(step)
            case MarkCustomer():
                return self._marking.mark(self._event, step, self._job, wait=wait)

    def _disable(self, step: DisableVoucher) -> str:
        attempt = self._planned(step, "disable", step.voucher)

        def act() -> dict[str, str | int]:
            outcome, changed = self._disabled(step, attempt)
            return {"outcome": outcome, "changed": int(changed)}

        return attempt.repeat(act)

    def _disabled(self, step: DisableVoucher, attempt: Attempt) -> tuple[str, bool]:
        """Switch a voucher off; return the outcome, and whether we changed it."""
        # Read just before: another customer may own the code by now.
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
            # Undoing it must know later whether it was on before.
            attempt.record(EffectState.SENT)
            if self._client.disable(step.voucher, self._job).is_gone:
                return f"voucher {step.voucher} is gone", False
        ours = code.active or attempt.effect.state is not EffectState.PLANNED
        return f"switched off voucher {step.voucher}", ours

    def _roll_back(self, step: RollBack) -> str:
        if step in self._refused:
            raise self._refused[step]

        def act() -> dict[str, str | int]:
            try:
                answer = self._client.roll_back(step.redemption, step.reason, self._job)
            except PermanentError as error:
                raise _refused(step, self._event, error) from error
            finally:
                # Before the ledger says so: a run that is cut off here rolls back again.
                self._rolled_back()
            if answer.is_gone:
                return {"outcome": f"redemption {step.redemption} is gone", "changed": 0}
            return {"outcome": f"rolled back redemption {step.redemption}", "changed": 1}

        return self._planned(step, "roll back", step.redemption).repeat(act)

    def _planned(self, step: Step, kind: str, thing: str) -> Attempt:
        return planned(self._effects, self._event, step, self._job, kind=kind, thing=thing)


def _refused(
    step: RollBack, event: HolderAssignmentDeleted, error: PermanentError
) -> NeedsPersonError:
    return NeedsPersonError(
        f"redemption {step.redemption} cannot be rolled back: {error} (holder {event.holder.id}, "
        f"customer {event.holder.customer_id}). If it is part of a stack of redemptions, roll back "
        "their parent in Voucherify"
    )
