import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
from flask.testing import FlaskClient
from standardwebhooks import Webhook
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from sandbox.inprocess import InProcess
from sandbox.settings import SandboxSettings


#: When the time of the stand-ins in process begins.
START = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


@dataclass
class Target:
    """A receiver of webhooks that answers as it is asked to."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    #: While it is not set, a webhook is read and not answered.
    answers: threading.Event = field(default_factory=threading.Event)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Keep a webhook and answer the next status, the last one forever."""
        request = Request(environ)
        self.received.append((dict(request.headers), request.get_data()))
        self.answers.wait(60)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else (self.statuses or [202])[0]
        return Response(status=status)(environ, start_response)


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep thousands of lines out of a test's output."""


@contextmanager
def listening() -> Iterator[Target]:
    """Serve a target on a free port."""
    target = Target()
    target.answers.set()
    server = make_server("127.0.0.1", 0, target, threaded=True, request_handler=_QuietHandler)
    target.url = f"http://127.0.0.1:{server.server_port}/webhooks"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield target
    finally:
        target.answers.set()
        server.shutdown()
        thread.join()
        server.server_close()


class Api:
    """Calls the REST API with the right keys."""

    def __init__(self, client: FlaskClient, settings: SandboxSettings) -> None:
        self._client = client
        self._keys = {"X-App-Id": settings.app_id, "X-App-Token": settings.app_token}

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """Make one call below /v1."""
        return self._client.open(f"/v1{path}", method=method, headers=self._keys, **options)

    def pages(self, path: str, **query: Any) -> list[list[str]]:
        """Walk through a list and return the ids of each page."""
        found: list[list[str]] = []
        while True:
            page = self.call("GET", path, query_string=query).json
            assert page is not None
            found.append([each["id"] for each in page["data"]])
            if not page["has_more"]:
                return found
            query["starting_after_id"] = found[-1][-1]


def until(condition: Callable[[], Any], *, seconds: float = 20) -> Any:
    """Ask again and again until something is so, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.01)
    return found


def signed(secret: str, body: Any, *, key: str | None = "key-1", at: datetime | None = None) -> Any:
    """Build the options of a signed call with an idempotency key."""
    text, at = json.dumps(body), at or datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, text),
        **({"Idempotency-Key": key} if key else {}),
    }
    return {"data": text, "headers": headers}


def balance(shop: InProcess, card: str) -> int:
    """Return what is on a card."""
    return int(shop.state("cards")["cards"][card]["balance"])


def take(shop: InProcess, card: str, **options: Any) -> httpx2.Response:
    """Take 1.00 from a card."""
    with shop.client(timeout=5.0) as client:
        return client.post(f"/v1/vouchers/{card}/balance", json={"amount": -100}, **options)
