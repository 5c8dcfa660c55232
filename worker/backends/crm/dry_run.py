import structlog

from schemas import HolderAssignmentDeleted
from worker.job import Job


log = structlog.get_logger()


class DryRunCrm:
    """Logs what it would report to the CRM, and makes no call."""

    def note_removal(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Log the removal."""
        log.info("crm.dry_run", job=job.id, customer=event.holder.customer_id)
        return "dry run: would note the removal"

    def close(self) -> None:
        """Do nothing: there is nothing to close."""
