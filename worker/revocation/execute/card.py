"""A card during a change of its balance: claimed in the ledger, and read over the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from inbox.ledger import Effects
from inbox.model.effect import Effect, EffectState
from worker.effects.attempt import Attempt
from worker.errors import NeedsPersonError
from worker.job import Job
from worker.revocation.cards import Card, Change
from worker.revocation.client import RevocationClient
from worker.revocation.read.listed import adds_up, balance_after, changes_in
from worker.revocation.read.statement import balance_of


#: Clocks of Voucherify and of the store may differ by so much.
CLOCKS: Final = timedelta(minutes=1)

_ENDS: Final = (EffectState.CONFIRMED, EffectState.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    What is known of a card before it is changed.

    Attributes:
        most: the most that may be moved, in cents or points.
        balance: what was on the card; None if it was not read.
        read_at: when reading it began; None the same.
        made: our change among its transactions, if it was read and is there.
        search_first: whether the change may have been made without the ledger knowing it.
    """

    most: int
    balance: int | None = None
    read_at: datetime | None = None
    made: Change | None = None
    search_first: bool = False


class CardAttempt(Attempt):
    """An attempt that has its card to itself until it is confirmed, refused or freed."""

    def __init__(self, effects: Effects, effect: Effect) -> None:
        super().__init__(effects, effect)
        self._effects = effects
        #: What is left on the card after the change, if the answer says it.
        self.left: int | None = None

    def free(self) -> None:
        """Let other changes of the card begin."""
        self._effects.free(self.effect)

    def _written(
        self, to: EffectState, since: tuple[EffectState, ...], fields: Mapping[str, str | int]
    ) -> Effect | None:
        left = self.left if to is EffectState.CONFIRMED else None
        return self._effects.move_change(
            self.effect, to, since=since, fields=fields, free=to in _ENDS, left=left
        )


class CardReader:
    """
    What the API shows of one card, as one run read it last.

    Args:
        card: whose balance is changed.
        client: Voucherify's API.
        job: the job that reads.
    """

    def __init__(self, card: Card, client: RevocationClient, job: Job) -> None:
        self._card = card
        self._client = client
        self._job = job
        #: The balance after the newest transaction; None if they were not read or do not say it.
        self.listed: int | None = None
        #: Whether the balances of the transactions follow from each other.
        self.adds_up = True

    def find(self, name: str, sent: datetime | None) -> Change | None:
        """Read the transactions and return our change of that name, sent at that time, if any."""
        listed = list(self._client.transactions(self._card.id, self._job) or ())
        self.listed = balance_after(listed[0]) if listed else None
        self.adds_up = sent is None or adds_up(listed, sent - CLOCKS)
        return next((each for each in changes_in(listed) if each.name == name), None)

    def balance(self) -> int | None:
        """Read the card's balance; None if it is gone or unreadable."""
        voucher = self._client.voucher(self._card.id, self._job)
        return balance_of(voucher, self._card) if voucher else None

    def sure_balance(self, *, gives: bool) -> int:
        """
        Read the balance before a change.

        Raises:
            NeedsPersonError: it is unreadable, or the card to give to is gone.
        """
        voucher = self._client.voucher(self._card.id, self._job)
        if voucher is None and gives:
            raise NeedsPersonError(f"card {self._card.id} is gone, nothing can be given back")
        balance = balance_of(voucher, self._card) if voucher else 0
        if balance is None:
            raise NeedsPersonError(f"the balance of card {self._card.id} cannot be read")
        return balance
