"""
The ledger of effects: what was taken back, from which customer, why and when.

An effect is stored before it is made and marked as sent before the call that makes it, so a
worker that is cut off in between leaves a trace. Its id names what may happen once:
`<holder>:reward` for a referee's own reward, `earned:<perk>:<transaction>` for credits or
points that a referrer earned (two removals may lead to it), else `<holder>:<perk>:<target>`.
`own:<handler>:<step>:<id>` is a step of a shop's own handler (`worker.effects.steps`), whose
holder is that id.

States: planned, sent (the call may be under way), answered (2xx, not yet seen in the
downstream's own records), unknown (no answer that can be read), confirmed, refused.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from inbox.archive.read import Archive
from inbox.archive.record import unpack
from inbox.durability.barrier import Barrier
from inbox.errors import InboxUnavailableError
from inbox.model.effect import PERKS, Begun, Effect, EffectState, Left, Perk, Turn
from inbox.model.time import moment, ms_of
from inbox.store import scripts
from inbox.store.client import StoreClient


#: Several minutes, unless the settings say otherwise.
IN_FLIGHT_SECONDS = 300.0

#: Longest wait until a note is durable. No sender waits for it as for a 202.
SECURE_SECONDS: Final = 5.0

#: Times that a change can be in flight, after which a dead worker's hold of a card is void.
LOCK_TIMES: Final = 3

#: How long what is left on a card is known from our last change of it. Others change it too.
LEFT_SECONDS: Final = 60.0


_MARK: Final = f":{Perk.CUSTOMER_MARK}:"


class Effects:
    """The ledger, for workers and for support."""

    def __init__(
        self,
        client: StoreClient,
        *,
        memory_seconds: int,
        in_flight_seconds: float = IN_FLIGHT_SECONDS,
        barrier: Barrier | None = None,
    ) -> None:
        #: How long a call whose answer never came may still be under way.
        self.in_flight_seconds = in_flight_seconds
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self._barrier = barrier
        self._memory_ms = memory_seconds * 1000
        self._plan = scripts.load(client, "effect_plan")
        self._confirm = scripts.load(client, "effect_confirm")
        self._begin = scripts.load(client, "effect_begin")
        self._move = scripts.load(client, "effect_move")
        self._archive = Archive(client)
        #: When this process first saw a run of the store.
        self._runs: dict[str, datetime] = {}

    def plan(self, effect: str, *, holder: str, customer: str, **fields: str | int) -> Effect:
        """Store a planned effect, or return what is stored already."""
        answer = self._plan(args=[effect, holder, customer, self._memory_ms, *_flat(fields)])
        return self._effect(effect, answer)

    def begin(
        self,
        effect: str,
        *,
        holder: str,
        customer: str,
        fields: Mapping[str, str | int],
        ask_intact: bool = False,
    ) -> Begun:
        """
        StoreClient a planned balance change, once, and lock its card for it.

        A card is locked for a few times as long as a change may be in flight, in case the worker
        dies. `card` is one of the fields, and `grant` if it takes one back: a grant is taken
        back by one effect alone. `ask_intact` asks since when the ledger has lost nothing.
        """
        word, since, left, run, up, *answer = self._begin(
            named={
                "effect": effect,
                "holder": holder,
                "customer": customer,
                "life_ms": self._memory_ms,
                "lock_ms": int(LOCK_TIMES * self.in_flight_seconds * 1000),
                "intact": "1" if ask_intact else "",
            },
            args=_flat(fields),
        )
        found = self._effect(effect, answer)
        return Begun(
            effect=found,
            turn=Turn(word.decode()),
            busy_seconds=max(int(since), 0) / 1000,
            left=Left.parse(left.decode()),
            intact_since=self._intact_since(run.decode(), int(up), moment(found.now_ms)),
        )

    def move(
        self,
        effect: Effect,
        to: EffectState,
        *,
        since: tuple[EffectState, ...],
        **fields: str | int,
    ) -> Effect | None:
        """Move an effect to its next state; None if it is in none of those it may come from."""
        return self.move_change(effect, to, since=since, fields=fields)

    def move_change(
        self,
        effect: Effect,
        to: EffectState,
        *,
        since: tuple[EffectState, ...],
        fields: Mapping[str, str | int],
        free: bool = False,
        left: int | None = None,
    ) -> Effect | None:
        """
        Do the same for a balance change.

        Args:
            effect: as it was seen last.
            to: the next state.
            since: the states that it may come from.
            fields: what is stored besides.
            free: whether to unlock its card.
            left: what is left on the card now, if that is known.
        """
        answer = self._step(effect, since, to.value, fields, free=free, left=left)
        return self._effect(effect.id, answer) if answer else None

    def free(self, effect: Effect) -> None:
        """Unlock the card of a balance change with no call under way."""
        self._step(effect, (effect.state,), "", {}, free=True)

    def confirm(
        self, effect: str, done: Mapping[str, str], *, holder: str, customer: str, **fields: Any
    ) -> None:
        """Store that a repeatable effect was made, planned before or not; `done` says its end."""
        whose = {"effect": effect, "holder": holder, "customer": customer}
        how = {"life_ms": self._memory_ms, "given": len(done)}
        self._confirm(named={**whose, **how}, args=_flat({**done, **fields}))

    def _step(
        self,
        effect: Effect,
        since: tuple[EffectState, ...],
        to: str,
        fields: Mapping[str, str | int],
        *,
        free: bool,
        left: int | None = None,
    ) -> list[bytes | int]:
        answer: list[bytes | int] = self._move(
            named={
                "effect": effect.id,
                "from": "".join(f"{state} " for state in since),
                "to": to,
                "free": "free" if free else "",
                "left": "" if left is None else left,
                "left_ms": int(LEFT_SECONDS * 1000),
            },
            args=_flat(fields),
        )
        return answer

    def secure(self, effect: Effect) -> None:
        """
        Wait until the store cannot lose what was written of this effect (ACCEPT_DURABILITY).

        Raises:
            InboxUnavailableError: it still can, and why.
        """
        if self._barrier is None:
            return
        self._barrier.wait(self._keys.effect + effect.id, monotonic() + SECURE_SECONDS)
        # Another store may have replaced the one that was written to, with an older state.
        stands = self.get(effect.id)
        if stands is None or stands.fields.get("sends") != effect.fields.get("sends"):
            raise InboxUnavailableError("not_durable", "the store has lost what was written")

    def get(self, effect: str) -> Effect | None:
        """Return one effect; None if there is none."""
        pending = self._client.hgetall(self._keys.effect + effect)
        texts: dict[str, str] = {name.decode(): value.decode() for name, value in pending.items()}
        found = texts or self._archive.effect(effect)
        return Effect.read(effect, found, ms_of(self._client.time())) if found else None

    def marks_of(self, customer: str) -> Iterator[Effect]:
        """Return the marks on a customer, oldest first."""
        return self.of(customer=customer, part=_MARK)

    def of(
        self, *, holder: str | None = None, customer: str | None = None, part: str = ""
    ) -> Iterator[Effect]:
        """Return the effects of an assignment or a customer, oldest first; `part` of their ids."""
        index = self._keys.effects_of + (f"holder:{holder}" if holder else f"customer:{customer}")
        names = [name.decode() for name in self._client.zrange(index, 0, -1)]
        found = {name: effect for name in names if part in name and (effect := self.get(name))}
        # Read last, so that what is folded meanwhile is in one of the two.
        for name, fields in self._archive.effects_of(holder=holder, customer=customer):
            if part in name:
                found[name] = Effect.read(name, fields, ms_of(self._client.time()))
        yield from sorted(found.values(), key=lambda effect: effect.number("planned"))

    def _effect(self, effect: str, answer: list[Any]) -> Effect:
        """Read the answer of a script: the time, then fields or the record that has them."""
        now, *words = answer
        if words and words[0] == b"archived":
            found = unpack(words[1].decode(), words[3]).effects[effect]
        else:
            texts = [word.decode() if isinstance(word, bytes) else str(word) for word in words]
            found = dict(zip(texts[::2], texts[1::2], strict=True))
        return Effect.read(effect, found, int(now))

    def _intact_since(self, run: str, up_seconds: int, now: datetime) -> datetime | None:
        """
        Return since when the store can have lost nothing that was written.

        A run that was started began with what was on the disk, a promoted replica with what it had
        been sent; the time of that is known only to processes that have seen the run since.
        """
        if not run:
            return None
        seen = self._runs.setdefault(run, now)
        return seen if up_seconds < 0 else now - timedelta(seconds=up_seconds)


def _flat(fields: Mapping[str, str | int]) -> list[str | int]:
    return [word for pair in fields.items() for word in pair]


__all__ = ["PERKS", "Begun", "Effect", "EffectState", "Effects", "Left", "Turn"]
