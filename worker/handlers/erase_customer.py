from schemas import CustomerDeleted
from worker.handlers.registry import handles
from worker.services import Job, Services


@handles("customer.deleted", queue="erasure")
def erase_customer(event: CustomerDeleted, services: Services, _job: Job) -> str:
    """Erase what the store holds of a customer whom the shop deleted."""
    done = services.erasure.erase(event.customer.id)
    return f"{done.found} bodies about the customer, {done.erased} erased"
