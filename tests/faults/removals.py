"""Removals in the stand-in for Voucherify, whose API has no idempotency keys: the hard case."""

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from tests.acceptance.product import Product
from tests.faults.tally import Effect


#: Referees whose assignment is ended in one call to the stand-in.
BATCH = 20


@dataclass(slots=True)
class Removals:
    """
    Ends assignments at an even rate; the stand-in sends the webhooks, again until answered 202.

    Args:
        product: with a sandbox.
        events: how many referees.
        per_second: how many are unassigned in a second.
    """

    product: Product
    events: int
    per_second: float
    _referees: list[dict[str, Any]] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Seed the stand-in and begin."""
        self._referees = self.product.scenario(referees=self.events)["referees"]
        self._thread = threading.Thread(target=self._unassign, name="removals")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the rest at once, or none if the test failed."""
        if error is not None:
            self._stopping.set()
        self.join()

    def join(self) -> None:
        """Wait until every assignment is ended."""
        if self._thread is not None:
            self._thread.join()

    @property
    def running(self) -> bool:
        """Whether some are still to be ended."""
        return self._thread is not None and self._thread.is_alive()

    def accepted(self) -> dict[str, float]:
        """Return the time of the 202 for each holder, in seconds since 1970."""
        found = {}
        for sendout in self.product.state("sendouts"):
            times = [_seconds(each["at"]) for each in sendout["tries"] if each["status"] == 202]
            if times:
                found[json.loads(sendout["body"])["data"]["holder"]["id"]] = min(times)
        return found

    def effects(self) -> list[Effect]:
        """Return what was taken from cards and what the CRM received."""
        cards = self.product.state("cards")
        holders = {each["customer"]: each["holder"] for each in self._referees}
        taken = [
            Effect("perks", each["holder"], change["id"], _seconds(change["created_at"]))
            for each in self._referees
            for change in cards[each["card"]["id"]]["transactions"]
            if change["type"].endswith("_REMOVAL")
        ]
        reported = [
            Effect("crm", holders[note["customer"]], note["id"], _seconds(note["at"]))
            for note in self.product.state("notes")
        ]
        return taken + reported

    def _unassign(self) -> None:
        for start in range(0, self.events, BATCH):
            if self._stopping.is_set():
                return
            batch = self._referees[start : start + BATCH]
            self.product.unassign(*(each["holder"] for each in batch))
            self._stopping.wait(BATCH / self.per_second)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
