"""Stores filled as the sides fill them, but in batches: a million by HTTP would take too long."""

import base64
import json
import uuid
from collections.abc import Callable
from itertools import islice
from typing import Any, Final

from redis.client import Pipeline

from bench.bodies import bodies
from bench.lab import Store, Web, send
from inbox.ids import delivery_id
from inbox.store import scripts
from inbox.store.client import StoreClient as Inbox
from inbox.store.packing import pack


_BATCH: Final = 500

#: Puts one body into a store.
Put = Callable[[Pipeline, bytes], object]


def fill(store: Store, put: Put, number: int, *, seed: int, points: int = 1) -> list[list[float]]:
    """Put so many bodies in; return how many there were and the memory they took, on the way."""
    empty, series = store.used_memory(), [[0.0, 0.0]]
    source = bodies(seed)
    for point in range(1, points + 1):
        left = number * point // points - number * (point - 1) // points
        while left:
            with store.client.pipeline(transaction=False) as pipe:
                for body in islice(source, min(left, _BATCH)):
                    put(pipe, body)
                left -= len(pipe.execute())
        series.append([number * point / points, float(store.used_memory() - empty)])
    return series


def ours(client: Inbox) -> Put:
    """Accept as the receiver does (`inbox.intake.Intake.accept`), by the same script."""
    accept = scripts.load(client, "accept")

    def put(pipe: Pipeline, body: bytes) -> object:
        delivery = delivery_id(body)
        return accept(
            keys=[client.names.delivery + delivery], args=[delivery, pack(body), ""], client=pipe
        )

    return put


def celery(web: Web) -> Put:
    """Write messages as the rival's own `delay` does: one of its own, varied."""
    send(web, 1)
    written: Any = web.store.client.rpop("celery")
    sample: dict[str, Any] = json.loads(written)
    _, options, embedded = json.loads(base64.b64decode(sample["body"]))

    def put(pipe: Pipeline, body: bytes) -> object:
        text, task = body.decode(), str(uuid.uuid4())
        arguments = json.dumps([[text], options, embedded]).encode()
        shown = repr((text,))[: len(sample["headers"]["argsrepr"])]
        headers = sample["headers"] | {"id": task, "root_id": task, "argsrepr": shown}
        properties = sample["properties"] | {
            "correlation_id": task,
            "delivery_tag": str(uuid.uuid4()),
        }
        message = sample | {
            "body": base64.b64encode(arguments).decode(),
            "headers": headers,
            "properties": properties,
        }
        return pipe.lpush("celery", json.dumps(message))

    return put
