from inbox.intake import Intake
from inbox.model.assignment import Missing
from inbox.state.assignments import AssignmentRegistry
from worker.reconcile.deliver.body import body_of, body_without_event
from worker.reconcile.diff.removal import Ending, RemovalEvent, told_in
from worker.reconcile.source.api import Json, ReconcileApi


#: What a missing removal comes to when it is a delivery.
APPLIED = "applied"


class Deliveries:
    """
    Makes deliveries of removals that nobody told of, in the inbox that webhooks come into.

    Whatever is done twice comes to the same: the same bytes are the same delivery, and other
    bytes about the same assignment are refused when they are processed, as those of a webhook
    that comes late are (`inbox.jobs.Jobs.fan_out`).
    """

    def __init__(self, api: ReconcileApi, book: AssignmentRegistry, intake: Intake) -> None:
        self._api = api
        self._book = book
        self._intake = intake
        self._campaigns: dict[str, Json | None] = {}

    def deliver(self, found: Missing, told: RemovalEvent | None = None) -> tuple[str, str]:
        """
        Make one delivery, unless a webhook told of the removal meanwhile.

        Args:
            found: the removal.
            told: the event that tells of it, if it is at hand.

        Returns:
            What it came to, and the delivery, which is empty if there is none.
        """
        if self._book.reported([found.assignment.holder]):
            return Ending.TOLD, ""
        return APPLIED, self._intake.accept(self.body(found, told)).delivery

    def body(self, found: Missing, told: RemovalEvent | None = None) -> bytes:
        """Write the body that a delivery about a removal has; arguments as `deliver`."""
        assignment = found.assignment
        if found.event and told is None:
            activity = self._api.activity(assignment.customer, assignment.since)
            told = told_in(activity or (), assignment.holder)
        body = body_of(found, told.item) if told else None
        if body is not None:
            return body
        return body_without_event(
            found,
            self._campaign(assignment.campaign),
            self._api.voucher(assignment.code),
            self._api.customer(assignment.customer),
        )

    def _campaign(self, campaign: str) -> Json | None:
        if campaign not in self._campaigns:
            self._campaigns[campaign] = self._api.campaign(campaign)
        return self._campaigns[campaign]
