from schemas import Canary
from worker.handlers.registry import handles
from worker.job import Job
from worker.services import Services


@handles("perkhook.canary", queue="canary")
def note_canary(event: Canary, services: Services, _job: Job) -> str:
    """Record that a canary has come through, and do nothing else."""
    return f"came through in {services.note_canary(event.event.created_at):.1f} s"
