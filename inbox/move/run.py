"""One run of a move: from whatever an earlier run has left, to a source that is empty."""

from collections.abc import Callable
from secrets import token_hex
from time import monotonic
from typing import Any, Final

from redis import ResponseError

from inbox.errors import unavailable
from inbox.move.notes import MoveError, Next, Note, decide
from inbox.move.steps import Source, Target
from inbox.move.survey import names_of
from inbox.store.client import StoreClient


#: Waits until all that was written to the target is as durable as is asked for; a key that must
#: be there is given. Raises InboxUnavailableError.
Confirm = Callable[[str], None]

#: Seconds after which what was stored is confirmed. A disk that writes once a second takes one.
_CONFIRM_SECONDS: Final = 2.0

#: Batches that are set aside at the most: what a run that is resumed stores again.
_MOST_ASIDE: Final = 200

#: A pass that finds fewer keys found what receivers wrote meanwhile.
_FEW: Final = 200
_MOST_PASSES: Final = 20


_REFUSED: Final = {
    "MOVETYPE": "the source has a key of a type that none of ours has",
    "MOVECLASH": "the target has a key of another type under the name of one of ours",
    "MOVEOTHER": "the target has no note of this move any more: it has lost its data",
}


class Move:
    """
    Moves all keys from one place to another.

    Args:
        source: a client whose prefix is that of the source.
        target: the same of the target.
        confirm: None for a target whose memory is durable enough.
        progress: called after each batch with the number of keys that it has ended.
    """

    def __init__(
        self,
        source: StoreClient,
        target: StoreClient,
        *,
        confirm: Confirm | None = None,
        progress: Callable[[int], object] = lambda _: None,
    ) -> None:
        self._from, self._to = source, target
        self._source, self._target = Source(source), Target(target)
        self._confirm = confirm
        self._progress = progress
        self._id = ""
        self._stored: list[str] = []
        self._confirmed: list[str] = []
        self._confirmed_at = monotonic()

    def run(self, *, finish: bool) -> bool:
        """
        Move what is there, and with `finish` close the source, move the rest and open the target.

        Returns:
            Whether the move is over.

        Raises:
            MoveError: it cannot be begun or continued, and nothing was lost.
            redis.RedisError: a store is away; run it again.
            InboxUnavailableError: the target has not confirmed what it has; run it again.
        """
        try:
            return self._run(finish=finish)
        except ResponseError as error:
            raise _explained(error) from error

    def _run(self, *, finish: bool) -> bool:
        word = self.begin()
        if word is Next.NOTHING:
            return True
        if word is Next.RESUME:
            self._resume()
        if word is not Next.END:
            self._passes(_FEW)
            if not finish:
                return False
            self._from.hset(self._from.names.moving, "closed", 1)
            if not self._passes(1):
                raise MoveError("new keys come all the time: what else writes to the source?")
            self._from.hset(self._from.names.moving, "ended", 1)
        self._to.delete(self._to.names.moving)
        return True

    def begin(self) -> Next:
        """
        Begin, or find out how far an earlier run came; say what comes next.

        Raises:
            MoveError: it cannot be begun.
        """
        source, target = _note(self._from), _note(self._to)
        word = decide(source, target)
        self._id = source.id or token_hex(8)
        if word is Next.BEGIN:
            # An answer that was lost must not leave a move without a target.
            if not source.id and (alive := self._source.begin(self._id)):
                raise MoveError(
                    f"{alive.workers} workers of the source are alive: stop them and Flower; a "
                    f"worker that died counts as alive for {alive.milliseconds / 1000:.0f} s more"
                )
            if used := self._target.receive(self._id):
                self._from.delete(self._from.names.moving)
                raise MoveError(
                    f"workers or operators have used the target, it has a key {used}: choose "
                    "another prefix"
                )
        return word

    def _resume(self) -> None:
        """Store what was set aside by a run that was cut off, unless it is stored."""
        for batch in sorted(_note(self._from).batches):
            self._put(batch, self._source.take(batch, [], []).rows)
        self._flush()

    def _passes(self, few: int) -> bool:
        """Move until a pass finds fewer keys than these; False if none does."""
        return any(self._pass() < few for _ in range(_MOST_PASSES))

    def _pass(self) -> int:
        moved = 0
        for names in names_of(self._from):
            left = names
            while left:
                batch = token_hex(8)
                drop, self._confirmed = self._confirmed, []
                taken = self._source.take(batch, drop, left)
                self._forget(drop)
                self._put(batch, taken.rows)
                moved += taken.keys
                self._progress(taken.place)
                left = left[taken.place :]
        self._flush()
        return moved

    def _put(self, batch: str, rows: bytes) -> None:
        self._target.put(self._id, batch, rows)
        self._stored.append(batch)
        late = monotonic() - self._confirmed_at > _CONFIRM_SECONDS
        if self._confirm is None or late or len(self._stored) >= _MOST_ASIDE:
            self._confirm_all()

    def _confirm_all(self) -> None:
        if self._confirm is not None:
            self._confirm(self._to.names.moving)
        self._confirmed_at = monotonic()
        self._confirmed += self._stored
        self._stored = []

    def _flush(self) -> None:
        """Delete in the source all that the target has."""
        self._confirm_all()
        drop, self._confirmed = self._confirmed, []
        self._source.drop(drop)
        self._forget(drop)

    def _forget(self, batches: list[str]) -> None:
        """Delete in the target the notes of batches that are no longer set aside."""
        if batches:
            self._to.hdel(self._to.names.moving, *(f"batch:{batch}" for batch in batches))


def _note(client: StoreClient) -> Note:
    found: Any = client.hgetall(client.names.moving)
    return Note.read(found)


def _explained(error: ResponseError) -> MoveError:
    """Return in words what a step refuses; the store's own text may hold what it was given."""
    for word, sentence in _REFUSED.items():
        if word in str(error):
            return MoveError(sentence)
    return MoveError(unavailable(error).sentence)
