"""
Marking a customer: the last and least step of a revocation, which never delays or fails one.

Voucherify's documents leave open whether "Update customer" merges single keys of `metadata`
("any parameters not provided in the payload will be left unchanged") or replaces it whole. So it
is found out once, from an answer: our key is sent alone for a customer who has others. If these
are gone, they are put back before anything else is marked, and everything is sent from then on.
"""

from dataclasses import replace
from typing import Final

import structlog

from inbox.effects import Effect, Effects, EffectState
from schemas import HolderAssignmentDeleted
from worker.errors import JobError, PermanentError, PostponedError, RetryableError
from worker.revocation.client import RevocationClient
from worker.revocation.shared import Learned, Turns
from worker.revocation.steps import MarkCustomer
from worker.revocation.values import Json, object_of
from worker.services import Job


log = structlog.get_logger()

#: What is shown of a customer's removal in their metadata.
MARK: Final = "referral_removed_at"

#: How often a mark is tried; after that the revocation is done without it.
MOST_TRIES: Final = 4

#: The same where the customer's other metadata may be gone by our finding out.
MOST_TRIES_AT_RISK: Final = 12

#: How long a revocation waits for calls that no money needs, before it is done without a mark.
LONGEST_WAIT_SECONDS: Final = 86_400.0

#: How long it is known how metadata is updated.
_KNOWN_SECONDS: Final = 30 * 86_400
_MERGES: Final = "metadata_merges"

_OPEN: Final = tuple(state for state in EffectState if state is not EffectState.CONFIRMED)


class Marking:
    """
    Marks customers.

    Args:
        client: Voucherify's API.
        effects: the ledger.
        learned: what workers share: whether metadata is merged.
    """

    def __init__(self, client: RevocationClient, effects: Effects, learned: Learned) -> None:
        self._client = client
        self._effects = effects
        self._learned = learned
        self._turns = Turns()
        self._merges = False
        #: Metadata that our finding out may have removed, by customer. It is kept in memory alone,
        #: for it may be personal.
        self._at_risk: dict[str, Json] = {}

    def mark(
        self, event: HolderAssignmentDeleted, step: MarkCustomer, job: Job, *, wait: bool
    ) -> str:
        """
        Mark the customer, unless a later removal did, and say what came of it.

        Args:
            event: the removal.
            step: whom to mark.
            job: the job that does it.
            wait: whether the job may wait for calls that no money needs; else it goes unmarked.

        Raises:
            PostponedError, RetryableError: to be tried again; everything else is done.
        """
        removed_at = event.event.created_at.isoformat(timespec="milliseconds")
        for effect in self._effects.marks_of(step.customer):
            if effect.state is not EffectState.CONFIRMED:
                continue
            if effect.holder == event.holder.id:
                return effect.fields.get("outcome", "marked the customer")
            if effect.fields.get("removed_at", "") > removed_at:
                return "not marked: a later removal is"
        try:
            outcome = self._set(step.customer, removed_at, job)
        except JobError as error:
            effect = self._noted(event, step, job)
            if wait and not self._is_enough(error, effect, job):
                raise
            return self._without(effect, error)
        effect = self._noted(event, step, job)
        self._effects.move(
            effect, EffectState.CONFIRMED, since=_OPEN, outcome=outcome, removed_at=removed_at
        )
        return outcome

    def _set(self, customer: str, removed_at: str, job: Job) -> str:
        """Set the mark, by calls that no money needs."""
        spare, mark = replace(job, count_call=job.spare_call), {MARK: removed_at}
        if self._merged():
            shown = self._client.set_metadata(customer, mark, spare)
            return "marked the customer" if shown else "the customer is gone"
        # One at a time, until it is known whether metadata is merged.
        with self._turns.of(_MERGES):
            if self._merged():
                return self._set(customer, removed_at, job)
            for other in list(self._at_risk):
                self._find_lost(other, spare)
            read = self._client.customer(customer, spare)
            if read is None:
                return "the customer is gone"
            before = object_of(read.get("metadata"))
            if str(before.get(MARK, "")) > removed_at:
                return "not marked: a later removal is"
            if before.keys() - {MARK} and self._learned.get(_MERGES) is None:
                self._find_out(customer, before, mark, spare)
            else:
                self._client.set_metadata(customer, {**before, **mark}, spare)
        return "marked the customer"

    def _find_out(self, customer: str, before: Json, mark: Json, job: Job) -> None:
        """Send our key alone, and see in the answer whether the others are still there."""
        self._at_risk[customer] = before
        shown = self._client.set_metadata(customer, mark, job) or {}
        now = object_of(shown.get("metadata"))
        merges = before.keys() <= now.keys() | {MARK}
        self._learned.put(_MERGES, merges, seconds=_KNOWN_SECONDS)
        if merges:
            self._at_risk.clear()
        else:
            self._put_back(customer, now, job)

    def _find_lost(self, customer: str, job: Job) -> None:
        """Put back what an earlier finding out removed, if it did: its answer did not come."""
        read = self._client.customer(customer, job)
        now = object_of((read or {}).get("metadata"))
        if read is None or self._at_risk[customer].keys() <= now.keys() | {MARK}:
            del self._at_risk[customer]
            return
        self._learned.put(_MERGES, value=False, seconds=_KNOWN_SECONDS)
        self._put_back(customer, now, job)

    def _put_back(self, customer: str, now: Json, job: Job) -> None:
        before = self._at_risk[customer]
        try:
            self._client.set_metadata(customer, {**before, **now}, job)
        except PermanentError as error:
            del self._at_risk[customer]
            raise PermanentError(
                "metadata_not_put_back",
                f"Voucherify replaced metadata of customer {customer}, and refuses to put back "
                f"{len(before)} properties: {error}",
            ) from error
        del self._at_risk[customer]

    def _merged(self) -> bool:
        self._merges = self._merges or self._learned.get(_MERGES) is True
        return self._merges

    def _noted(self, event: HolderAssignmentDeleted, step: MarkCustomer, job: Job) -> Effect:
        return self._effects.plan(
            f"{event.holder.id}:{step.once}",
            holder=event.holder.id,
            customer=event.holder.customer_id,
            perk=step.perk,
            reason=step.reason,
            event=event.event.id,
            job=job.id,
            kind="mark",
            thing=step.customer,
        )

    def _is_enough(self, error: JobError, effect: Effect, job: Job) -> bool:
        """Say whether a mark was tried or waited for long enough."""
        if isinstance(error, PostponedError):
            return effect.seconds_since(EffectState.PLANNED) > LONGEST_WAIT_SECONDS
        most = MOST_TRIES_AT_RISK if effect.customer in self._at_risk else MOST_TRIES
        return not isinstance(error, RetryableError) or job.tries >= most

    def _without(self, effect: Effect, error: JobError) -> str:
        """Do without the mark: it is reported and counted, and fails no revocation."""
        outcome = f"not marked: {error}"
        if isinstance(error, PermanentError):
            outcome += " (docs/revocation.md, The mark)"
        log.warning("customer.not_marked", reason=error.reason, error=str(error))
        self._effects.move(effect, EffectState.REFUSED, since=_OPEN, outcome=outcome)
        return outcome
