"""Who traces nothing pays nothing."""

import pytest

from telemetry import traces
from telemetry.settings import TelemetrySettings


DSN = "https://key@sentry.example.test/1"


def act() -> str:
    """Do something."""
    return "done"


@pytest.mark.parametrize(
    "settings",
    [
        TelemetrySettings(),
        TelemetrySettings(sentry_dsn=DSN),
        TelemetrySettings(sentry_traces_sample_rate=1.0),
    ],
    ids=["without Sentry", "without a share", "a share without Sentry"],
)
def test_nothing_is_put_around_a_call_that_is_never_traced(settings: TelemetrySettings) -> None:
    """The function stays itself, messages carry no headers, and what others claim is ignored."""
    traces.configure_traces(settings)

    assert traces.traced(act, "an act") is act
    assert traces.trace_headers() == ""
    claimed = {"sentry-trace": f"{'a' * 32}-{'b' * 16}-1"}
    with traces.following(claimed.get, "process") as set_status:
        set_status("ok")
