from inbox.intake import Intake
from inbox.model.assignment import Missing
from inbox.state.assignments import AssignmentRegistry
from worker.reconcile.deliver.body import body_of, body_without_event
from worker.reconcile.diff.removal import RemovalEvent, removal_in
from worker.reconcile.outcomes import APPLIED, Ending
from worker.reconcile.source.api import ReconcileApi
from worker.voucherify.values import Json


class Deliveries:
    """
    Makes deliveries of removals without a webhook, in the inbox that webhooks come into.

    Doing it twice changes nothing: the same bytes are the same delivery, and other bytes about
    the same assignment are refused when they are processed, as a late webhook is
    (`inbox.jobs.Jobs.fan_out`).
    """

    def __init__(self, api: ReconcileApi, registry: AssignmentRegistry, intake: Intake) -> None:
        self._api = api
        self._registry = registry
        self._intake = intake
        self._campaigns: dict[str, Json | None] = {}

    def deliver(self, found: Missing, removal: RemovalEvent | None = None) -> tuple[str, str]:
        """
        Make one delivery, unless a webhook reported the removal meanwhile.

        Args:
            found: the removal.
            removal: its event, if it was read already.

        Returns:
            The outcome, and the delivery or an empty text.
        """
        if self._registry.reported([found.assignment.holder]):
            return Ending.REPORTED, ""
        return APPLIED, self._intake.accept(self.body(found, removal)).delivery

    def body(self, found: Missing, removal: RemovalEvent | None = None) -> bytes:
        """Return the body of a delivery about a removal; arguments as `deliver`."""
        assignment = found.assignment
        if found.event and removal is None:
            activity = self._api.activity(assignment.customer, assignment.since)
            removal = removal_in(activity or (), assignment.holder)
        body = body_of(found, removal.item) if removal else None
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
