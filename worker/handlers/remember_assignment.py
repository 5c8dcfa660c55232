from inbox.model.assignment import Assignment
from schemas import HolderAssignmentCreated
from worker.handlers.registry import handles
from worker.job import Job
from worker.services import Services


@handles("customer.holder.assignment.created", queue="assignments", required=False)
def remember_assignment(event: HolderAssignmentCreated, services: Services, _job: Job) -> str:
    """Remember an assignment, so that reconciliation finds its removal without a webhook."""
    holder = event.holder
    remembered = services.remember(
        Assignment(
            holder=holder.id,
            customer=holder.customer_id,
            role=str(holder.holder_role),
            code=holder.redeemable_id,
            campaign=holder.campaign_id,
            kind=str(holder.voucher_type or ""),
            since=holder.created_at.isoformat() if holder.created_at else "",
        )
    )
    return "remembered" if remembered else "not remembered: this campaign is not reconciled"
