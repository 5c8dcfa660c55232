"""docs/handlers.md, run as it stands."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from inbox.admin.queries import Admin
from inbox.store.client import StoreClient
from tests.acceptance.conftest import MakeProduct
from tests.processes import ROOT, wait_until
from worker.effects.names import effect_id, key_of


PAGE = (ROOT / "docs" / "handlers.md").read_text()


def block(info: str) -> str:
    """Return the block of the page with this after its fence."""
    found = re.findall(rf"^( *)```{re.escape(info)}\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(found) == 1, info
    indent, text = found[0]
    return "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The page's files in a folder of the shop's."""
    made = tmp_path / "shop"
    made.mkdir()
    for info in re.findall(r"^```(\w+ \w+\.\w+)$", PAGE, re.MULTILINE):
        (made / info.split()[1]).write_text(block(info))
    assert {file.name for file in made.iterdir()} == {
        "shop_events.py",
        "test_shop_events.py",
        "body.json",
    }
    return made


class Shop(ThreadingHTTPServer):
    """A shop that takes requests for refunds, the first of them without an answer in words."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, Any], str]] = []
        self.answers = [503]
        super().__init__(("127.0.0.1", 0), _Request)
        self.url = f"http://127.0.0.1:{self.server_port}/refunds"


class _Request(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((json.loads(text), self.headers["Idempotency-Key"]))
        self.send_response(self.server.answers.pop() if self.server.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the library's name
        """Log nothing."""


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop that listens."""
    with Shop() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def run(script: str, folder: Path) -> str:
    """Run one of the page's commands in the shop's folder."""
    ended = subprocess.run(
        ["sh", "-ec", script],
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PERKHOOK": str(ROOT),
            "SHOP": str(folder),
            # Those of ours that a shop does not have.
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_pages_own_test_passes(folder: Path) -> None:
    """In a folder of its own, with nothing but the page's files and this repository's path."""
    assert "2 passed" in run(block("sh test"), folder)


def test_trying_says_what_the_page_says(folder: Path) -> None:
    """Without a store, without secrets, and without a trace in the folder."""
    before = sorted(folder.rglob("*"))

    assert run(block("sh try"), folder) == block("text try")
    assert sorted(folder.rglob("*")) == before


def test_the_pages_handler_refunds_once(
    make_product: MakeProduct, folder: Path, shop: Shop, store: StoreClient
) -> None:
    """
    A real worker runs it for a signed body of a real receiver.

    The shop's first answer leaves open whether it has done it, so it is asked again with the same
    key; the event comes in other bytes as well, which changes nothing. A second handler runs dry.
    """
    dry = (folder / "shop_events.py").read_text().replace("refund_order", "refund_dry")
    (folder / "shop_dry.py").write_text(dry.replace('queue="refunds"', 'queue="dry"'))
    product = make_product(
        "web",
        "worker",
        PYTHONPATH=str(folder),
        HANDLERS="shop_events,shop_dry",
        HANDLERS_DRY_RUN="refund_dry",
        SHOP_URL=shop.url,
        SHOP_SECRET="whsec_" + "QUJD" * 8,
    )
    compact = json.dumps(json.loads(block("json body.json")), separators=(",", ":"))

    first = product.send(compact.encode()).json()["delivery"]
    again = product.send(compact.replace("whs_1", "whs_2").encode()).json()["delivery"]
    desk = Admin(store, dedupe_window_seconds=3600)

    def ended() -> list[dict[str, str]]:
        views = [desk.delivery(each) for each in (first, again)]
        return [view.ended for view in views if view and view.completed]

    wait_until(lambda: len(ended()) == 2, "both are completed")
    key = key_of(effect_id("refund_order", "refund", "rrf_1"))
    asked = ({"rollback": "rrf_1"}, key)
    assert shop.asked == [asked, asked]
    reported = {
        "process": "handed to refund_dry, refund_order",
        "refund_dry": "dry run: would refund rrf_1",
        "refund_order": "the shop was asked for a refund",
    }
    (other,) = [each for each in ended() if each != reported]
    assert other["process"] in {f"same event as delivery {each}" for each in (first, again)}
    (effect,) = _effects(product.redis_url)
    assert (effect["state"], effect["customer"], effect["event"]) == ("confirmed", "cust_1", "ev_1")
    assert effect["what"] == "a step of an own handler"


def _effects(redis_url: str) -> Any:
    reported = subprocess.run(
        [sys.executable, "-m", "worker", "effects", "--about", "rrf_1", "--json"],
        cwd=ROOT,
        env={"REDIS_URL": redis_url},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(reported.stdout)
