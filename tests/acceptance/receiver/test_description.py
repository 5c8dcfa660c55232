"""The receiver's own description, and the receiver against it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.acceptance.receiver.kit import ROOT, running_web


CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "ignored_auth",
    "missing_required_header",
]


def test_the_receiver_does_as_it_describes(redis_url: str, tmp_path: Path, request) -> None:
    """Whatever the description allows to be sent, signed or not, is answered as it says."""
    most = "2000" if request.config.getoption("--full") else "25"
    with running_web(tmp_path / "log", redis_url) as web:
        run = subprocess.run(
            [
                Path(sys.executable).parent / "schemathesis",
                "run",
                f"http://127.0.0.1:{web.port}/openapi.json",
                f"--checks={','.join(CHECKS)}",
                f"--max-examples={most}",
                "--mode=all",
                "--seed=1",
                "--generation-database=none",
            ],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "SCHEMATHESIS_HOOKS": "tests.acceptance.receiver.signing",
            },
            capture_output=True,
            text=True,
            timeout=3600,
        )
        written = web.output
    print(run.stdout, run.stderr)
    assert run.returncode == 0, run.stdout
    assert written.count("webhook.accepted") > 10
    assert written.count("bad_signature") > 10
