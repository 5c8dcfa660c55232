from schemas import HolderAssignmentDeleted
from worker.backends.removal import describe_removal
from worker.http_client.outgoing import SignedPost
from worker.job import Job


class HttpCrm:
    """
    Tells a service of the shop, by one signed POST for each removal.

    The customer's e-mail address goes along, because many a CRM knows its contacts by
    nothing else; it goes nowhere else.
    """

    def __init__(self, url: str, secret: str) -> None:
        self._post = SignedPost("crm_service", url, secret)

    def note_removal(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Tell that the customer's assignment was removed."""
        payload = {"type": "referral.assignment_removed", **describe_removal(event)}
        payload["customer"]["email"] = event.customer.email if event.customer else None
        self._post.send(payload, idempotency_key=f"note-{event.holder.id}", job=job)
        return "the CRM service took the note"

    def close(self) -> None:
        """Give up connections."""
        self._post.close()
