import gzip
import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from inbox.store.client import StoreClient
from tests.engine import KEYS, store_settings
from tests.integration.receiver.conftest import PATH, MakeApp, signed
from tests.samples import PERSONAL, assignment_deleted, body


ROOT = Path(__file__).parents[3]


def test_an_unexpected_error_is_answered_and_logged_safely(
    make_app: MakeApp, store: StoreClient, capfd: pytest.CaptureFixture[str]
) -> None:
    """500 in the one shape; the log leads to the line of code, and neither reports the data."""
    store.hset(KEYS.counts, "accepted", PERSONAL[1])
    client = make_app().test_client()

    answer = client.get("/metrics")

    assert answer.status_code == 500
    assert answer.mimetype == "application/json"
    assert answer.json is not None
    assert answer.json["error"]["code"] == "internal_server_error"
    (line,) = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert line["event"] == "Exception on /metrics [GET]"
    assert line["exception"].endswith("\nValueError")
    assert "fleet.py" in line["exception"]
    for text in (answer.text, json.dumps(line)):
        assert PERSONAL[1] not in text


def test_the_way_of_a_webhook_leaves_no_trace_of_it_in_the_logs(
    make_app: MakeApp, capfd: pytest.CaptureFixture[str]
) -> None:
    """Accepted or refused, a log line holds ids and codes; headers cannot write lines of it."""
    client = make_app(ALLOWED_IPS="203.0.113.7", TRUSTED_PROXY_HOPS="1").test_client()
    raw = body(assignment_deleted())
    headers = signed(raw)
    forged = '203.0.113.7\x0b{"event":"forged"}'

    client.post(PATH, data=raw, headers={**headers, "X-Forwarded-For": "203.0.113.7"})
    client.post(PATH, data=raw, headers={**headers, "X-Forwarded-For": forged})
    client.post(PATH, data=raw, headers={"X-Forwarded-For": "203.0.113.7"})

    written = capfd.readouterr().out
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["event"] for line in lines] == [
        "webhook.accepted", "webhook.refused", "webhook.refused",
    ]  # fmt: skip
    assert [line.get("code") for line in lines] == [None, "address_not_allowed", "bad_signature"]
    for secret in (*PERSONAL, *headers.values(), "forged"):
        assert secret not in written


class Catcher(BaseHTTPRequestHandler):
    """Stands where Sentry would, and keeps what is sent."""

    sent: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        """Take an envelope."""
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.headers.get("Content-Encoding") == "gzip"
        self.sent.append(gzip.decompress(raw) if packed else raw)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


WITH_SENTRY = """
import json, sys
from receiver.app import create_app
from receiver.settings import ReceiverSettings

settings = ReceiverSettings.from_environ({
    "VOUCHERIFY_WEBHOOK_SECRETS": "whsec-made-up-for-tests-01",
    **json.loads(sys.argv[1]),
    "SENTRY_DSN": sys.argv[2],
    "SENTRY_ENVIRONMENT": "tests",
})
client = create_app(settings).test_client()
for _ in range(2):
    assert client.get("/metrics?email=" + sys.argv[3]).status_code == 500
import sentry_sdk
sentry_sdk.flush(10)
"""


def test_an_unexpected_error_reaches_sentry_without_data(
    store: StoreClient, redis_url: str
) -> None:
    """Sentry learns type and place of the error, and nothing of what the request held."""
    store.hset(KEYS.counts, "accepted", PERSONAL[1])
    Catcher.sent.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Catcher)
    Thread(target=server.serve_forever, daemon=True).start()
    dsn = f"http://publickey@127.0.0.1:{server.server_port}/1"

    at = json.dumps(store_settings(redis_url))
    subprocess.run(
        [sys.executable, "-c", WITH_SENTRY, at, dsn, PERSONAL[1]],
        cwd=ROOT, env={"no_proxy": "*"}, check=True, timeout=30, capture_output=True,
    )  # fmt: skip

    server.shutdown()
    server.server_close()
    first, envelope = Catcher.sent
    reported = [json.loads(each.split(b"\n")[2]) for each in Catcher.sent]
    traces = {each["contexts"]["trace"]["trace_id"] for each in reported}
    assert len(traces) == 2, "one error has nothing to do with the other"
    assert PERSONAL[1].encode() not in first
    event = json.loads(envelope.split(b"\n")[2])
    (error,) = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("ValueError", "")
    assert error["stacktrace"]["frames"][-1]["filename"] == "inbox/admin/fleet.py"
    assert event["tags"]["process"] == "receiver"
    assert event["environment"] == "tests"
    assert PERSONAL[1].encode() not in envelope
    assert b"whsec" not in envelope
