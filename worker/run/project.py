"""Whether a webhook comes from the Voucherify project of the worker's keys."""

import re
from typing import Final

from schemas import Envelope
from worker.errors import PermanentError


#: Ids of projects. A body may hold anything in their place, which operators must not see.
_PROJECT: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")


def check_project(envelope: Envelope, ours: str) -> None:
    """
    Refuse a webhook that names another project.

    Our keys do not find customers and cards of another project, and "not found" would end the
    removal as if nothing were left to take back.

    Args:
        envelope: a webhook's envelope; one without a project is not compared.
        ours: the project of the keys, from VOUCHERIFY_PROJECT_ID; empty for no check.

    Raises:
        PermanentError: with the reason `other_project`.
    """
    named = (envelope.project_id or "").strip()
    if not ours or not named or named == ours:
        return
    shown = f"project {named}" if _PROJECT.fullmatch(named) else "another project"
    raise PermanentError(
        "other_project",
        f"the webhook names {shown}, and VOUCHERIFY_PROJECT_ID says that the keys "
        f"belong to {ours}: send that project's webhooks to a deployment with its keys and "
        "discard this job, or correct the settings and retry",
    )
