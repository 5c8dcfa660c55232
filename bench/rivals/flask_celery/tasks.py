import json
import os
from typing import Any

import requests
from celery import Celery

from bench.rivals.schemas import EventSchema


#: Where handlers call; none: they do nothing, to measure what the queue alone costs.
DOWNSTREAM = os.environ.get("DOWNSTREAM_URL")

app = Celery("rival", broker=os.environ["REDIS_URL"])


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def process(body: str) -> None:
    """Read the body and hand it to the handlers."""
    event = EventSchema().load(json.loads(body))
    revoke_perks.delay(event["data"])
    notify_crm.delay(event["data"])


@app.task  # type: ignore[untyped-decorator]
def revoke_perks(data: dict[str, Any]) -> None:
    """Have the perks taken back."""
    if DOWNSTREAM:
        requests.post(f"{DOWNSTREAM}/perks", json=data, timeout=10).raise_for_status()


@app.task  # type: ignore[untyped-decorator]
def notify_crm(data: dict[str, Any]) -> None:
    """Call the CRM."""
    if DOWNSTREAM:
        requests.post(f"{DOWNSTREAM}/crm", json=data, timeout=10).raise_for_status()
