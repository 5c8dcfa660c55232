"""The stand-ins behind a real socket, and shorthand for what tests do with them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from werkzeug.serving import make_server

from sandbox.app import create_app
from sandbox.clock import Clock, now
from sandbox.serve import _QuietHandler
from sandbox.settings import SandboxSettings, from_environ
from sandbox.voucherify.life.cards import Posting, post
from sandbox.world import World
from schemas import HolderAssignmentDeleted, load_envelope, load_event, parse_body


class Patience(Clock):
    """The machine's time; what waits by it can be let go before its time."""

    def __init__(self) -> None:
        super().__init__()
        self._over = threading.Event()

    def sleep(self, seconds: float) -> None:
        """Wait for so long, or until it is over for all who wait."""
        self._over.wait(seconds)

    def let_go(self) -> None:
        """End all waiting; who waits from now on waits anew."""
        over, self._over = self._over, threading.Event()
        over.set()

    def reset(self) -> None:
        """Return the machine's time again, and let no one wait."""
        super().reset()
        self.let_go()


@dataclass(frozen=True, slots=True)
class Shop:
    """One served world of Voucherify, CRM and perks service."""

    url: str
    settings: SandboxSettings
    world: World
    clock: Patience

    def clear(self) -> None:
        """Start anew; webhooks are written and not sent."""
        self.world.clear()
        self.world.sender.disable()

    def scenario(self, **wanted: Any) -> dict[str, Any]:
        """Make a scenario true."""
        found: dict[str, Any] = self.call("POST", "/sandbox/scenario", wanted)
        return found

    def faults(self, component: str, *faults: dict[str, Any]) -> None:
        """Let a component misbehave."""
        self.call("PUT", "/sandbox/faults", {component: list(faults)})

    def well(self) -> None:
        """Switch all faults off, and answer those who are kept waiting."""
        self.call("DELETE", "/sandbox/faults")
        self.clock.let_go()

    def removal(self, holder: str) -> bytes:
        """End an assignment as a person at the dashboard does; return the webhook's body."""
        self.call("POST", "/sandbox/unassign", {"holder": holder})
        with self.world.lock:
            return list(self.world.sender)[-1].body

    def removal_event(self, holder: str) -> HolderAssignmentDeleted:
        """End an assignment; return the event."""
        return event_in(self.removal(holder))

    def balance(self, card: str) -> int:
        """Check what is on a card."""
        with self.world.lock:
            return self.world.store.voucher(card).balance

    def take_backs(self, card: str) -> list[tuple[int, str | None]]:
        """List what was taken from a card by the API: amount and source_id."""
        with self.world.lock:
            transactions = list(self.world.store.voucher(card).transactions)
        return [
            (each.amount, each.source_id) for each in transactions if each.type.endswith("_REMOVAL")
        ]

    def move(
        self, card: str, amount: int, kind: str, *, at: datetime | None = None, **more: Any
    ) -> None:
        """Put a transaction on a card."""
        with self.world.lock:
            voucher = self.world.store.voucher(card)
            post(self.world.store, voucher, Posting(amount, kind, at=at, **more))

    def requests(self, component: str, method: str | None = None) -> list[dict[str, Any]]:
        """List the calls that a component got."""
        with self.world.lock:
            found: list[dict[str, Any]] = self.world.traffic.select(
                component=component, method=method, path=None
            )
        return found

    def notes(self) -> list[dict[str, Any]]:
        """List what the CRM noted."""
        with self.world.lock:
            return [each.as_json() for each in self.world.crm.entries()]

    def takebacks(self) -> list[dict[str, Any]]:
        """List what the perks service took."""
        with self.world.lock:
            return [each.as_json() for each in self.world.shop.entries()]

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call the stand-in's API as the shop does."""
        keys = {"X-App-Id": self.settings.app_id, "X-App-Token": self.settings.app_token}
        answer = httpx2.request(method, self.url + path, json=body, headers=keys, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the sandbox itself."""
        answer = httpx2.request(method, self.url + path, json=body, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()


def event_in(body: bytes) -> HolderAssignmentDeleted:
    """Read the event of a removal from a webhook's body."""
    event = load_event(load_envelope(parse_body(body)))
    assert isinstance(event, HolderAssignmentDeleted)
    return event


def ago(**time: float) -> datetime:
    """Return a time in the past."""
    return now() - timedelta(**time)


@contextmanager
def served() -> Iterator[Shop]:
    """Serve the stand-ins on a free port."""
    settings, clock = from_environ({}), Patience()
    app = create_app(settings, clock=clock)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        yield Shop(url, settings, app.extensions["sandbox"], clock)
    finally:
        clock.let_go()
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["sandbox"].sender.close()
