"""What a call to Sentry may cost: asked of the SDK itself, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).parents[3]

CODE = """
import json, socket
import sentry_sdk
from telemetry.sentry import configure_sentry
from telemetry.settings import TelemetrySettings
configure_sentry(TelemetrySettings(sentry_dsn="https://key@sentry.invalid/1"), process="tests")
transport = sentry_sdk.get_client().transport
options = transport._get_pool_options()
alive = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
print(json.dumps({
    "seconds": options["timeout"].total,
    "checked": options["cert_reqs"],
    "alive": alive in [tuple(each) for each in options["socket_options"]],
    "waiting": transport._worker._queue.maxsize,
}))
"""


def test_a_call_to_sentry_is_bounded() -> None:
    """Five seconds a try, TCP keepalive, checked certificates, and a hundred that wait."""
    answer = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip

    assert json.loads(answer.stdout) == {
        "seconds": 5,
        "checked": "CERT_REQUIRED",
        "alive": True,
        "waiting": 100,
    }
