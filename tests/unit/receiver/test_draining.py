import json
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from werkzeug.test import Client, TestResponse

from receiver.server.draining import Draining


def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer anything with 202 and a connection that is kept."""
    start_response("202 Accepted", [("Connection", "keep-alive"), ("X-Path", environ["PATH_INFO"])])
    return [b"taken"]


def ask(method: str, path: str, *, draining: bool) -> TestResponse:
    """Make one request."""
    return Client(Draining(app, lambda: draining)).open(path, method=method)


@pytest.mark.parametrize("path", ["/readyz", "/healthz", "/webhooks/voucherify"])
def test_nothing_is_changed_while_it_serves(path: str) -> None:
    """Without draining, the application's own answer comes out as it is."""
    answer = ask("GET", path, draining=False)

    assert (answer.status_code, answer.data) == (202, b"taken")
    assert answer.headers.getlist("Connection") == ["keep-alive"]
    assert answer.headers["X-Path"] == path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/webhooks/voucherify"),
        ("GET", "/healthz"),
        ("GET", "/readyz/"),
        ("POST", "/readyz"),
    ],
)
def test_a_draining_receiver_answers_all_else_as_before(method: str, path: str) -> None:
    """Only the connection ends, with one header that says so."""
    answer = ask(method, path, draining=True)

    assert (answer.status_code, answer.data) == (202, b"taken")
    assert answer.headers.getlist("Connection") == ["close"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_draining_receiver_is_not_ready(method: str) -> None:
    """503 in the one shape of errors; the application is not asked."""
    answer = ask(method, "/readyz", draining=True)

    assert answer.status_code == 503
    assert answer.mimetype == "application/json"
    assert answer.headers.getlist("Connection") == ["close"]
    if method == "GET":
        assert json.loads(answer.data)["error"]["code"] == "draining"
        assert json.loads(answer.data)["error"]["message"]
    else:
        assert answer.data == b""


def test_an_answer_that_was_begun_before_ends_its_connection_too() -> None:
    """Draining that begins while a request is worked on is seen by its answer."""
    reported: list[bool] = []

    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        reported.append(True)
        return app(environ, start_response)

    answer = Client(Draining(slow, lambda: bool(reported))).post("/webhooks/voucherify")

    assert answer.headers.getlist("Connection") == ["close"]
