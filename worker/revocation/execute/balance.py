"""
Changes a card's balance exactly once, over an API without idempotency keys.

    ledger: planned ─▶ sent ─▶ confirmed     the answer's amount and balance fit
                        │ ▲ └▶ answered ─▶   they do not fit: read back
                        ▼ │
                      unknown ─▶ confirmed   found in the card's own transactions
                          └ minutes later, and not found

The change carries a name in the card's transactions. It is sent again only when its name is not
found there minutes after it was sent. One change is in flight for each card.
"""

from datetime import timedelta
from typing import Final

from inbox.ledger import Effects
from inbox.model.effect import Begun, Effect, EffectState, Turn
from worker.errors import JobError, NeedsPersonError, PostponedError, RetryableError
from worker.job import Job
from worker.revocation.cards import Card, Change
from worker.revocation.client import RevocationClient
from worker.revocation.execute.card import CardAttempt, CardReader, Known
from worker.voucherify.answer import Answer


#: Wait before reading back a change that was answered and is not listed yet.
READ_AGAIN_SECONDS: Final = 5.0

#: An answered change is believed after so many reads without it.
MOST_READS: Final = 3

#: A change that was sent so often without being found is for a person.
MOST_SENDS: Final = 3

#: Wait for a card's transactions to show the balance that the card has.
LAG_SECONDS: Final = 60.0

#: After so many of these waits a person decides.
MOST_DOUBTS: Final = 5

#: Wait before the first search for a change whose answer did not come.
FIRST_SEARCH_SECONDS: Final = 15.0

#: Wait for another change of the same card. The plan is kept, so coming back costs no call.
CARD_BUSY_SECONDS: Final = 5.0

#: The same where that change has had the card for longer than a call takes: its answer never came.
CARD_STUCK_SECONDS: Final = 30.0

#: How long a balance that was read counts as the card's present one.
FRESH: Final = timedelta(seconds=30)


class BalanceChange:
    """One change of one card's balance, from the ledger to the card and back."""

    def __init__(self, begun: Begun, client: RevocationClient, effects: Effects, job: Job) -> None:
        self._begun = begun
        self._attempt = CardAttempt(effects, begun.effect)
        fields = begun.effect.fields
        self._card = Card(fields["card"], fields["card_type"], None)
        self._reader = CardReader(self._card, client, job)
        self._client = client
        self._job = job
        self._name = fields["name"]
        self._gives = fields["kind"] == "give"
        #: What was on the card when its completeness was checked, a moment ago.
        self._just_read: int | None = None

    def make(self, known: Known) -> Effect:
        """
        Make the change unless it was made, and return the effect as it is then.

        Raises:
            PostponedError: another change of this card is in flight.
            RetryableError: it is not known yet whether it was made.
            NeedsPersonError: it cannot be found out.
        """
        if self._begun.turn is Turn.CONFIRMED:
            return self._effect
        if self._begun.turn is Turn.BUSY:
            stuck = self._begun.busy_seconds > CARD_STUCK_SECONDS
            raise PostponedError(
                "card_busy",
                f"another change of card {self._card.id} is under way",
                seconds=CARD_STUCK_SECONDS if stuck else CARD_BUSY_SECONDS,
            )
        try:
            self._resume(known)
        except JobError:
            # Nothing is in flight, so no other change of this card need wait for this one.
            if not self._attempt.is_under_way:
                self._attempt.free()
            raise
        return self._effect

    @property
    def _effect(self) -> Effect:
        return self._attempt.effect

    def _resume(self, known: Known) -> None:
        if known.made is not None:
            self._confirm_found(known.made)
        elif self._effect.state is EffectState.ANSWERED:
            self._read_back()
        elif not ((self._attempt.is_under_way or known.search_first) and self._was_made()):
            balance = self._balance(known)
            amount = known.most if self._gives else min(known.most, max(balance, 0))
            if amount == 0:
                self._confirm(0)
            else:
                self._send(amount, balance)

    def _was_made(self) -> bool:
        """Find out what became of a change whose answer never came; False to send it again."""
        if self._found():
            return True
        if not self._attempt.is_under_way:
            return False
        # Only when no call can be under way any more is a change that is not found sent again.
        if (left := self._attempt.seconds_left) > 0:
            raise _unknown(left)
        if self._effect.number("sends") >= MOST_SENDS:
            self._attempt.free()
            raise NeedsPersonError(
                f"a change of card {self._card.id} was sent {MOST_SENDS} times and is not among "
                f"its transactions (source id {self._name}): was it made?"
            )
        self._check_complete()
        return False

    def _check_complete(self) -> None:
        """Raise unless the list, in which the change is missing, shows the card as it is now."""
        now = self._just_read = self._reader.balance()
        listed, adds_up = self._reader.listed, self._reader.adds_up
        listed = self._effect.number("before") if listed is None else listed
        if adds_up and now in {None, listed}:
            return
        self._attempt.move(EffectState.UNKNOWN, doubts=self._effect.number("doubts") + 1)
        if self._effect.number("doubts") < MOST_DOUBTS:
            raise _unknown(LAG_SECONDS)
        self._attempt.free()
        gap = "its transactions do not add up"
        why = f"the balance is {now}, and its transactions say {listed}"
        raise NeedsPersonError(
            f"it cannot be seen whether a change of card {self._card.id} was made (source id "
            f"{self._name}): {why if adds_up else gap}"
        )

    def _balance(self, known: Known) -> int:
        """Return what is on the card: by our last change of it, as it was read, or read now."""
        left, read_at = self._begun.left, known.read_at
        if known.most == 0 and not self._gives:
            return 0
        if not self._gives and left and (read_at is None or left.at >= read_at):
            return left.balance
        if known.balance is not None and read_at and self._job.now() - read_at <= FRESH:
            return known.balance
        if self._just_read is not None:
            return self._just_read
        return self._reader.sure_balance(gives=self._gives)

    def _send(self, amount: int, before: int) -> None:
        signed = amount if self._gives else -amount
        self._attempt.send(amount=amount, before=before, reads=0)
        reason = self._effect.fields["reason"]
        try:
            changed = self._client.change_balance(
                self._card.id, signed, self._name, reason, self._job
            )
        except JobError:
            # Not sent, or refused. Any other error says nothing, and the effect stays sent.
            self._attempt.refuse()
            raise
        match changed.answer:
            case Answer.UNKNOWN:
                self._attempt.move(EffectState.UNKNOWN)
                wait = min(FIRST_SEARCH_SECONDS, self._attempt.in_flight_seconds)
                raise _unknown(wait, outage=changed.outage)
            case Answer.EXCEEDED | Answer.NOT_FOUND:
                self._attempt.refuse()
                raise RetryableError(
                    "balance_changed", f"the balance of card {self._card.id} changed meanwhile"
                )
        if changed.balance == before + signed:
            self._attempt.left = changed.balance
            self._confirm(amount)
            return
        # It was made, and another caller changed the card too: read back what was moved.
        self._attempt.move(EffectState.ANSWERED)
        self._read_back()

    def _read_back(self) -> None:
        """Find the answered change in the card's transactions, or come back, or believe it."""
        if self._found():
            return
        reads = self._effect.number("reads") + 1
        if reads >= MOST_READS:
            self._confirm(self._effect.number("amount"))
            return
        self._attempt.move(EffectState.ANSWERED, reads=reads)
        raise RetryableError(
            "voucherify_unconfirmed",
            "the balance change was answered, and is not among the card's transactions yet",
            retry_after_seconds=READ_AGAIN_SECONDS * reads,
        )

    def _found(self) -> bool:
        found = self._reader.find(self._name, self._effect.at(EffectState.SENT))
        if found is not None:
            self._confirm_found(found)
        return found is not None

    def _confirm_found(self, found: Change) -> None:
        # Its amount may be unreadable, and is known then if the ledger knows that it was sent.
        self._confirm(found.moved or self._effect.number("amount"), transaction=found.id)

    def _confirm(self, amount: int, *, transaction: str = "") -> None:
        self._attempt.move(
            EffectState.CONFIRMED,
            amount=amount,
            shortfall=self._effect.number("granted") - amount,
            transaction=transaction,
        )


def _unknown(seconds: float, *, outage: bool = False) -> RetryableError:
    return RetryableError(
        "voucherify_unknown_outcome",
        "it is not known whether a balance change was made; the card's transactions are read "
        "before anything is sent again",
        retry_after_seconds=seconds,
        outage=outage,
    )
