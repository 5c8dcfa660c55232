"""Rotating the webhook secret by the steps of docs/operations.md, without losing a webhook."""

import re

from flask.testing import FlaskClient

from tests.integration.receiver.conftest import PATH, MakeApp, assert_error, signed


OLD = "whsec-made-up-and-old-0001"
NEW = "whsec-made-up-and-new-0001"


def _verified(client: FlaskClient) -> dict[str, float]:
    """Read how many signatures each secret has made, by its position."""
    pattern = r'^perkhook_signatures_verified_total\{position="(\d+)"\} (\S+)$'
    found = re.findall(pattern, client.get("/metrics").text, re.MULTILINE)
    return {position: float(many) for position, many in found}


def test_an_operator_sees_when_the_old_secret_is_idle(make_app: MakeApp) -> None:
    """While Voucherify still signs with the old one its count grows; then it stands still."""
    before = make_app(VOUCHERIFY_WEBHOOK_SECRETS=OLD).test_client()
    assert before.post(PATH, data=b"0", headers=signed(b"0", OLD)).status_code == 202

    both = make_app(VOUCHERIFY_WEBHOOK_SECRETS=f"{NEW},{OLD}").test_client()
    began = _verified(both)
    for body in (b"1", b"2"):
        assert both.post(PATH, data=body, headers=signed(body, OLD)).status_code == 202
    in_use = _verified(both)
    assert in_use["1"] - began.get("1", 0) == 2
    assert in_use.get("0", 0) == began.get("0", 0)

    # Changed in Voucherify: retries of old bodies are signed anew or by the old one, both count.
    for body in (b"3", b"4", b"5"):
        assert both.post(PATH, data=body, headers=signed(body, NEW)).status_code == 202
    idle = _verified(both)
    assert idle["1"] == in_use["1"]
    assert idle["0"] - in_use.get("0", 0) == 3

    after = make_app(VOUCHERIFY_WEBHOOK_SECRETS=NEW).test_client()
    assert_error(after.post(PATH, data=b"6", headers=signed(b"6", OLD)), 401, "bad_signature")
    assert after.post(PATH, data=b"6", headers=signed(b"6", NEW)).status_code == 202


def test_a_metric_shows_no_secret(make_app: MakeApp) -> None:
    """Only the position is reported."""
    client = make_app(VOUCHERIFY_WEBHOOK_SECRETS=f"{NEW},{OLD}").test_client()
    client.post(PATH, data=b"1", headers=signed(b"1", OLD))

    assert not any(secret in client.get("/metrics").text for secret in (OLD, NEW))
