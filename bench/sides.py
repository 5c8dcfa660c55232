"""What is compared: how each side is started and what it leaves in its store."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from honcho.environ import parse_procfile
from redis import Redis

from bench.bodies import SECRET
from bench.processes import ROOT


#: A downstream's secret in the form of Standard Webhooks; made up, and not a secret.
_DOWNSTREAM_SECRET: Final = "whsec_aW5zZWN1cmUtc2VjcmV0LW9mLXRoZS1iZW5jaA=="

_PROCFILE: Final = parse_procfile((ROOT / "Procfile").read_text()).processes


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """
    One way to take webhooks in and to handle them.

    Attributes:
        web, worker: commands; `$PORT` is given.
        folder: where its programs are; None for our own environment.
        ready: what its worker writes when it takes jobs.
        environment: settings for an address of the store and of the downstream, or None.
        left: how many jobs its store still holds, more or less.
    """

    name: str
    web: str
    worker: str
    folder: Path | None
    ready: str
    environment: Callable[[str, str | None], dict[str, str]]
    left: Callable[["Redis[Any] | Redis"], int]  # type: ignore[type-arg]


def _ours(redis: str, downstream: str | None) -> dict[str, str]:
    settings = {
        "REDIS_URL": redis,
        "HOST": "127.0.0.1",
        "DRAIN_SECONDS": "0",
        "VOUCHERIFY_WEBHOOK_SECRETS": SECRET,
        # The bodies' times are made up.
        "MAX_EVENT_AGE_SECONDS": "0",
    }
    if downstream is None:
        return settings
    return settings | {
        "PERKS_BACKEND": "http",
        "PERKS_HTTP_URL": f"{downstream}/perks",
        "PERKS_HTTP_SECRET": _DOWNSTREAM_SECRET,
        "CRM_BACKEND": "http",
        "CRM_HTTP_URL": f"{downstream}/crm",
        "CRM_HTTP_SECRET": _DOWNSTREAM_SECRET,
        # Asked for each revocation as ever; but the default would hold all beyond a thousand.
        "REVOCATION_BRAKE": "1000000/minute",
        "REVOCATION_BRAKE_CAMPAIGN": "1000000/minute",
    }


def _rival(redis: str, downstream: str | None) -> dict[str, str]:
    settings = {"REDIS_URL": redis, "WEBHOOK_SECRET": SECRET}
    return settings | ({"DOWNSTREAM_URL": downstream} if downstream else {})


def _ours_left(store: Any) -> int:
    counts = store.hmget("perkhook:counts", "accepted", "settled")
    return int(counts[0] or 0) - int(counts[1] or 0)


OURS: Final = Side(
    name="perkhook",
    web=_PROCFILE["web"],
    worker=_PROCFILE["worker"],
    folder=None,
    ready="ready.",
    environment=_ours,
    left=_ours_left,
)
#: The same server, answering as it does, without the accept step.
VERIFY_ONLY: Final = replace(
    OURS, name="perkhook, verify only", web="exec python -m bench.verify_only"
)
CELERY: Final = Side(
    name="Flask + Celery",
    web='gunicorn --bind "127.0.0.1:$PORT" bench.rivals.flask_celery.web:app',
    worker="celery -A bench.rivals.flask_celery.tasks worker",
    folder=ROOT / ".venv-rivals" / "flask_celery" / "bin",
    ready="[queues]",
    environment=_rival,
    left=lambda store: int(store.llen("celery")) + int(store.hlen("unacked")),
)
ARQ: Final = Side(
    name="FastAPI + arq",
    web='uvicorn --host 127.0.0.1 --port "$PORT" bench.rivals.fastapi_arq.web:app',
    worker="arq bench.rivals.fastapi_arq.worker.WorkerSettings",
    folder=ROOT / ".venv-rivals" / "fastapi_arq" / "bin",
    ready="Starting worker",
    environment=_rival,
    left=lambda store: int(store.zcard("arq:queue")),
)
SIDES: Final = (OURS, CELERY, ARQ)
