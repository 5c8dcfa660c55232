from inbox.plans import PlanPreview
from schemas import HolderAssignmentDeleted
from worker.handlers.registry import handles
from worker.job import Job
from worker.services import Services


def plan_removal(event: HolderAssignmentDeleted, services: Services, job: Job) -> PlanPreview:
    """Return what the revocation would do."""
    return services.perks.plan(event, job)


@handles("customer.holder.assignment.deleted", queue="perks", moves_money=True, plan=plan_removal)
def revoke_referral_perks(event: HolderAssignmentDeleted, services: Services, job: Job) -> str:
    """Take back the perks that the removed assignment had earned."""
    return services.perks.revoke(event, job)
