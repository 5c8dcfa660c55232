"""
The ledger of effects: what was taken back, from whom, why and when.

An effect is noted before it is made and marked as sent before the call that makes it, so
that whatever is cut off in between is found again. Its id names what may happen once:
`<holder>:reward` for a referee's own reward, `earned:<perk>:<transaction>` for credits or
points that a referrer earned (two removals may lead to it), else `<holder>:<perk>:<target>`.
`own:<handler>:<step>:<id>` is a step of a shop's own handler (`worker.once`), whose holder is
that id.

States: planned, sent (the call may be under way), answered (2xx, not yet seen in the
downstream's own records), unknown (no answer that can be read), confirmed, refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from time import monotonic
from typing import Any, Final

from redis import Redis

from inbox import keys, scripts
from inbox.durability import Barrier
from inbox.errors import InboxUnavailableError
from inbox.views import moment


#: Several minutes, unless the settings say otherwise.
IN_FLIGHT_SECONDS = 300.0

#: Longest wait until a note is durable. Nobody waits for a worker as a sender does for a 202.
SECURE_SECONDS: Final = 5.0

#: What an effect took back, by the letter that the ledger has for it.
PERKS: Final = {
    "A": "the referee's discount",
    "B": "the referee's gift credits",
    "C": "the referee's points",
    "D": "a coupon the referrer earned",
    "E": "credits the referrer earned",
    "F": "points the referrer earned",
    "H": "the referral code",
    "M": "a mark on the customer",
    "O": "a step of an own handler",
}


class EffectState(StrEnum):
    """Where an effect stands."""

    PLANNED = "planned"
    SENT = "sent"
    ANSWERED = "answered"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One effect as the ledger has it; amounts in cents or points, ages in seconds."""

    id: str
    state: EffectState
    holder: str
    customer: str
    fields: dict[str, str]
    now_ms: int

    def number(self, name: str) -> int:
        """Read a whole number that may not be there yet as 0."""
        return int(self.fields.get(name, "0"))

    def seconds_since(self, state: EffectState) -> float:
        """Tell how long ago it entered a state; a long time if it never did."""
        return (self.now_ms - self.number(state.value)) / 1000

    def at(self, state: EffectState) -> datetime | None:
        """Tell when it entered a state last."""
        return moment(self.fields.get(state.value, "").encode() or None)


class Effects:
    """The ledger's face for workers and for support."""

    def __init__(
        self,
        client: Redis,
        *,
        memory_seconds: int,
        in_flight_seconds: float = IN_FLIGHT_SECONDS,
        barrier: Barrier | None = None,
    ) -> None:
        #: How long a call whose answer never came may still be under way.
        self.in_flight_seconds = in_flight_seconds
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._barrier = barrier
        self._memory_ms = memory_seconds * 1000
        self._plan = scripts.load(client, "effect_plan")
        self._move = scripts.load(client, "effect_move")
        self._lock = scripts.load(client, "card_lock")

    def plan(self, effect: str, *, holder: str, customer: str, **fields: str | int) -> Effect:
        """Note an effect that is to be made, or give what stands there already."""
        pairs = [word for pair in fields.items() for word in pair]
        answer = self._plan(args=[effect, holder, customer, self._memory_ms, *pairs])
        return _effect(effect, answer)

    def move(
        self,
        effect: Effect,
        to: EffectState,
        *,
        since: tuple[EffectState, ...],
        **fields: str | int,
    ) -> Effect | None:
        """Go on to the next state; None if the effect is in none of those it may come from."""
        pairs = [word for pair in fields.items() for word in pair]
        states = "".join(f"{state} " for state in since)
        answer = self._move(args=[effect.id, states, to.value, *pairs])
        return _effect(effect.id, answer) if answer else None

    def secure(self, effect: Effect) -> None:
        """
        Wait until the store cannot forget what it was told of this effect (ACCEPT_DURABILITY).

        Raises:
            InboxUnavailableError: it still can, and why.
        """
        if self._barrier is None:
            return
        self._barrier.wait(keys.EFFECT + effect.id, monotonic() + SECURE_SECONDS)
        # Another store may have taken the place of the one that was told, with an older word.
        stands = self.get(effect.id)
        if stands is None or stands.fields.get("sends") != effect.fields.get("sends"):
            raise InboxUnavailableError("not_durable", "the store has lost what it was told")

    def lock_card(self, card: str, effect: str, seconds: float) -> bool:
        """Take, or keep, the right to change this card's balance; False if another has it."""
        return bool(self._lock(args=[card, effect, int(seconds * 1000)]))

    def unlock_card(self, card: str, effect: str) -> None:
        """Give the right up."""
        self._lock(args=[card, effect, 0])

    def get(self, effect: str) -> Effect | None:
        """Read one effect."""
        found = self._client.hgetall(keys.EFFECT + effect)
        if not found:
            return None
        seconds, microseconds = self._client.time()
        now = seconds * 1000 + microseconds // 1000
        return _effect(effect, [now, *(word for pair in found.items() for word in pair)])

    def of(self, *, holder: str | None = None, customer: str | None = None) -> Iterator[Effect]:
        """List the effects of an assignment or a customer, oldest first."""
        index = f"holder:{holder}" if holder else f"customer:{customer}"
        for name in self._client.zrange(keys.EFFECTS_OF + index, 0, -1):
            if effect := self.get(name.decode()):
                yield effect


def _effect(effect: str, answer: list[bytes | int]) -> Effect:
    texts = [word.decode() if isinstance(word, bytes) else str(word) for word in answer[1:]]
    fields = dict(zip(texts[::2], texts[1::2], strict=True))
    return Effect(
        id=effect,
        state=EffectState(fields["state"]),
        holder=fields["holder"],
        customer=fields["customer"],
        fields=fields,
        now_ms=int(answer[0]),
    )
