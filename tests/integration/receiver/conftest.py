import hmac
import json
import logging
from collections.abc import Callable, Iterator, Mapping

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from receiver.app import create_app
from receiver.settings import ReceiverSettings
from tests.engine import store_settings


SECRET = "whsec-made-up-for-tests-01"
PATH = "/webhooks/voucherify"

MakeApp = Callable[..., Flask]
Send = Callable[..., TestResponse]


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Make the header with which Voucherify signs a body."""
    return {"X-Voucherify-Signature": hmac.new(secret.encode(), body, "sha256").hexdigest()}


def assert_error(answer: TestResponse, status: int, code: str) -> None:
    """Assert that an answer is the one JSON shape of errors."""
    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    body = json.loads(answer.data)
    assert body == {"error": {"code": code, "message": body["error"]["message"]}}
    assert isinstance(body["error"]["message"], str)
    assert body["error"]["message"]


@pytest.fixture
def make_app(redis_url: str) -> Iterator[MakeApp]:
    """Build receivers with some variables set as a person would set them."""

    def make(**environ: str) -> Flask:
        settings = {"VOUCHERIFY_WEBHOOK_SECRETS": SECRET, **store_settings(redis_url), **environ}
        return create_app(ReceiverSettings.from_environ(settings))

    yield make
    logging.getLogger().handlers = []
    logging.raiseExceptions = True
    structlog.reset_defaults()


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    """A caller of a receiver with default settings and an empty store."""
    return make_app().test_client()


@pytest.fixture
def send() -> Send:
    """Post a signed body."""

    def post(
        client: FlaskClient, body: bytes, headers: Mapping[str, str] | None = None, **options: str
    ) -> TestResponse:
        return client.post(PATH, data=body, headers={**signed(body), **(headers or {})}, **options)

    return post
