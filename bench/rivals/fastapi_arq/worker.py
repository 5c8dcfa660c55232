import json
import os
from typing import Any, ClassVar

import httpx
from arq.connections import RedisSettings

from bench.rivals.schemas import EventSchema


#: Where handlers call; none: they do nothing, to measure what the queue alone costs.
DOWNSTREAM = os.environ.get("DOWNSTREAM_URL")


async def process(ctx: dict[str, Any], body: str) -> None:
    """Read the body and hand it to the handlers."""
    event = EventSchema().load(json.loads(body))
    await ctx["redis"].enqueue_job("revoke_perks", event["data"])
    await ctx["redis"].enqueue_job("notify_crm", event["data"])


async def revoke_perks(ctx: dict[str, Any], data: dict[str, Any]) -> None:
    """Have the perks taken back."""
    await _post(ctx, "perks", data)


async def notify_crm(ctx: dict[str, Any], data: dict[str, Any]) -> None:
    """Call the CRM."""
    await _post(ctx, "crm", data)


async def _post(ctx: dict[str, Any], path: str, data: dict[str, Any]) -> None:
    if DOWNSTREAM:
        (await ctx["http"].post(f"{DOWNSTREAM}/{path}", json=data)).raise_for_status()


async def startup(ctx: dict[str, Any]) -> None:
    """Make the client that all jobs share."""
    ctx["http"] = httpx.AsyncClient(timeout=10)


class WorkerSettings:
    """What `arq` reads."""

    functions: ClassVar = [process, revoke_perks, notify_crm]
    on_startup = startup
    redis_settings = RedisSettings.from_dsn(os.environ["REDIS_URL"])
