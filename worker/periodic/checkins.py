import math
from typing import Final

from redis import Redis

from inbox.state.checkins import first_in
from telemetry.report import check_in, reports


#: What Sentry's monitor of the sweep is called.
MONITOR: Final = "perkhook-reclaim"


class CheckIns:
    """
    Tells Sentry's monitor that sweeps go on: at the most once a minute, whoever sweeps.

    Sentry raises an issue when nobody has told it for some minutes.
    """

    def __init__(self, store: Redis, caller: str, interval_seconds: float) -> None:
        self._store = store
        self._caller = caller
        self._minutes = max(1, math.ceil(interval_seconds / 60))

    def tell(self) -> None:
        """Check in, unless a worker did a moment ago."""
        if reports() and first_in(self._store, self._caller, self._minutes * 60):
            check_in(MONITOR, self._minutes)
