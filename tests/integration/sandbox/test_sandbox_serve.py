import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest

from tests.integration.sandbox.kit import Target, until


@pytest.fixture
def served(target: Target) -> Iterator[tuple[subprocess.Popen[str], httpx2.Client]]:
    """The stand-ins as a process of their own."""
    command = [sys.executable, "-m", "sandbox.serve", "--port", "0", "--webhook-url", target.url]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "SANDBOX_APP_ID": "id", "SANDBOX_APP_TOKEN": "token"},
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("sandbox ready on http://127.0.0.1:")
        keys = {"X-App-Id": "id", "X-App-Token": "token"}
        with httpx2.Client(
            base_url=line.split()[-1], headers=keys, trust_env=False, timeout=20
        ) as client:
            yield process, client
        process.kill()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_quietly_and_stops_cleanly(
    served: tuple[subprocess.Popen[str], httpx2.Client], target: Target, stop: signal.Signals
) -> None:
    """One line on the terminal, whatever is called; a signal ends it with 0."""
    process, client = served
    scene = client.post("/sandbox/scenario", json={}).json()
    client.post("/sandbox/unassign", json={"holder": scene["referees"][0]["holder"]})
    until(lambda: target.received)
    assert client.get("/v1/vouchers/none").status_code == 404
    process.send_signal(stop)
    rest, _ = process.communicate(timeout=20)
    assert (rest, process.returncode) == ("", 0)


@pytest.mark.parametrize(("applied", "left"), [(True, 1400), (False, 1500)])
def test_a_dropped_connection_is_seen_as_one(
    served: tuple[subprocess.Popen[str], httpx2.Client], applied: bool, left: int
) -> None:
    """Over a real socket a dropped call ends without an answer, with or without its effect."""
    _, client = served
    scene = client.post("/sandbox/scenario", json={}).json()
    path = f"/v1/vouchers/{scene['referees'][0]['card']['code']}"
    client.put("/sandbox/faults", json={"voucherify": {"drop": True, "apply": applied, "times": 1}})
    with pytest.raises(httpx2.RemoteProtocolError):
        client.post(f"{path}/balance", json={"amount": -100})
    assert client.get(path).json()["gift"]["balance"] == left
