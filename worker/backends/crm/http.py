from schemas import HolderAssignmentDeleted
from worker.backends.removal import describe_removal
from worker.http_client.outgoing import SignedPost
from worker.job import Job


class HttpCrm:
    """
    Notifies a service of the shop, by one signed POST for each removal.

    It includes the customer's e-mail address, because many CRMs identify contacts only by it; no
    other call does.
    """

    def __init__(self, url: str, secret: str) -> None:
        self._post = SignedPost("crm_service", url, secret)

    def note_removal(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Report that the customer's assignment was removed."""
        payload = {"type": "referral.assignment_removed", **describe_removal(event)}
        payload["customer"]["email"] = event.customer.email if event.customer else None
        self._post.send(payload, idempotency_key=f"note-{event.holder.id}", job=job)
        return "the CRM service took the note"

    def close(self) -> None:
        """Close the connections."""
        self._post.close()
