import json
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.integration.receiver.conftest import PATH, MakeApp, Send, assert_error, signed


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(client: FlaskClient, method: str) -> None:
    """405 names the one method that is allowed."""
    answer = client.open(PATH, method=method)

    assert answer.headers["Allow"] == "POST"
    if method == "HEAD":
        assert (answer.status_code, answer.data) == (405, b"")
    else:
        assert_error(answer, 405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json"])
@pytest.mark.parametrize("method", ["POST", "OPTIONS", "PUT"])
def test_the_open_pages_are_only_read(client: FlaskClient, path: str, method: str) -> None:
    """What has nothing to take takes nothing."""
    answer = client.open(path, method=method)

    assert_error(answer, 405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/nothing", "/webhook/voucherify", "/webhooks", "/voucherify", "/webhooks/"),
        *("/webhooks//voucherify", PATH + "//", PATH + "/x"),
        *(PATH.upper(), "/static/x", "/%00%0a", PATH + "%20", PATH + ";a", "/api" + PATH),
    ],
)
def test_unknown_paths_are_not_found(client: FlaskClient, path: str) -> None:
    """404 in the one shape, which names the right path; no redirect: a webhook follows none."""
    for answer in (_at(client, "POST", path), _at(client, "GET", path)):
        assert_error(answer, 404, "not_found")
        assert f"POST {PATH}" in answer.text


@pytest.mark.parametrize("path", [PATH + "/", "/" + PATH])
def test_a_slash_too_many_at_an_end_is_the_same_path(
    client: FlaskClient, send: Send, path: str
) -> None:
    """The address that a person typed so, or put together so, takes webhooks."""
    body = b'{"a": 1}'
    first = _at(client, "POST", path, body, signed(body))

    assert first.status_code == 202
    assert send(client, body).json == {**(first.json or {}), "duplicate": True}
    assert _at(client, "POST", path, body).status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_slash_at_the_end_is_redirected_nowhere(client: FlaskClient, method: str) -> None:
    """Other methods are refused there as without it."""
    assert_error(client.open(PATH + "/", method=method), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("method", "path", "headers", "result"),
    [
        ("POST", "/webhook/voucherify", signed(b"{}"), "wrong_address"),
        ("PUT", PATH, signed(b"{}"), "wrong_address"),
        ("PATCH", PATH + "/", signed(b"{}"), "wrong_address"),
        ("POST", "/metrics", signed(b"{}"), "wrong_address"),
        ("POST", "/ada@example.test/xmlrpc.php", {}, "not_found"),
        ("PUT", "/metrics", {}, "method_not_allowed"),
    ],
)
def test_what_is_sent_elsewhere_is_counted_and_logged(
    make_app: MakeApp,
    capfd: pytest.CaptureFixture[str],
    method: str,
    path: str,
    headers: dict[str, str],
    result: str,
) -> None:
    """A developer whose webhooks do not arrive sees why in log and metric, without paths."""
    client = make_app().test_client()
    client.open(path, method=method, data=b"{}", headers=headers)

    metrics = client.get("/metrics").text
    assert f'perkhook_webhooks_total{{result="{result}"}} 1.0' in metrics
    (line,) = "".join(capfd.readouterr()).splitlines()
    assert (json.loads(line)["event"], json.loads(line)["signed"]) == (
        "webhook.missed",
        bool(headers),
    )
    assert "ada" not in line + metrics


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("HEAD", PATH), ("GET", PATH)])
def test_who_only_reads_is_not_counted(
    make_app: MakeApp, capfd: pytest.CaptureFixture[str], method: str, path: str
) -> None:
    """A browser that asks for an icon is no webhook."""
    client = make_app().test_client()
    client.open(path, method=method)

    assert 'result="not_found"' not in client.get("/metrics").text
    assert "".join(capfd.readouterr()) == ""


def _at(
    client: FlaskClient,
    method: str,
    path: str,
    body: bytes = b"{}",
    headers: dict[str, str] | None = None,
) -> TestResponse:
    # The test client would take what follows two slashes for a host.
    path_info = {"PATH_INFO": unquote(path)}
    return client.open("/", method=method, data=body, headers=headers, environ_overrides=path_info)
