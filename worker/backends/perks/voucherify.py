from dataclasses import replace
from datetime import datetime

from inbox.ledger import Effects
from inbox.plans import PlanPreview
from schemas import HolderAssignmentDeleted
from worker.errors import JobError, PermanentError
from worker.job import Job
from worker.revocation.client import RevocationClient
from worker.revocation.decide.plan import MOST_CHECKS, decide
from worker.revocation.execute import resume
from worker.revocation.execute.draft import draft
from worker.revocation.execute.effect import effect_id
from worker.revocation.execute.mark import Marking
from worker.revocation.execute.steps import Execution
from worker.revocation.find.finder import Finder
from worker.revocation.find.needs import needs
from worker.revocation.find.shared import Learned, SharedLists
from worker.revocation.findings import Findings, Presence
from worker.revocation.steps import MarkCustomer, Plan
from worker.settings.perks import PerksSettings
from worker.settings.policies import Policies
from worker.voucherify.http import VoucherifyHttp
from worker.voucherify.rest import VoucherifyApi
from worker.voucherify.values import moment


#: Errors after which a plan rests on outdated facts.
_OVERTAKEN = frozenset({"balance_changed"})

#: How long it is remembered how often an assignment was still listed; longer than a job waits
#: between two tries, also after many of them.
_CHECKS_SECONDS = 86_400


class VoucherifyPerks:
    """
    Takes perks back over Voucherify's REST API: find, decide, execute.

    The decision is a pure function of what was found (`worker.revocation.decide.plan`). Each step
    is done once, by the ledger and by the names of balance changes
    (`worker.revocation.execute.balance`).
    """

    def __init__(
        self,
        api: RevocationClient,
        effects: Effects,
        policies: Policies,
        learned: Learned,
    ) -> None:
        self._api = api
        self._effects = effects
        self._policies = policies
        self._learned = learned
        self._finder = Finder(api, self._learned)
        self._marking = Marking(api, effects, self._learned)

    @classmethod
    def from_settings(
        cls, settings: PerksSettings, effects: Effects, learned: Learned
    ) -> "VoucherifyPerks":
        """Make the backend with a client of its own."""
        return cls(make_api(settings), effects, settings.policies, learned)

    def revoke(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Take back what the removed assignment had earned."""
        if not needs(event, self._policies).presence:
            return "nothing to take back: not a referral role"
        execution = Execution(
            event,
            self._api,
            self._effects,
            self._marking,
            job,
            rolled_back=lambda: self._invalidate_lists(event, job),
        )
        kept = self._learned.get(_name(job)) if job.again else None
        plan = resume.from_json(kept) if kept else self._decided(event, execution, job)
        try:
            return execution.carry_out(plan)
        except PermanentError:
            self._learned.forget(_name(job))
            raise
        except JobError as error:
            self._keep(plan, execution, error, job)
            raise

    def plan(self, event: HolderAssignmentDeleted, job: Job) -> PlanPreview:
        """Find and decide as `revoke` does, and read what the ledger has of it."""
        wanted = needs(event, self._policies)
        if not wanted.presence:
            return PlanPreview(reason="nothing to take back: not a referral role")
        found = self._finder.find(event, wanted, job)
        plan = decide(event, found, self._policies)
        return draft(plan, event, wanted, found, self._effects.get)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _decided(self, event: HolderAssignmentDeleted, execution: Execution, job: Job) -> Plan:
        try:
            return self._decide(event, execution, job)
        except PermanentError as error:
            begun = self._effects.of(holder=event.holder.id) if job.again else ()
            if words := resume.still_open(begun):
                raise PermanentError(error.reason, f"{error}; {words}") from error
            raise

    def _decide(self, event: HolderAssignmentDeleted, execution: Execution, job: Job) -> Plan:
        began = job.now()
        found = self._find(event, job)
        plan = decide(event, found, self._policies, checks=self._checks(found, job))
        done = execution.roll_back(plan)
        if done and done >= began:
            # Voucherify may have reversed rewards by it, so the cards are read again.
            again = self._find(event, job, after=job.now())
            again = replace(again, conversions=found.conversions)
            plan = decide(event, again, self._policies, checks=self._checks(again, job))
        if job.again:
            planned = {effect_id(event, step) for step in plan.steps}
            plan = resume.with_begun(plan, self._effects.of(holder=event.holder.id), planned)
        return plan

    def _checks(self, found: Findings, job: Job) -> int:
        """Return how often the assignment was still listed; a failed try does not count."""
        if found.presence is not Presence.STILL_ASSIGNED:
            return 1
        name = f"still_assigned:{job.id}"
        checks = int(self._learned.get(name) or 0) + 1
        if checks < MOST_CHECKS:
            self._learned.put(name, checks, seconds=_CHECKS_SECONDS)
        else:
            # A retry by an operator counts from the beginning.
            self._learned.forget(name)
        return checks

    def _find(
        self, event: HolderAssignmentDeleted, job: Job, *, after: datetime | None = None
    ) -> Findings:
        wanted = needs(event, self._policies)
        if after is None and wanted.rewards_of and self._policies.roll_back_redemption:
            after = moment(self._learned.get(f"rolled_back:{wanted.rewards_of}"))
        return self._finder.find(event, wanted, job, after=after)

    def _invalidate_lists(self, event: HolderAssignmentDeleted, job: Job) -> None:
        """Invalidate lists that were read before: Voucherify may have reversed rewards."""
        if referrer := needs(event, self._policies).rewards_of:
            kept = int(SharedLists.SECONDS) + 1
            self._learned.put(f"rolled_back:{referrer}", job.now().isoformat(), seconds=kept)

    def _keep(self, plan: Plan, execution: Execution, error: JobError, job: Job) -> None:
        """Keep the plan for the next run, which then makes only the calls that are left."""
        if error.reason in _OVERTAKEN:
            self._learned.forget(_name(job))
            return
        marks = [step for step in plan.steps if isinstance(step, MarkCustomer)]
        only_mark = bool(marks) and len(execution.done) == len(plan.steps) - 1
        seconds = resume.MARK_SECONDS if only_mark else resume.PLAN_SECONDS
        self._learned.put(_name(job), resume.as_json(plan), seconds=seconds)


def make_api(settings: PerksSettings) -> VoucherifyApi:
    """Make the API with the settings' address and keys."""
    return VoucherifyApi(
        VoucherifyHttp(
            settings.voucherify_url, settings.voucherify_app_id, settings.voucherify_app_token
        )
    )


def _name(job: Job) -> str:
    return f"plan:{job.id}"
