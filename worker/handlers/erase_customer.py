from schemas import CustomerDeleted
from worker.customers import customers_deleted
from worker.errors import PermanentError
from worker.handlers.registry import handles
from worker.job import Job
from worker.services import Services


@handles("customer.deleted", queue="erasure")
def erase_customer(event: CustomerDeleted, services: Services, _job: Job) -> str:
    """Erase what the store holds of a customer that the shop deleted."""
    customers = customers_deleted(event)
    if not customers:
        raise PermanentError(
            "no_customer",
            "neither data.customer.id nor event.entity_id names the customer who was deleted",
        )
    done = [services.erasure.erase(each) for each in customers]
    found, erased = sum(each.found for each in done), sum(each.erased for each in done)
    return f"{found} bodies about the customer, {erased} erased"
