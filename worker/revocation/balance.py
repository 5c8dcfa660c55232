"""
Changing a card's balance exactly once, over an API without idempotency keys.

    ledger: planned ─▶ sent ─▶ answered ─▶ confirmed
                        │  ▲                  ▲
                        ▼  │ minutes later,   │ found in the card's own
                      unknown  and not found ─┘ transactions

The change carries a name in the card's transactions. It is marked as sent before the call, and
that is made durable first where ACCEPT_DURABILITY asks for it; it is sent again only when its
name is not found there minutes after it was sent. One change is in flight for each card.
"""

from typing import Final

from inbox.effects import Effect, Effects, EffectState
from inbox.errors import InboxUnavailableError
from worker.errors import JobError, NeedsPersonError, PostponedError, RetryableError
from worker.revocation.client import Answer, RevocationClient
from worker.revocation.findings import Card
from worker.revocation.reading import balance_of, change_named
from worker.services import Job


#: Wait before looking again for a change that was answered and is not seen yet.
LOOK_AGAIN_SECONDS: Final = 5.0

#: An answered change that so many looks did not find is believed all the same.
MOST_LOOKS: Final = 3

#: A change that was sent so often without being found is for a person.
MOST_SENDS: Final = 3

#: Times that a change can be in flight, after which a dead worker's lock of a card is void.
LOCK_TIMES: Final = 3

#: Wait for another change of the same card. Looking everything up again costs some ten calls of
#: the budget that all share, and a change whose answer never came keeps its card for minutes.
CARD_BUSY_SECONDS: Final = 30.0

#: Wait for a store that does not make what it is told durable.
NOT_DURABLE_SECONDS: Final = 30.0

_NOT_UNDER_WAY: Final = (EffectState.PLANNED, EffectState.REFUSED)


class BalanceChange:
    """One change of one card's balance, from the ledger to the card and back."""

    def __init__(
        self, effect: Effect, card: Card, client: RevocationClient, effects: Effects, job: Job
    ) -> None:
        self._effect = effect
        self._card = card
        self._client = client
        self._effects = effects
        self._job = job
        self._name = effect.fields["name"]
        self._gives = effect.fields["kind"] == "give"

    def make(self, *, look_first: bool = False) -> Effect:
        """
        Make the change if it was not made, and give the effect as it stands then.

        Args:
            look_first: whether it may have been made without the ledger's knowing.

        Raises:
            PostponedError: another change of this card is in flight.
            RetryableError: it is not known yet whether it was made.
            NeedsPersonError: it cannot be found out.
        """
        if self._effect.state is EffectState.CONFIRMED:
            return self._effect
        lock_seconds = LOCK_TIMES * self._effects.in_flight_seconds
        if not self._effects.lock_card(self._card.id, self._effect.id, lock_seconds):
            raise PostponedError(
                "card_busy",
                f"another change of card {self._card.id} is under way",
                seconds=CARD_BUSY_SECONDS,
            )
        try:
            return self._go_on(look_first=look_first)
        except JobError:
            # Nothing is in flight, so no other change of this card need wait for this one.
            stands = self._effects.get(self._effect.id)
            if stands is not None and stands.state in _NOT_UNDER_WAY:
                self._effects.unlock_card(self._card.id, self._effect.id)
            raise

    def _go_on(self, *, look_first: bool) -> Effect:
        if self._effect.state is EffectState.ANSWERED:
            return self._look()
        if (look_first or self._effect.state not in _NOT_UNDER_WAY) and self._was_made():
            return self._effect
        amount = self._amount()
        if amount == 0:
            return self._confirm(0, transaction="")
        self._send(amount)
        return self._look()

    def _was_made(self) -> bool:
        """Find out what became of a change whose answer never came; False to send it again."""
        if self._found():
            return True
        # Only when no call can be under way any more is a change that is not found sent again.
        left = self._effects.in_flight_seconds - self._effect.seconds_since(EffectState.SENT)
        if left > 0:
            raise _unknown(left)
        if self._effect.number("sends") >= MOST_SENDS:
            self._effects.unlock_card(self._card.id, self._effect.id)
            raise NeedsPersonError(
                f"a change of card {self._card.id} was sent {MOST_SENDS} times and is not among "
                f"its transactions (source id {self._name}): was it made?"
            )
        return False

    def _amount(self) -> int:
        """Read how much can be moved: what was granted, and no more than is left."""
        granted = self._effect.number("granted")
        voucher = self._client.voucher(self._card.id, self._job)
        if voucher is None:
            if self._gives:
                raise NeedsPersonError(f"card {self._card.id} is gone, nothing can be given back")
            return 0
        if self._gives:
            return granted
        balance = balance_of(voucher, self._card)
        if balance is None:
            raise NeedsPersonError(f"the balance of card {self._card.id} cannot be read")
        return min(granted, max(balance, 0))

    def _send(self, amount: int) -> None:
        sends = self._effect.number("sends") + 1
        self._move(EffectState.SENT, amount=amount, looks=0)
        if self._effect.number("sends") != sends:
            # Two runs saw it as lost at the same time; the other one sends it.
            raise _moved_on()
        self._secure()
        signed = amount if self._gives else -amount
        reason = self._effect.fields["reason"]
        try:
            answer = self._client.change_balance(
                self._card.id, signed, self._name, reason, self._job
            )
        except JobError:
            # Not sent, or refused. Any other error says nothing, and the effect stays sent.
            self._refused()
            raise
        match answer:
            case Answer.UNKNOWN:
                self._move(EffectState.UNKNOWN)
                raise _unknown(self._effects.in_flight_seconds, outage=True)
            case Answer.EXCEEDED | Answer.NOT_FOUND:
                self._refused()
                raise RetryableError(
                    "balance_changed", f"the balance of card {self._card.id} changed meanwhile"
                )
        self._move(EffectState.ANSWERED)

    def _secure(self) -> None:
        """Have it noted as sent where a crash of the store does not forget it, or send nothing."""
        try:
            self._effects.secure(self._effect)
        except InboxUnavailableError as error:
            self._refused()
            raise PostponedError(
                "ledger_not_durable",
                f"nothing was sent, because the note of it is not safe: {error.sentence}",
                seconds=NOT_DURABLE_SECONDS,
            ) from error

    def _look(self) -> Effect:
        """See the answered change in the card's transactions, or come back, or believe it."""
        if self._found():
            return self._effect
        looks = self._effect.number("looks") + 1
        if looks >= MOST_LOOKS:
            return self._confirm(self._effect.number("amount"), transaction="")
        self._move(EffectState.ANSWERED, looks=looks)
        raise RetryableError(
            "voucherify_unconfirmed",
            "the balance change was answered, and is not among the card's transactions yet",
            retry_after_seconds=LOOK_AGAIN_SECONDS * looks,
        )

    def _found(self) -> bool:
        transactions = list(self._client.transactions(self._card.id, self._job) or ())
        found = change_named(transactions, self._name, removal=not self._gives)
        if found is None:
            return False
        transaction, moved = found
        self._confirm(moved or self._effect.number("amount"), transaction=transaction)
        return True

    def _confirm(self, amount: int, *, transaction: str) -> Effect:
        shortfall = self._effect.number("granted") - amount
        self._move(
            EffectState.CONFIRMED,
            amount=amount,
            shortfall=shortfall,
            transaction=transaction,
        )
        self._effects.unlock_card(self._card.id, self._effect.id)
        return self._effect

    def _refused(self) -> None:
        # What was refused was not made, so it does not count as sent.
        self._move(EffectState.REFUSED, sends=self._effect.number("sends") - 1)
        self._effects.unlock_card(self._card.id, self._effect.id)

    def _move(self, to: EffectState, **fields: str | int) -> None:
        """Go on from the state that this run has seen, and from no other."""
        moved = self._effects.move(self._effect, to, since=(self._effect.state,), **fields)
        if moved is None:
            raise _moved_on()
        self._effect = moved


def _moved_on() -> PostponedError:
    return PostponedError(
        "effect_moved", "another run goes on with this effect", seconds=CARD_BUSY_SECONDS
    )


def _unknown(seconds: float, *, outage: bool = False) -> RetryableError:
    return RetryableError(
        "voucherify_unknown_outcome",
        "the answer to a balance change did not come or could not be read; the card's "
        "transactions are read before anything is sent again",
        retry_after_seconds=seconds,
        outage=outage,
    )
