import structlog

from schemas import HolderAssignmentDeleted
from worker.job import Job


log = structlog.get_logger()


class DryRunCrm:
    """Tells in the log what it would tell the CRM, and calls nobody."""

    def note_removal(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Write what the CRM would be told."""
        log.info("crm.dry_run", job=job.id, customer=event.holder.customer_id)
        return "dry run: would note the removal"

    def close(self) -> None:
        """Nothing to give up."""
