from schemas import HolderAssignmentDeleted
from worker.handlers.registry import handles
from worker.job import Job
from worker.services import Services


@handles("customer.holder.assignment.deleted", queue="crm")
def notify_crm(event: HolderAssignmentDeleted, services: Services, job: Job) -> str:
    """Notify the CRM that the customer's assignment was removed."""
    return services.crm.note_removal(event, job)
