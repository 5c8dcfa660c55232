from collections.abc import Callable
from dataclasses import dataclass

from inbox.ledger import Effects
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from worker.services import Services
from worker.settings.worker import WorkerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """
    What commands use.

    Attributes:
        settings: a worker's.
        make_effects: returns the ledger on a connection.
        make_services: returns what handlers use.
    """

    settings: WorkerSettings
    make_effects: Callable[[WorkerSettings, StoreClient], Effects]
    make_services: Callable[[WorkerSettings, StoreClient], Services]

    def connect(self) -> StoreClient:
        """Return a connection to the store."""
        return connect(
            self.settings.broker.inbox.store,
            max_connections=2,
            answer_timeout=10.0,
            name="perkhook-command",
        )

    def effects(self) -> Effects:
        """Return the ledger on a new connection."""
        return self.make_effects(self.settings, self.connect())

    def services(self, store: StoreClient) -> Services:
        """Return what handlers use."""
        return self.make_services(self.settings, store)
