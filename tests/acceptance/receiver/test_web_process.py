import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.acceptance.receiver.kit import (
    DEADLINE,
    ROOT,
    SECRET,
    eventually,
    head,
    read_answer,
    running,
    running_web,
)


#: What would make the receiver slow to start, big, or able to do more than receive.
HEAVY = ("celery", "kombu", "marshmallow", "schemas", "worker", "httpx2", "sentry_sdk", "flower")

LOADED = """
import json, sys
import receiver.wsgi
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_the_receiver_stays_small() -> None:
    """Loading the entry point loads nothing that workers need, and connects to nothing."""
    environ = {"VOUCHERIFY_WEBHOOK_SECRETS": SECRET, "REDIS_URL": "redis://127.0.0.1:1/0"}

    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT, env=environ, check=True, capture_output=True, timeout=DEADLINE,
    )  # fmt: skip

    loaded = set(json.loads(done.stdout))
    assert "receiver" in loaded
    assert not loaded & set(HEAVY), "the receiver must not load these"


@pytest.mark.parametrize(
    "of_the_server", [{}, {"DRAIN_SECONDS": "sesame", "WEB_CONCURRENCY": "sesame"}]
)
def test_wrong_settings_end_the_process_with_one_message(
    tmp_path: Path, of_the_server: dict[str, str]
) -> None:
    """Every wrong variable is named, no value is shown, and the exit code is not 0."""
    wrong = of_the_server | {
        "VOUCHERIFY_WEBHOOK_SECRETS": "sesame,whsec-sesame-long-enough",
        "REDIS_URL": "http://:sesame@127.0.0.1",
        "MAX_BODY_BYTES": "sesame",
        "DEDUPE_WINDOW_SECONDS": "sesame",
        "ALLOWED_IPS": "sesame",
        "TRUSTED_PROXY_HOPS": "sesame",
        "LOG_FORMAT": "sesame",
        "SENTRY_DSN": "https://sesame@",
    }
    with running("web", tmp_path / "log", HOST="127.0.0.1", **wrong) as web:
        assert web.process.wait(DEADLINE) != 0

        assert web.output.count("perkhook cannot start, the environment is wrong:") == 1
        for name in wrong:
            assert f"\n  - {name} " in web.output
        assert "sesame" not in web.output
        assert "Traceback" not in web.output


@pytest.mark.parametrize("count", ["1", "2"])
def test_a_missing_secret_ends_the_process(tmp_path: Path, count: str) -> None:
    """The one variable without a default is asked for by name, once for all workers."""
    with running("web", tmp_path / "log", HOST="127.0.0.1", WEB_CONCURRENCY=count) as web:
        assert web.process.wait(DEADLINE) != 0

        asked = "\n  - VOUCHERIFY_WEBHOOK_SECRETS is required and not set\n"
        assert web.output.count(asked) == 1


def test_a_right_start_shows_no_secret(redis_url: str, tmp_path: Path) -> None:
    """Neither the webhook's secret nor the store's password is written anywhere."""
    address = redis_url.replace("redis://", "redis://default:sesame@")
    with running_web(tmp_path / "log", address) as web:
        assert web.ask("GET", "/readyz").status in {200, 503}
        assert web.stop() == 0

        assert SECRET not in web.output
        assert "sesame" not in web.output


@pytest.mark.parametrize("count", ["1", "2"])
def test_a_host_can_end_it(redis_url: str, tmp_path: Path, count: str) -> None:
    """SIGTERM ends the process with exit code 0, with one worker process or several."""
    with running_web(tmp_path / "log", redis_url, WEB_CONCURRENCY=count) as web:
        assert web.send(b"{}").status == 202
        eventually(lambda: web.output.count("Started worker-") == int(count), "all have started")

        assert web.stop() == 0
        assert "Traceback" not in web.output


def test_what_was_begun_is_answered_before_the_end(redis_url: str, tmp_path: Path) -> None:
    """A webhook of which half has come when SIGTERM comes is still taken and answered."""
    raw = b'{"half":"now","half":"later"}'
    with running_web(tmp_path / "log", redis_url) as web, ThreadPoolExecutor() as pool:
        with web.connect() as connection:
            connection.sendall(head(raw, "Expect: 100-continue"))
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")  # it is being read
            connection.sendall(raw[:9])
            ending = pool.submit(web.stop)
            connection.sendall(raw[9:])

            assert read_answer(connection).status == 202
        assert ending.result(DEADLINE) == 0
