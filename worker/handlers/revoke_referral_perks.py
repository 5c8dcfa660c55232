from schemas import HolderAssignmentDeleted
from worker.handlers.registry import handles
from worker.services import Job, Services


@handles("customer.holder.assignment.deleted", queue="perks", moves_money=True)
def revoke_referral_perks(event: HolderAssignmentDeleted, services: Services, job: Job) -> str:
    """Take back the perks that the removed assignment had earned."""
    return services.perks.revoke(event, job)
