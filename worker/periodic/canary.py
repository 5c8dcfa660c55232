"""
The canary: a synthetic event through the public address, as Voucherify would send it.

It goes through load balancer, receiver, queue and worker to a handler that only records it. A
metric shows how long ago the last one came through: it grows whichever of these is broken.
"""

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from secrets import token_hex
from typing import Final

import httpx2
import structlog

from inbox.state.canary import CanaryRecord
from schemas import CANARY
from worker.http_client import explanation, make_client
from worker.periodic.loop import PeriodicTask
from worker.settings.periodic import CanarySettings


log = structlog.get_logger()

#: The receiver answers within two seconds; a worker that stops must not wait longer.
ANSWER_SECONDS: Final = 4.0

#: Every worker asks so often in each interval whether it is its turn.
_TURNS: Final = 10


class CanaryTask(PeriodicTask):
    """
    Sends a canary when it is this worker's turn; the store gives one worker of the fleet a turn.

    Args:
        record: knows whose turn it is.
        caller: names this worker.
        settings: where to send it, and how often.
        connect: returns the client of one canary.
    """

    def __init__(
        self,
        record: CanaryRecord,
        caller: str,
        settings: CanarySettings,
        connect: Callable[[], httpx2.Client] = lambda: make_client(answer_seconds=ANSWER_SECONDS),
    ) -> None:
        super().__init__("canary", settings.interval_seconds / _TURNS)
        self._record = record
        self._caller = caller
        self._settings = settings
        self._connect = connect

    def step(self) -> None:
        """Send one, if it is this worker's turn."""
        now = self._record.turn(self._caller, self._settings.interval_seconds)
        if now is None:
            return
        body = canary_body(datetime.fromtimestamp(now / 1000, UTC), token_hex(8))
        signature = hmac.digest(self._settings.secret, body, "sha256").hex()
        headers = {
            "User-Agent": "perkhook-canary",
            "Content-Type": "application/json",
            "X-Voucherify-Signature": signature,
        }
        # A failure shows in the canary's age: it is no error of the code.
        try:
            # Each uses a new connection, so it may reach another receiver.
            with self._connect() as client:
                answer = client.post(self._settings.url, content=body, headers=headers)
        except httpx2.RequestError as error:
            why = explanation(error) or type(error).__name__
            log.warning("canary.not_sent", reason="no_answer", why=why)
            return
        if answer.status_code == 202:
            log.info("canary.sent")
        else:
            log.warning("canary.not_sent", reason="answered", status=answer.status_code)


def canary_body(sent: datetime, word: str) -> bytes:
    """Return a canary in the form of Voucherify's events; the receiver sees each as a new one."""
    at = sent.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    document = {
        "id": f"whs_canary{word}",
        "created_at": at,
        "type": CANARY,
        "data": {},
        "event": {"id": f"evcanary_{word}", "type": CANARY, "created_at": at},
    }
    return json.dumps(document, separators=(",", ":")).encode()
