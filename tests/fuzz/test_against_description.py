"""The receiver against the description that it serves."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.acceptance.receiver.kit import ROOT, running_web
from tests.patience import of_three


CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
]


def test_the_receiver_does_as_it_describes(redis_url: str, tmp_path: Path, examples: int) -> None:
    """Whatever the description allows to be sent, signed or not, is answered as it says."""
    with running_web(tmp_path / "log", redis_url) as web:
        # A store that stands still for a second is reported by a 503, which it takes for a fault.
        run = of_three(
            lambda: _schemathesis(web.port, examples // 10, tmp_path),
            lambda run: run.returncode == 0,
        )
        written = web.output

    assert run.returncode == 0, run.stdout + run.stderr
    tested = re.search(r"Tested: (\d+)", run.stdout)
    assert tested, run.stdout
    # All but the description itself, which it has read to begin with.
    assert int(tested[1]) == 4
    assert written.count("webhook.accepted") > 10
    assert written.count("bad_signature") > 5


def _schemathesis(port: int, examples: int, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            "--no-color",
            "run",
            f"http://127.0.0.1:{port}/openapi.json",
            f"--checks={','.join(CHECKS)}",
            f"--max-examples={examples}",
            "--mode=all",
            "--generation-database=none",
        ],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.fuzz.signing",
        },
        capture_output=True,
        text=True,
        check=False,
    )
