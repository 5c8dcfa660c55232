import structlog

from inbox.plans import PlanPreview
from schemas import HolderAssignmentDeleted, HolderRole
from worker.job import Job
from worker.revocation.event import role_of


log = structlog.get_logger()


class DryRunPerks:
    """Logs what it would take back, and changes nothing."""

    def revoke(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Log the plan of one take-back."""
        plan, holder = _PLANS[role_of(event)], event.holder
        log.info(
            "perks.dry_run",
            plan=plan,
            job=job.id,
            holder=holder.id,
            customer=holder.customer_id,
            campaign=holder.campaign_id,
        )
        return f"dry run: {plan}"

    def plan(self, event: HolderAssignmentDeleted, _job: Job) -> PlanPreview:
        """Return the same plan."""
        return PlanPreview(
            steps=(_PLANS[role_of(event)],),
            reason="PERKS_BACKEND is dry-run: only the log is written",
        )

    def close(self) -> None:
        """Do nothing: there is nothing to close."""


_PLANS = {
    HolderRole.REFEREE: "would take back the referee's reward",
    HolderRole.REFERRER: "would check what the referrer earned with the code",
    HolderRole.OWNER: "nothing: not a referral role",
}
