import hmac
import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
import structlog

from inbox.intake import Intake
from inbox.store.client import StoreClient
from receiver.app import create_app
from receiver.settings import ReceiverSettings
from tests.counting import CountingWire
from tests.engine import store_settings
from tests.integration.costs.bounds import EVENTS, commands, events, memory, within
from tests.processes import ROOT


#: What the receiver must never load: each is large, and none is of use to it.
HEAVY: Final = {
    *("celery", "kombu", "billiard", "vine", "marshmallow", "httpx2"),
    *("worker", "schemas", "dashboard", "flower", "tornado"),
}

SECRET: Final = "whsec-made-up-for-tests-01"


@pytest.fixture
def receive(wire: CountingWire) -> Iterator[Callable[[bytes], None]]:
    """A receiver that has accepted before; it takes a body by WSGI and nothing else."""
    environ = {"VOUCHERIFY_WEBHOOK_SECRETS": SECRET, **store_settings(wire.url)}
    app = create_app(ReceiverSettings.from_environ(environ))
    statuses: list[str] = []

    def start_response(status: str, _headers: Any, _error: Any = None) -> Any:
        statuses.append(status)

    def receive(body: bytes) -> None:
        list(app(_request(body), start_response))
        assert statuses.pop() == "202 ACCEPTED"

    for body in events(3):
        receive(body)
    wire.take()
    yield receive
    logging.getLogger().handlers = []
    structlog.reset_defaults()


def _request(body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/webhooks/voucherify",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_X_VOUCHERIFY_SIGNATURE": hmac.digest(SECRET.encode(), body, "sha256").hex(),
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def test_an_accept_is_one_round_trip_with_few_bytes(
    receive: Callable[[bytes], None], wire: CountingWire
) -> None:
    """From the request to the answer the store is asked once, and sent little."""
    for body in events():
        receive(body)
    counted = wire.take()

    # Once a second or half a megabyte the store's memory is checked.
    checks = 2 / EVENTS
    within("round trips of an accept", counted.turns / EVENTS - checks)
    within("bytes sent for an accept", counted.sent / EVENTS)


def test_an_accept_runs_few_commands_inside_the_store(
    receive: Callable[[bytes], None], store: StoreClient
) -> None:
    """What the script does for one body is counted command by command."""
    several = events()

    def receive_all() -> None:
        for body in several:
            receive(body)

    ran = commands(store, receive_all)

    within("commands inside an accept", ran / EVENTS)


def test_an_accept_calls_few_functions(receive: Callable[[bytes], None]) -> None:
    """The Python functions called for one webhook, in all libraries, are counted."""
    several, calls = events(), 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(note)
    try:
        for body in several:
            receive(body)
    finally:
        sys.setprofile(None)

    within("function calls of an accept", calls / EVENTS)


def test_a_waiting_event_takes_little_memory(intake: Intake, store: StoreClient) -> None:
    """All keys of an event that waits, its message and its place in indexes are weighed."""
    many = 2_000
    intake.accept(b"the scripts are loaded")
    before = memory(store)
    for body in events(many):
        intake.accept(body)

    within("bytes of a waiting event", (memory(store) - before) / many)


def test_the_receiver_loads_few_modules() -> None:
    """A receiver that has been imported has loaded nothing that it does not need."""
    code = "import receiver.wsgi, sys, json; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"VOUCHERIFY_WEBHOOK_SECRETS": SECRET},
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(json.loads(answer.stdout))

    assert {name.partition(".")[0] for name in modules} & HEAVY == set()
    within("modules of the receiver", len(modules))
