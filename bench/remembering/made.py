"""Made-up finished events: ids at random, as long as Voucherify's own."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tests import samples


REMOVED: Final = "customer.holder.assignment.deleted"

_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)

#: Events that a shop's webhook also gets and that no handler of ours wants.
_UNWANTED: Final = (
    "customer.updated",
    "redemption.succeeded",
    "customer.order.paid",
    "customer.rewarded",
    "voucher.updated",
    "publication.succeeded",
)

#: Digits of an id, where they are not those of most.
_DIGITS: Final = {"cust": 24, "camp": 24, "v": 32}
_COMMON_DIGITS: Final = 18

#: Campaigns of one shop.
_CAMPAIGNS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeEvent:
    """
    What is remembered of an event.

    Attributes:
        body: bytes that no other event has; all else of a body goes when it is completed.
        event: its id.
        kind: its type.
        at: when it happened.
    """

    body: bytes
    event: str
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRemoval(MadeEvent):
    """
    What is remembered of a removal, and of the reward that was on a gift card.

    Attributes:
        holder: the assignment.
        grant: the transaction that gave the reward.
        amount: of the reward, in cents.
        before: what was on the card, in cents.
    """

    holder: str
    customer: str
    campaign: str
    card: str
    grant: str
    amount: int = 500
    before: int = 1500
    kind: str = REMOVED


class Made:
    """Makes events up; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._campaigns = [self._id("camp") for _ in range(_CAMPAIGNS)]

    def removals(self) -> Iterator[MadeRemoval]:
        """Yield removals without end."""
        while True:
            event = self._id("evcus")
            amount = self._chance.choice((250, 500, 1000, 1500))
            yield MadeRemoval(
                body=self._body(event, REMOVED),
                event=event,
                at=self._time(),
                holder=self._id("rh"),
                customer=self._id("cust"),
                campaign=self._chance.choice(self._campaigns),
                card=self._id("v"),
                grant=self._id("vtx"),
                amount=amount,
                before=amount + self._chance.choice((0, 500, 1000, 1234)),
            )

    def unwanted(self) -> Iterator[MadeEvent]:
        """Yield events that no handler wants without end."""
        while True:
            event, kind = self._id("ev"), self._chance.choice(_UNWANTED)
            yield MadeEvent(body=self._body(event, kind), event=event, kind=kind, at=self._time())

    def _body(self, event: str, kind: str) -> bytes:
        return samples.body({"id": self._id("whs"), "type": kind, "event": {"id": event}})

    def _id(self, kind: str) -> str:
        digits = _DIGITS.get(kind, _COMMON_DIGITS)
        return f"{kind}_{self._chance.getrandbits(4 * digits):0{digits}x}"

    def _time(self) -> datetime:
        return _EPOCH + timedelta(milliseconds=self._chance.randrange(20_000_000_000))
