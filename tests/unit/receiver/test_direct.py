"""The short way of a route around Flask's contexts."""

import pytest
from flask import Response, abort, has_request_context
from werkzeug.wrappers import Request

from receiver.answers import register_errors
from receiver.direct import DirectFlask


@pytest.fixture
def app() -> DirectFlask:
    """Build an application that answers errors as the receiver does."""
    app = DirectFlask("tests")
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    register_errors(app, lambda *_: None)
    return app


def test_a_view_gets_the_request_and_no_context(app: DirectFlask) -> None:
    """What it needs is in the request; nothing else was made for it."""
    seen = []

    def view(request: Request) -> Response:
        seen.append((has_request_context(), request.get_data(), request.headers["X-Id"]))
        return Response("there", 202)

    app.direct("POST", "/in", view)
    for path in ("/in", "/in/"):
        answer = app.test_client().post(path, data=b"body", headers={"X-Id": "7"})
        assert (answer.status_code, answer.data) == (202, b"there")

    assert seen == [(False, b"body", "7")] * 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/in", 405), ("GET", "/in/", 405), ("POST", "/in/x", 404)],
)
def test_other_methods_and_paths_are_flasks(
    app: DirectFlask, method: str, path: str, status: int
) -> None:
    """The route is known to Flask, which answers what is asked wrongly."""
    app.direct("POST", "/in", lambda _: Response())

    answer = app.test_client().open(path, method=method)

    assert answer.status_code == status
    assert answer.headers.get("Allow") == ("POST" if status == 405 else None)


@pytest.mark.parametrize("status", [404, 418, 500])
def test_an_error_is_answered_as_flask_would(app: DirectFlask, status: int) -> None:
    """Refusals and accidents have the one shape, whichever way they came."""

    def view(_request: Request) -> Response:
        if status == 500:
            raise ValueError("personal")
        abort(status)

    app.direct("POST", "/in", view)
    app.add_url_rule("/flasks", methods=["POST"], view_func=lambda: view(Request({})))
    client = app.test_client()

    direct, by_flask = client.post("/in"), client.post("/flasks")

    assert direct.status_code == status
    assert direct.json == by_flask.json
    assert "personal" not in direct.text
