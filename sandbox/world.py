import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, cast

from flask import Response, current_app

from sandbox.calls.limits import RateLimits
from sandbox.calls.traffic import Traffic
from sandbox.clock import Clock
from sandbox.faults.rules import Faults
from sandbox.hubspot.store import HubSpotStore
from sandbox.ids import Ids
from sandbox.services.log import SignedLog
from sandbox.settings import SandboxSettings
from sandbox.voucherify.data.store import Store
from sandbox.webhooks.sender import Outbox, WebhookSender


P = ParamSpec("P")
T = TypeVar("T")
Answer: TypeAlias = Response | dict[str, Any] | tuple[dict[str, Any], int]


class World:
    """Everything the stand-ins remember, under one lock."""

    def __init__(
        self, settings: SandboxSettings, *, clock: Clock | None = None, deliver: bool = True
    ) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.ids = Ids(settings.first_id)
        self.clock = clock or Clock()
        self.store = Store(self.ids, self.clock)
        self.options = self.store.options
        self.sender = (WebhookSender if deliver else Outbox)(
            url=settings.webhook_url,
            secret=settings.webhook_secret,
            speedup=settings.speedup,
            ids=self.ids,
            lock=self.lock,
            clock=self.clock,
        )
        self.started_at = self.clock.now()
        self.clear()

    def clear(self) -> None:
        """Forget all state and faults; the ids continue."""
        with self.lock:
            self.clock.reset()
            self.store.clear()
            self.options.clear()
            self.sender.clear()
            self.crm = self._log(self.settings.crm_secret, "note")
            self.shop = self._log(self.settings.shop_secret, "takeback")
            self.hubspot = HubSpotStore(self.ids, self.clock)
            self.faults = Faults()
            self.traffic = Traffic()
            self.limits = RateLimits(self.clock)
            self.violations: list[dict[str, Any]] = []
            self.deleted_holders = 0

    def _log(self, secret: str, kind: str) -> SignedLog:
        return SignedLog(secret=secret, kind=kind, ids=self.ids, clock=self.clock)


def world() -> World:
    """Return the state of the app that serves the current request."""
    return cast("World", current_app.extensions["sandbox"])


def locked(view: Callable[Concatenate[World, P], T]) -> Callable[P, T]:
    """Pass an endpoint the state of its app, and lock all others out while it runs."""

    @wraps(view)
    def alone(*args: P.args, **kwargs: P.kwargs) -> T:
        sandbox = world()
        with sandbox.lock:
            return view(sandbox, *args, **kwargs)

    return alone
