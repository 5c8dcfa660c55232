from inbox.plans import PlanPreview
from schemas import HolderAssignmentDeleted, HolderRole
from worker.backends.removal import describe_removal
from worker.http_client.outgoing import SignedPost
from worker.job import Job
from worker.revocation.event import role_of


class HttpPerks:
    """Leaves the take-back to a service of the shop: one signed POST for each removal."""

    def __init__(self, url: str, secret: str) -> None:
        self._post = SignedPost("perks_service", url, secret)

    def revoke(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """
        Send the shop's service what to take back.

        The idempotency key names the removed assignment, not the job or the body, so that
        a webhook that is repeated with another body cannot take twice either.
        """
        if role_of(event) is HolderRole.OWNER:
            return "nothing to take back: not a referral role"
        payload = {"type": "referral_perks.revoke", **describe_removal(event)}
        self._post.send(payload, idempotency_key=_once(event), job=job)
        return "the perks service took it"

    def plan(self, event: HolderAssignmentDeleted, _job: Job) -> PlanPreview:
        """Return what would be sent; the service decides what to do with it."""
        if role_of(event) is HolderRole.OWNER:
            return PlanPreview(reason="nothing to take back: not a referral role")
        holder = event.holder
        about = f"holder {holder.id}, customer {holder.customer_id}, voucher {holder.redeemable_id}"
        return PlanPreview(
            steps=(f"send one referral_perks.revoke to the perks service, key {_once(event)}",),
            reason=f"the service decides what to take back ({about})",
        )

    def close(self) -> None:
        """Close the connections."""
        self._post.close()


def _once(event: HolderAssignmentDeleted) -> str:
    return f"revoke-{event.holder.id}"
