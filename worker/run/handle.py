"""Reading the event for a handler, running it, and its outcome."""

from inbox.errors import is_outage
from inbox.model.job import Claim
from schemas import UnreadableBody
from telemetry.safe_errors import type_name
from worker.customers import customer_of_rest
from worker.effects.names import Origin
from worker.errors import JobError, PermanentError
from worker.handlers import Registration
from worker.job import Job
from worker.run.read import Reading, read
from worker.services import Services


#: How long an outcome of an own handler may be: the inbox, logs and Flower show it.
LONGEST_OUTCOME = 300


def read_for(handler: Registration, claim: Claim) -> tuple[object, Origin]:
    """
    Return the event for a handler, and its origin for the handler's steps.

    Raises:
        PermanentError: no schema describes it, or the customer was erased and what remains of
            the body is not enough.
        UnreadableBody: it is not what Voucherify sends.
    """
    reading = read(claim.body)
    try:
        event = reading.event_for(claim.name)
    except UnreadableBody:
        if not (claim.redacted and handler.own):
            raise
        raise _erased(handler, "fields that are gone") from None
    return event, Origin(
        handler=handler.name,
        event=reading.envelope.event.id,
        job=claim.job,
        customer=_customer(handler, claim, reading),
        redacted=claim.redacted,
    )


def _customer(handler: Registration, claim: Claim, reading: Reading) -> str:
    if not handler.own:
        return ""
    if claim.redacted:
        return customer_of_rest(reading.envelope)
    return next(iter(reading.customers), "")


def hand_over(handler: Registration, event: object, services: Services, job: Job) -> str:
    """
    Run a handler and return its outcome, marked if it was a dry run.

    Raises:
        PermanentError: an own handler met an unexpected error with a redacted body: it would
            meet it each time, and it is no fault.
    """
    try:
        outcome: object = handler.run(event, services, job)
    except Exception as error:
        known = isinstance(error, JobError | UnreadableBody) or is_outage(error)
        if known or not (job.redacted and handler.own):
            raise
        raise _erased(handler, f"something of it: {type_name(error)}") from error
    if not handler.own:
        return str(outcome)
    # Another value of a shop's handler may hold anything.
    words = outcome[:LONGEST_OUTCOME] if isinstance(outcome, str) and outcome else "done"
    return f"dry run: {words}" if job.dry_run else words


def _erased(handler: Registration, what: str) -> PermanentError:
    return PermanentError(
        "customer_erased",
        f"the customer was erased before this ran, and {handler.name} needs {what}",
    )
