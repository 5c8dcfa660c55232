import math
from typing import Final

from inbox.state.checkins import first_in
from inbox.store.client import StoreClient
from telemetry.report import check_in, reports


#: The name of Sentry's monitor of the reaper.
MONITOR: Final = "perkhook-reclaim"


class CheckIns:
    """
    Checks in with Sentry's monitor that the reaper runs, at most once a minute for the fleet.

    Sentry raises an issue when no check-in comes for some minutes.
    """

    def __init__(self, store: StoreClient, caller: str, interval_seconds: float) -> None:
        self._store = store
        self._caller = caller
        self._minutes = max(1, math.ceil(interval_seconds / 60))

    def check_in(self) -> None:
        """Check in, unless a worker did a moment ago."""
        if reports() and first_in(self._store, self._caller, self._minutes * 60):
            check_in(MONITOR, self._minutes)
