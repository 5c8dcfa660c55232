"""What only a process knows of itself, and reports to the store for the fleet's metrics."""

import json
from collections.abc import Mapping
from typing import Any, Final, Protocol

from inbox.model.rate import Rate
from inbox.store import scripts
from inbox.store.client import StoreClient


#: A receiver's message that comes again within this time does not count twice.
REMEMBERED_SECONDS: Final = 3600

#: A worker that has not reported for so many of its intervals is gone.
_ALIVE_INTERVALS: Final = 3


class HasRate(Protocol):
    """A downstream whose calls may be limited (`inbox.breaker.Breaker`)."""

    @property
    def rate(self) -> tuple[int, int]:
        """Return the most calls, 0 for no limit, and in how many milliseconds."""


class Reports:
    """Writes the reports of receivers and workers."""

    def __init__(self, client: StoreClient) -> None:
        self._counts = scripts.load(client, "report_counts")
        self._worker = scripts.load(client, "report_worker")

    def counts(self, receiver: str, number: int, counts: Mapping[str, int]) -> bool:
        """
        Add what a receiver has counted.

        Args:
            receiver: its name.
            number: of this message, from 1.
            counts: what to add, by counter.

        Returns:
            False if this message was added before.
        """
        pairs = [word for pair in counts.items() for word in pair]
        return bool(self._counts(args=[receiver, number, REMEMBERED_SECONDS * 1000, *pairs]))

    def worker(
        self,
        worker: str,
        interval_seconds: float,
        *,
        cap: Rate | None,
        campaign_cap: Rate | None = None,
        breakers: Mapping[str, HasRate],
        reaped: bool,
    ) -> None:
        """
        Record that a worker lives.

        Args:
            worker: its name.
            interval_seconds: between two such reports.
            cap: the rate cap on revocations; None if this worker revokes nothing.
            campaign_cap: the cap of one campaign; None without one.
            breakers: its downstreams by name.
            reaped: whether it has just done a whole run of the reaper.
        """
        rates: dict[str, Any] = {
            "downstreams": {name: each.rate for name, each in breakers.items()}
        }
        for name, rate in (("brake", cap), ("brake_campaign", campaign_cap)):
            if cap is not None and rate is not None:
                rates[name] = (rate.count, rate.ms)
        alive_ms = int(interval_seconds * 1000) * _ALIVE_INTERVALS
        self._worker(args=[worker, alive_ms, json.dumps(rates), int(reaped)])
