import pytest
from flask.testing import FlaskClient

from tests.integration.receiver.conftest import PATH, assert_error


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
    ["/", "/nothing", PATH + "/", "/webhooks//voucherify", PATH.upper(), "/static/x", "/%00%0a"],
)
def test_unknown_paths_are_not_found(client: FlaskClient, path: str) -> None:
    """404 in the one shape; no path is mended by a redirect, which a webhook does not follow."""
    for answer in (client.post(path, data=b"{}"), client.get(path)):
        assert_error(answer, 404, "not_found")
