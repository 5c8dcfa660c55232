from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sandbox.app import create_app
from sandbox.inprocess import InProcess
from sandbox.settings import SandboxSettings, from_environ
from tests.integration.sandbox.kit import START, Api, Target, listening


@pytest.fixture
def target() -> Iterator[Target]:
    """A receiver of webhooks."""
    with listening() as target:
        yield target


@pytest.fixture
def speedup() -> float:
    """How much sooner webhooks are repeated: after milliseconds instead of minutes."""
    return 600_000.0


@pytest.fixture
def settings(target: Target, speedup: float) -> SandboxSettings:
    """Demo settings, with webhooks that are repeated soon."""
    return replace(from_environ({}), webhook_url=target.url, speedup=speedup)


@pytest.fixture
def shortest_answer_seconds() -> float:
    """How long a receiver may take at any speed-up: longer than a machine stands still."""
    return 10.0


@pytest.fixture
def app(
    settings: SandboxSettings, shortest_answer_seconds: float, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The stand-ins with an empty state."""
    monkeypatch.setattr(
        "sandbox.webhooks.schedule._SHORTEST_ANSWER_SECONDS", shortest_answer_seconds
    )
    app = create_app(settings)
    app.extensions["sandbox"].clear()
    yield app
    app.extensions["sandbox"].sender.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without keys."""
    return app.test_client()


@pytest.fixture
def api(client: FlaskClient, settings: SandboxSettings) -> Api:
    """A client with keys."""
    return Api(client, settings)


@pytest.fixture
def scene(client: FlaskClient) -> Any:
    """One referrer with three referees who hold gift cards: 10.00 of their own, 5.00 given."""
    return client.post("/sandbox/scenario", json={"referees": 3}).json


@pytest.fixture(scope="module")
def one() -> InProcess:
    """The stand-ins in process, built once for all tests of a file."""
    return InProcess(start=START)


@pytest.fixture
def shop(one: InProcess) -> InProcess:
    """The stand-ins in process with an empty state."""
    one.reset()
    return one
