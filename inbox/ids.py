"""
The ids of deliveries, jobs and Celery tasks, the same in all tools.

delivery  first 32 hex digits of the SHA-256 of the raw body
job       <delivery>:<name>
task      <delivery>:<name>:<n>, the n-th message written for that job
"""

import hashlib
import re
from typing import Final


#: Hex digits in a delivery's id.
DELIVERY_ID_LENGTH: Final = 32

_DELIVERY: Final = re.compile(rf"[0-9a-f]{{{DELIVERY_ID_LENGTH}}}")
_JOB: Final = re.compile(rf"([0-9a-f]{{{DELIVERY_ID_LENGTH}}}:[a-z][a-z0-9_]*)(?::[0-9]+)?")


def delivery_id(body: bytes) -> str:
    """Return the delivery of these raw bytes; the same bytes are the same delivery."""
    return hashlib.sha256(body).hexdigest()[:DELIVERY_ID_LENGTH]


def job_id_of(task_or_job_id: str) -> str | None:
    """Return the job id of a Celery task or job id; None if it is neither."""
    match = _JOB.fullmatch(task_or_job_id)
    return match.group(1) if match else None


def delivery_of(job_id: str) -> str:
    """Return the delivery of a job."""
    return job_id[:DELIVERY_ID_LENGTH]


def name_of(job_id: str) -> str:
    """Return what a job runs: `process` or a handler."""
    return job_id[DELIVERY_ID_LENGTH + 1 :]


def is_delivery_id(text: str) -> bool:
    """Return whether a word typed by an operator can be a delivery id."""
    return _DELIVERY.fullmatch(text) is not None
