import json
from typing import Any

import pytest
from sentry_sdk.consts import DEFAULT_OPTIONS
from sentry_sdk.utils import event_from_exception

from telemetry import report, sentry, traces
from telemetry.leaving import without_foreign_messages
from telemetry.settings import TelemetrySettings
from tests.unit.telemetry.leaky import OURS, PERSONAL, SHAPES, caught, pieces


def sent(error: BaseException) -> dict[str, Any]:
    """Build the event as the SDK does, and take out what must not leave."""
    options = {**DEFAULT_OPTIONS, "include_local_variables": False}
    event, context = event_from_exception(error, client_options=options)
    scrubbed: dict[str, Any] = without_foreign_messages(event, dict(context))
    return scrubbed


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"ring"}))
def test_no_shape_of_error_leaves_with_its_data(shape: str) -> None:
    """The event of a foreign error holds its type and places and none of its message."""
    error = caught(shape)

    event = sent(error)

    text = json.dumps(event)
    for piece in pieces():
        assert piece not in text
    assert type(error).__name__ in {value["type"] for value in event["exception"]["values"]}


def test_a_ring_of_errors_does_not_hang() -> None:
    """Errors that cause each other are read once each."""
    event = {"exception": {"values": [{"type": "RuntimeError", "value": PERSONAL}]}}

    found = without_foreign_messages(event, {"exc_info": (None, caught("ring"), None)})

    assert found["exception"]["values"][0]["value"] == ""


@pytest.mark.parametrize("shape", ["ours_around_theirs", "theirs_around_ours"])
def test_an_error_of_ours_keeps_its_sentence_in_sentry(shape: str) -> None:
    """Of a mixed chain exactly our sentences leave."""
    values = sent(caught(shape))["exception"]["values"]

    assert {value["value"] for value in values} == {"", OURS}


@pytest.mark.parametrize("context", [{}, {"exc_info": None}])
def test_everything_around_an_error_is_dropped(context: dict[str, Any]) -> None:
    """Request, user, extras, breadcrumbs, messages and the machine's name stay at home."""
    around = ("request", "extra", "user", "breadcrumbs", "server_name", "logentry", "message")
    event = dict.fromkeys(around, PERSONAL) | {"level": "error", "tags": {"job": "a:b"}}

    assert without_foreign_messages(event, context) == {"level": "error", "tags": {"job": "a:b"}}


def test_without_a_dsn_nothing_is_reported() -> None:
    """Reporting without SENTRY_DSN does nothing, and gives no trace headers."""
    sentry.configure_sentry(TelemetrySettings(), process="tests")

    report.report(RuntimeError(PERSONAL), job="a:b")

    assert traces.trace_headers() == ""
