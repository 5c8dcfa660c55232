"""
Marks a customer: the last and least step of a revocation, which never delays or fails one.

Voucherify's documents leave open whether "Update customer" merges single keys of `metadata`
("any parameters not provided in the payload will be left unchanged") or replaces it whole. So it
is found out once, from an answer: our key is sent alone for a customer who has others. If these
are gone, they are put back, and everything is sent from then on. The others are kept in the store
until it is certain that nothing is lost; erasing the customer deletes them.
"""

from typing import Final

import structlog

from inbox.ledger import Effects
from inbox.model.effect import Effect, EffectState
from schemas import HolderAssignmentDeleted
from worker.effects.attempt import Attempt
from worker.errors import JobError, PermanentError, PostponedError
from worker.job import Job
from worker.revocation.client import RevocationClient
from worker.revocation.execute.effect import effect_id, planned, recorded
from worker.revocation.find.shared import Learned, Turns
from worker.revocation.steps import MarkCustomer
from worker.voucherify.values import Json, object_of


log = structlog.get_logger()

#: The key of the mark in a customer's metadata; its value is the time of the removal.
MARK: Final = "referral_removed_at"

#: How long a mark is tried; after that the revocation is done without it.
LONGEST_TRIES_SECONDS: Final = 3_600.0

#: How long a revocation waits for calls that no money needs, before it is done without a mark.
LONGEST_WAIT_SECONDS: Final = 86_400.0

#: How long it is remembered how metadata is updated.
_KNOWN_SECONDS: Final = 30 * 86_400
_MERGES: Final = "metadata_merges"

#: How long what may be lost of a customer's metadata is kept; longer than a job is tried.
_LOST_SECONDS: Final = 2 * 86_400


class Marking:
    """
    Marks customers.

    Args:
        client: Voucherify's API.
        effects: the ledger.
        learned: shared by workers: whether metadata is merged.
    """

    def __init__(self, client: RevocationClient, effects: Effects, learned: Learned) -> None:
        self._client = client
        self._effects = effects
        self._learned = learned
        self._turns = Turns()
        self._merges = False

    def mark(
        self, event: HolderAssignmentDeleted, step: MarkCustomer, job: Job, *, wait: bool
    ) -> str:
        """
        Mark the customer unless a later removal did, and return the outcome.

        Args:
            event: the removal.
            step: names the customer.
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
            attempt = self._planned(event, step, job)
            if not self._may_do_without(error, attempt.effect, wait=wait):
                raise
            return _without(attempt, error)
        # In one step: a run that is cut off before it marks the customer again, which changes
        # nothing.
        self._effects.confirm(
            effect_id(event, step),
            {"outcome": outcome, "removed_at": removed_at},
            holder=event.holder.id,
            customer=event.holder.customer_id,
            **recorded(event, step, job, kind="mark"),
            thing=step.customer,
        )
        return outcome

    def _set(self, customer: str, removed_at: str, job: Job) -> str:
        """Set the mark, by calls that no money needs."""
        spare, mark = job.sparing(), {MARK: removed_at}
        if self._merged():
            shown = self._client.set_metadata(customer, mark, spare)
            return "marked the customer" if shown else "the customer is gone"
        # One at a time, until it is known whether metadata is merged.
        with self._turns.of(_MERGES):
            if lost := self._learned.get(_lost(customer)):
                shown = self._put_back(customer, lost, mark, job)
                return "marked the customer" if shown else "the customer is gone"
            if self._merged():
                return self._set(customer, removed_at, job)
            read = self._client.customer(customer, spare)
            if read is None:
                return "the customer is gone"
            before = object_of(read.get("metadata"))
            if str(before.get(MARK, "")) > removed_at:
                return "not marked: a later removal is"
            if before.keys() - {MARK} and self._learned.get(_MERGES) is None:
                shown = self._find_out(customer, before, mark, job)
            else:
                shown = self._client.set_metadata(customer, {**before, **mark}, spare)
        return "marked the customer" if shown else "the customer is gone"

    def _find_out(self, customer: str, before: Json, mark: Json, job: Job) -> Json | None:
        """Send our key alone, and read in the answer whether the others are still there."""
        # Kept until it is certain that nothing is lost, even if a run is cut off.
        self._learned.put(_lost(customer), before, seconds=_LOST_SECONDS)
        spare = job.sparing()
        shown = self._client.set_metadata(customer, mark, spare)
        if shown is None:
            self._learned.forget(_lost(customer))
            return None
        merges = before.keys() <= object_of(shown.get("metadata")).keys() | {MARK}
        self._learned.put(_MERGES, merges, seconds=_KNOWN_SECONDS)
        if not merges:
            return self._put_back(customer, before, mark, job)
        self._learned.forget(_lost(customer))
        return shown

    def _put_back(self, customer: str, before: Json, mark: Json, job: Job) -> Json | None:
        """Put back what our key alone removed, by a call that does not wait for spare ones."""
        try:
            shown = self._client.set_metadata(customer, {**before, **mark}, job)
        except PermanentError as error:
            raise PermanentError(
                error.reason,
                f"Voucherify refuses to put back {len(before)} properties of customer {customer} "
                f"that setting the mark may have removed: {error}",
            ) from error
        self._learned.forget(_lost(customer))
        return shown

    def _merged(self) -> bool:
        self._merges = self._merges or self._learned.get(_MERGES) is True
        return self._merges

    def _planned(self, event: HolderAssignmentDeleted, step: MarkCustomer, job: Job) -> Attempt:
        return planned(self._effects, event, step, job, kind="mark", thing=step.customer)

    def _may_do_without(self, error: JobError, effect: Effect, *, wait: bool) -> bool:
        """Return whether the mark cannot be set, or was tried or waited for long enough."""
        if isinstance(error, PermanentError):
            # Nothing was changed, and nothing can be put back either.
            self._learned.forget(_lost(effect.customer))
            return True
        if not self._merged() and self._learned.get(_lost(effect.customer)):
            return False  # what stood in the metadata is to be put back first
        most = LONGEST_TRIES_SECONDS
        if isinstance(error, PostponedError):
            most = LONGEST_WAIT_SECONDS
        return not wait or effect.seconds_since(EffectState.PLANNED) > most


def _without(attempt: Attempt, error: JobError) -> str:
    """Continue without the mark: it is reported and counted, and fails no revocation."""
    outcome = f"not marked: {error}"
    if isinstance(error, PermanentError):
        outcome += " (docs/revocation.md, The mark)"
    log.warning("customer.not_marked", reason=error.reason, error=str(error))
    attempt.record(EffectState.REFUSED, outcome=outcome)
    return outcome


def _lost(customer: str) -> str:
    return f"metadata:{customer}"
