import threading
from typing import Any, TypeAlias, cast

from flask import Response, current_app

from sandbox.faults import Faults
from sandbox.ids import Ids
from sandbox.settings import SandboxSettings
from sandbox.signed import SignedLog
from sandbox.traffic import Traffic
from sandbox.voucherify.store import Store
from sandbox.webhooks import WebhookSender


Answer: TypeAlias = Response | dict[str, Any] | tuple[dict[str, Any], int]


class World:
    """Everything the stand-ins remember, under one lock."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.ids = Ids(settings.first_id)
        self.store = Store(self.ids)
        self.sender = WebhookSender(
            url=settings.webhook_url,
            secret=settings.webhook_secret,
            speedup=settings.speedup,
            ids=self.ids,
            lock=self.lock,
        )
        self.crm = SignedLog(secret=settings.crm_secret, kind="note", ids=self.ids)
        self.shop = SignedLog(secret=settings.shop_secret, kind="takeback", ids=self.ids)
        self.faults = Faults()
        self.traffic = Traffic()

    def clear(self) -> None:
        """Forget all state and faults; the ids go on counting."""
        with self.lock:
            self.store.clear()
            self.sender.clear()
            self.crm.clear()
            self.shop.clear()
            self.faults.clear()
            self.traffic.requests.clear()


def world() -> World:
    """Return the state of the app that serves the current request."""
    return cast("World", current_app.extensions["sandbox"])
