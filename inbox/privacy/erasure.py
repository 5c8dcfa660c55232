from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from inbox import keys
from inbox.ids import delivery_of, name_of
from inbox.privacy.redaction import concerns, redacted
from inbox.store import scripts
from inbox.store.client import StoreClient
from inbox.store.packing import pack, unpack, without_trace
from inbox.unclaimed import UnclaimedDeliveries


#: How long a customer's erasure is known: as long as Voucherify keeps send-outs that a person
#: can send again.
MEMORY_SECONDS: Final = 16_416_000

#: Jobs and bodies that are read in one round trip.
PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How many of a customer's bodies were found, and how many of them were redacted now."""

    found: int
    erased: int


class Erasure:
    """
    Redacts personal data of a customer from the store.

    First the erasure is stored: bodies that are processed from then on are redacted by `Jobs`.
    Bodies that were processed before are found by the customer's index, and failed ones by
    searching them. So nothing slips through between the steps.
    """

    def __init__(self, client: StoreClient) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self._forget = scripts.load(client, "forget")
        self._erase = scripts.load(client, "erase")
        self._unclaimed = UnclaimedDeliveries(client)

    def erase(self, customer: str, *, who: str = "", why: str = "", now: bool = False) -> Erased:
        """
        Erase a customer; may be called again at any time.

        Args:
            customer: the id, as Voucherify writes it.
            who: the operator, for the record; empty for none.
            why: for the record.
            now: whether bodies that wait to be processed are searched as well, and not redacted
                when their turn comes. Takes time in proportion to the backlog.
        """
        self._forget(args=[customer, MEMORY_SECONDS * 1000, who, why])
        found = erased = 0
        for delivery in self._deliveries(customer, all_states=now):
            found += 1
            erased += self._redact(delivery)
        return Erased(found=found, erased=erased)

    def _deliveries(self, customer: str, *, all_states: bool) -> Iterator[str]:
        seen: set[str] = set()
        for member in self._client.sscan_iter(self._keys.customer + customer, count=PAGE):
            seen.add(member.decode())
        yield from sorted(seen)
        indexes = [self._keys.failed]
        if all_states:
            queued = self._keys.queued + keys.DELIVERIES_QUEUE
            indexes = [
                self._keys.fresh,
                queued,
                self._keys.running,
                self._keys.waiting,
                self._keys.failed,
            ]
        for index in indexes:
            for page in self._unprocessed(index):
                fresh = [delivery for delivery in page if delivery not in seen]
                for delivery, body in zip(fresh, self._bodies(index, fresh), strict=True):
                    if body and concerns(unpack(body), customer):
                        seen.add(delivery)
                        yield delivery

    def _unprocessed(self, index: str) -> Iterator[list[str]]:
        """Page through the deliveries of an index that were not processed."""
        cursor = 0
        while True:
            cursor, jobs = self._client.zscan(index, cursor, count=PAGE)
            yield [
                delivery_of(member.decode())
                for member, _ in jobs
                if index == self._keys.fresh or name_of(member.decode()) == keys.PROCESS
            ]
            if cursor == 0:
                return

    def _bodies(self, index: str, deliveries: list[str]) -> list[bytes | None]:
        pipe = self._client.pipeline(transaction=False)
        for delivery in deliveries:
            if index == self._keys.fresh:
                pipe.get(self._keys.delivery + delivery)
            else:
                pipe.hget(self._keys.delivery + delivery, "body")
        found: list[Any] = pipe.execute(raise_on_error=index != self._keys.fresh)
        if index == self._keys.fresh:
            # One that was claimed meanwhile is no string any more; it is in another index.
            return [without_trace(each) if isinstance(each, bytes) else None for each in found]
        return found

    def _redact(self, delivery: str) -> bool:
        """Redact a body unless that was done, or the delivery is completed by now."""
        self._unclaimed.to_hashes(delivery)
        while True:
            body, done = self._client.hmget(self._keys.delivery + delivery, "body", "erased")
            if body is None or done:
                return False
            # Refused if the body changed since it was read, which it does once at the most.
            if self._erase(args=[delivery, body, pack(redacted(unpack(body)))]):
                return True
