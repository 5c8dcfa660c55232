"""
A downstream that only writes down what it receives: the perks service and the CRM in one.

An ASGI application: `granian --interface asgi tests.faults.downstream:app`. It is much faster
than the stand-ins in `sandbox/`, so that a fault run spends its time on what it tests.
"""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final


Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

#: Kind (the path's last part), holder's id, idempotency key, time since 1970 in seconds.
_calls: Final[list[tuple[str, str, str, float]]] = []


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """POST /perks and /crm note a call; GET /calls gives them all; DELETE /calls forgets them."""
    if scope["type"] != "http":
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    answer: Any = {}
    match scope["method"]:
        case "POST":
            headers = dict(scope["headers"])
            holder = json.loads(body)["holder"]["id"]
            kind = scope["path"].removeprefix("/")
            _calls.append((kind, holder, headers[b"idempotency-key"].decode(), time.time()))
        case "GET":
            answer = _calls
        case "DELETE":
            _calls.clear()
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"application/json")],
        }
    )
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})
