"""
Changing a card's balance exactly once, over an API without idempotency keys.

    ledger: planned ─▶ sent ─▶ confirmed     the answer's amount and balance fit
                        │ ▲ └▶ answered ─▶   they do not fit: read back
                        ▼ │
                      unknown ─▶ confirmed   found in the card's own transactions
                          └ minutes later, and not found

The change carries a name in the card's transactions. It is marked as sent before the call, and
that is made durable first where ACCEPT_DURABILITY asks for it; it is sent again only when its
name is not found there minutes after it was sent. One change is in flight for each card.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from inbox.errors import InboxUnavailableError
from inbox.ledger import Effects
from inbox.model.effect import Begun, Effect, EffectState, Turn
from worker.errors import JobError, NeedsPersonError, PostponedError, RetryableError
from worker.job import Job
from worker.revocation.cards import Card, Change
from worker.revocation.client import Answer, Json, RevocationClient
from worker.revocation.read.listed import adds_up, balance_after, changes_in
from worker.revocation.read.statement import balance_of


#: Wait before reading back a change that was answered and is not seen yet.
LOOK_AGAIN_SECONDS: Final = 5.0

#: An answered change that was read back so often in vain is believed all the same.
MOST_LOOKS: Final = 3

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

#: Wait for a store that does not make what it is told durable.
NOT_DURABLE_SECONDS: Final = 30.0

#: How long a balance that was read is taken for what is on the card.
FRESH: Final = timedelta(seconds=30)

#: Clocks of Voucherify and of the store may differ by so much.
CLOCKS: Final = timedelta(minutes=1)

_NOT_UNDER_WAY: Final = (EffectState.PLANNED, EffectState.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    What is known of a card before it is changed.

    Attributes:
        most: the most that may be moved, in cents or points.
        balance: what was on the card; None if it was not read.
        read_at: when reading it began; None the same.
        made: our change among its transactions, if it was read and is there.
        look_first: whether the change may have been made without the ledger's knowing.
    """

    most: int
    balance: int | None = None
    read_at: datetime | None = None
    made: Change | None = None
    look_first: bool = False


class BalanceChange:
    """One change of one card's balance, from the ledger to the card and back."""

    def __init__(self, begun: Begun, client: RevocationClient, effects: Effects, job: Job) -> None:
        self._begun = begun
        self._effect = begun.effect
        fields = self._effect.fields
        self._card = Card(fields["card"], fields["card_type"], None)
        self._client = client
        self._effects = effects
        self._job = job
        self._name = fields["name"]
        self._gives = fields["kind"] == "give"
        #: What was on the card after the newest transaction, when they were read last.
        self._listed: int | None = None
        self._adds_up = True
        #: What was on it when its completeness was checked, a moment ago.
        self._just_read: int | None = None

    def make(self, known: Known) -> Effect:
        """
        Make the change if it was not made, and give the effect as it stands then.

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
            return self._resume(known)
        except JobError:
            # Nothing is in flight, so no other change of this card need wait for this one.
            if self._effect.state in _NOT_UNDER_WAY:
                self._effects.free(self._effect)
            raise

    def _resume(self, known: Known) -> Effect:
        if known.made is not None:
            return self._confirm_found(known.made)
        if self._effect.state is EffectState.ANSWERED:
            return self._look()
        under_way = self._effect.state not in _NOT_UNDER_WAY
        if (under_way or known.look_first) and self._was_made():
            return self._effect
        balance = self._balance(known)
        amount = known.most if self._gives else min(known.most, max(balance, 0))
        if amount == 0:
            return self._confirm(0)
        self._send(amount, balance)
        return self._effect

    def _was_made(self) -> bool:
        """Find out what became of a change whose answer never came; False to send it again."""
        if self._found():
            return True
        if self._effect.state in _NOT_UNDER_WAY:
            return False
        # Only when no call can be under way any more is a change that is not found sent again.
        left = self._effects.in_flight_seconds - self._effect.seconds_since(EffectState.SENT)
        if left > 0:
            raise _unknown(left)
        if self._effect.number("sends") >= MOST_SENDS:
            self._effects.free(self._effect)
            raise NeedsPersonError(
                f"a change of card {self._card.id} was sent {MOST_SENDS} times and is not among "
                f"its transactions (source id {self._name}): was it made?"
            )
        self._check_complete()
        return False

    def _check_complete(self) -> None:
        """Believe that a change is not there only from a list that shows the card as it is now."""
        voucher = self._client.voucher(self._card.id, self._job)
        now = self._just_read = balance_of(voucher, self._card) if voucher else None
        listed = self._effect.number("before") if self._listed is None else self._listed
        if not self._adds_up or (now is not None and now != listed):
            self._move(EffectState.UNKNOWN, doubts=self._effect.number("doubts") + 1)
            if self._effect.number("doubts") >= MOST_DOUBTS:
                self._effects.free(self._effect)
                gap = "its transactions do not add up"
                why = f"the balance is {now}, and its transactions say {listed}"
                raise NeedsPersonError(
                    f"it cannot be seen whether a change of card {self._card.id} was made (source "
                    f"id {self._name}): {why if self._adds_up else gap}"
                )
            raise _unknown(LAG_SECONDS)

    def _balance(self, known: Known) -> int:
        """Say what is on the card: by our last change of it, as it was read, or by asking."""
        left, read_at = self._begun.left, known.read_at
        if known.most == 0 and not self._gives:
            return 0
        if not self._gives and left and (read_at is None or left.at >= read_at):
            return left.balance
        if known.balance is not None and read_at and self._job.now() - read_at <= FRESH:
            return known.balance
        if self._just_read is not None:
            return self._just_read
        voucher = self._client.voucher(self._card.id, self._job)
        return self._read(voucher)

    def _read(self, voucher: Json | None) -> int:
        if voucher is None:
            if self._gives:
                raise NeedsPersonError(f"card {self._card.id} is gone, nothing can be given back")
            return 0
        balance = balance_of(voucher, self._card)
        if balance is None:
            raise NeedsPersonError(f"the balance of card {self._card.id} cannot be read")
        return balance

    def _send(self, amount: int, before: int) -> None:
        expected = before + amount if self._gives else before - amount
        sends = self._effect.number("sends") + 1
        self._move(EffectState.SENT, amount=amount, before=before, looks=0)
        if self._effect.number("sends") != sends:
            # Two runs saw it as lost at the same time; the other one sends it.
            raise _moved_on()
        self._secure()
        signed = amount if self._gives else -amount
        reason = self._effect.fields["reason"]
        try:
            changed = self._client.change_balance(
                self._card.id, signed, self._name, reason, self._job
            )
        except JobError:
            # Not sent, or refused. Any other error says nothing, and the effect stays sent.
            self._refused()
            raise
        match changed.answer:
            case Answer.UNKNOWN:
                self._move(EffectState.UNKNOWN)
                raise _unknown(
                    min(FIRST_SEARCH_SECONDS, self._effects.in_flight_seconds),
                    outage=changed.outage,
                )
            case Answer.EXCEEDED | Answer.NOT_FOUND:
                self._refused()
                raise RetryableError(
                    "balance_changed", f"the balance of card {self._card.id} changed meanwhile"
                )
        if changed.balance == expected:
            self._confirm(amount, left=changed.balance)
            return
        # It was made, and somebody else changed the card beside us: read back what was moved.
        self._move(EffectState.ANSWERED)
        self._look()

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
        """Find the answered change in the card's transactions, or come back, or believe it."""
        if self._found():
            return self._effect
        looks = self._effect.number("looks") + 1
        if looks >= MOST_LOOKS:
            return self._confirm(self._effect.number("amount"))
        self._move(EffectState.ANSWERED, looks=looks)
        raise RetryableError(
            "voucherify_unconfirmed",
            "the balance change was answered, and is not among the card's transactions yet",
            retry_after_seconds=LOOK_AGAIN_SECONDS * looks,
        )

    def _found(self) -> bool:
        listed = list(self._client.transactions(self._card.id, self._job) or ())
        self._listed = balance_after(listed[0]) if listed else None
        sent = self._effect.at(EffectState.SENT)
        self._adds_up = sent is None or adds_up(listed, sent - CLOCKS)
        found = next((each for each in changes_in(listed) if each.name == self._name), None)
        if found is None:
            return False
        self._confirm_found(found)
        return True

    def _confirm_found(self, found: Change) -> Effect:
        # Its amount may be unreadable, and is known then if the ledger knows that it was sent.
        moved = found.moved or self._effect.number("amount")
        return self._confirm(moved, transaction=found.id)

    def _confirm(self, amount: int, *, transaction: str = "", left: int | None = None) -> Effect:
        shortfall = self._effect.number("granted") - amount
        self._move(
            EffectState.CONFIRMED,
            free=True,
            left=left,
            amount=amount,
            shortfall=shortfall,
            transaction=transaction,
        )
        return self._effect

    def _refused(self) -> None:
        # What was refused was not made, so it does not count as sent.
        sends = self._effect.number("sends") - 1
        self._move(EffectState.REFUSED, free=True, sends=sends)

    def _move(
        self,
        to: EffectState,
        *,
        free: bool = False,
        left: int | None = None,
        **fields: str | int,
    ) -> None:
        """Go on from the state that this run has seen, and from no other."""
        moved = self._effects.move_change(
            self._effect, to, since=(self._effect.state,), fields=fields, free=free, left=left
        )
        if moved is None:
            raise _moved_on()
        self._effect = moved


def _moved_on() -> PostponedError:
    return PostponedError(
        "effect_moved", "another run continues with this effect", seconds=CARD_STUCK_SECONDS
    )


def _unknown(seconds: float, *, outage: bool = False) -> RetryableError:
    return RetryableError(
        "voucherify_unknown_outcome",
        "it is not known whether a balance change was made; the card's transactions are read "
        "before anything is sent again",
        retry_after_seconds=seconds,
        outage=outage,
    )
