"""
The assignment registry: what is known of assignments, to find removals without a webhook.

Runs that read the codes of campaigns write it, one run at a time, and webhooks about new
assignments. Each step of a run is one script that only the holder of the lock may run. So a run
that was killed is resumed by the next, and one that was frozen gets an error.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from inbox import keys
from inbox.archive.read import Archive
from inbox.model.assignment import Assignment, Missing, Run, RunLostError
from inbox.state.campaigns import KnownCampaigns
from inbox.store import scripts
from inbox.store.client import StoreClient
from inbox.store.script_call import ScriptCall


#: A run without a step for so long is dead, and another may resume it.
LOCK_SECONDS: Final = 20.0
LOCK_MS: Final = int(LOCK_SECONDS * 1000)

#: Entries that one step writes or one read returns.
CHUNK: Final = 500

_NOTHING: Final[Mapping[str, Any]] = {}


class AssignmentRegistry:
    """
    The registry, for runs, for handlers and for support.

    Args:
        client: the store.
        memory_seconds: how long it is known that a removal was claimed, and so the entries' life.
        of_customers: whether runs search the activity of customers, which may be beside one of
            the codes; of each kind there is one run at a time.
    """

    def __init__(
        self, client: StoreClient, *, memory_seconds: int, of_customers: bool = False
    ) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self._memory_ms = memory_seconds * 1000
        self._run = self._keys.reconcile_customers if of_customers else self._keys.reconcile
        self._lock = f"{self._run}:lock"
        self._archive = Archive(client)
        self.campaigns = KnownCampaigns(client, self._memory_ms)
        self._turn = scripts.load(client, "reconcile_turn")
        self._begin = scripts.load(client, "reconcile_begin")
        self._code = scripts.load(client, "reconcile_code")
        self._resolve = scripts.load(client, "reconcile_resolve")
        self._move = scripts.load(client, "reconcile_move")
        self._remember = scripts.load(client, "remember")

    def turn(self, caller: str, interval_seconds: int, scope: str) -> bool:
        """Return True to one worker of the fleet in each interval: a run of this scope is due."""
        return bool(self._turn(args=[caller, interval_seconds, scope]))

    def no_turns(self) -> None:
        """Store that workers begin no runs."""
        if self._client.exists(self._keys.reconcile):
            self._client.hset(self._keys.reconcile, mapping={"interval": 0, "looks_at": ""})

    def cut_off(self, scope: str) -> bool:
        """Return whether such a run was begun, has not ended, and no process runs it."""
        pipe = self._client.pipeline(transaction=False)
        pipe.hmget(self._run, "state", "scope")
        pipe.exists(self._lock)
        (state, known), locked = pipe.execute()
        return state == b"running" and known == scope.encode() and not locked

    def begin(self, caller: str, scope: str, *, dead: str = "") -> Run | str:
        """
        Begin a run or resume one that was cut off; else return the caller that runs one now.

        Args:
            caller: the name of the process.
            scope: what the run reads; a run is resumed by one with the same.
            dead: a caller that is known to be dead though its lock is not over.
        """
        word, found = self._begin(
            keys=[self._run, self._lock],
            named={"caller": caller, "lock_ms": LOCK_MS, "scope": scope, "dead": dead},
        )
        if word == b"busy":
            return str(found.decode())
        fields = _pairs(found)
        return Run(int(fields["run"]), word == b"resumed", fields)

    def runs_now(self) -> str | None:
        """Return the caller that runs one now; None if there is none."""
        holder = self._client.get(self._lock)
        return holder.decode() if holder else None

    def known(self, code: str, campaign: str) -> dict[str, Assignment]:
        """Return the assignments of a code when it was last read or reported, by id."""
        found: dict[str, Assignment] = {}
        for holder, text in self._client.hscan_iter(self._keys.assignments + code, count=CHUNK):
            name = holder.decode()
            found[name] = Assignment.read(name, text.decode(), code=code, campaign=campaign)
        return found

    def store_code(
        self,
        caller: str,
        run: int | None,
        *,
        code: str,
        campaign: str,
        seen: Iterable[Assignment] = (),
        over: Iterable[str] = (),
        missing: Iterable[Missing] = (),
    ) -> None:
        """
        StoreClient what a run has read of a code: new assignments, and those that are over.

        With a run the code counts as read by it.

        Raises:
            RunLostError: another run has taken over.
        """
        news: list[tuple[list[str], list[str], list[str]]] = []
        news += [([each.holder, each.text], [], []) for each in seen]
        news += [([], [each], []) for each in over]
        news += [([], [], [each.assignment.holder, _text(each)]) for each in missing]
        while True:
            chunk, news = news[:CHUNK], news[CHUNK:]
            words: list[str | int] = []
            for place, width in enumerate((2, 1, 2)):
                part = [word for each in chunk for word in each[place]]
                words += [len(part) // width, *part]
            self._step(
                self._code,
                caller,
                words,
                campaign=campaign,
                code=code,
                run="" if news or run is None else run,
                memory_ms=self._memory_ms,
            )
            if not news:
                return

    def resolve(self, caller: str, holder: str, came_to: str) -> None:
        """
        StoreClient that a missing removal is a delivery now, or needs none, and why.

        Raises:
            RunLostError: another run has taken over.
        """
        self._step(self._resolve, caller, holder=holder, outcome=came_to)

    def move(
        self,
        caller: str,
        counts: Mapping[str, int] = _NOTHING,
        fields: Mapping[str, str | int] = _NOTHING,
    ) -> None:
        """
        Add to a run's counts and store its progress.

        Raises:
            RunLostError: another run has taken over.
        """
        added = {name: many for name, many in counts.items() if many}
        pairs = [word for pair in (*added.items(), *fields.items()) for word in pair]
        self._step(self._move, caller, pairs, counts=len(added))

    def finish(self, caller: str, counts: Mapping[str, int]) -> None:
        """End the run and release the lock; arguments and errors as `move`."""
        self.move(caller, counts, {"state": "finished"})

    def give_up(self, caller: str) -> None:
        """Let another caller resume the run: the lock ends in a millisecond."""
        self._move(
            keys=[self._run, self._lock], named={"caller": caller, "lock_ms": 1, "counts": 0}
        )

    def runs_of(self, campaign: str, codes: Sequence[str]) -> list[int]:
        """Return the run that last read each code; 0 for none."""
        pipe = self._client.pipeline(transaction=False)
        for code in codes:
            pipe.zscore(self._keys.codes + campaign, code)
        return [int(score or 0) for score in pipe.execute()]

    def unread(self, campaign: str, run: int) -> Iterator[str]:
        """Yield known codes that this run has not read; each must be read, or this never ends."""
        before = f"({run}"
        while page := self._client.zrangebyscore(
            self._keys.codes + campaign, "-inf", before, start=0, num=CHUNK
        ):
            yield from (each.decode() for each in page)

    def read_by(self, campaign: str, run: int) -> int:
        """Return how many codes of a campaign this run has read."""
        return int(self._client.zcount(self._keys.codes + campaign, run, run))

    def reported(self, holders: Sequence[str]) -> set[str]:
        """Return which of these assignments' removals were claimed, by any delivery."""
        claimed = self._archive.claimed([keys.REMOVAL + holder for holder in holders])
        return {holder for holder, found in zip(holders, claimed, strict=True) if found}

    def missing(self) -> Iterator[Missing]:
        """Yield the removals without a webhook that are no deliveries yet."""
        for _, text in self._client.hscan_iter(self._keys.missing, count=CHUNK):
            found = json.loads(text)
            yield Missing(
                assignment=Assignment(**found["assignment"]),
                removed=found["removed"],
                event=found["event"],
            )

    def last(self) -> Run | None:
        """Return the run that is under way, or else the last; None if there was none."""
        found = self._client.hgetall(self._run)
        fields = {name.decode(): value.decode() for name, value in found.items()}
        return Run(int(fields["run"]), False, fields) if "run" in fields else None

    def remember(self, assignment: Assignment) -> bool:
        """Remember an assignment that a webhook reported; False if no run reads its campaign."""
        fields = {
            name: getattr(assignment, name) for name in ("campaign", "code", "holder", "text")
        }
        return bool(self._remember(named={**fields, "memory_ms": self._memory_ms}))

    def _step(
        self, script: ScriptCall, caller: str, words: Sequence[str | int] = (), **named: str | int
    ) -> None:
        if not script(
            keys=[self._run, self._lock],
            named={"caller": caller, "lock_ms": LOCK_MS, **named},
            args=words,
        ):
            raise RunLostError("another run has taken over")


def _text(each: Missing) -> str:
    return json.dumps(asdict(each), separators=(",", ":"))


def _pairs(words: Sequence[bytes]) -> dict[str, str]:
    texts = [word.decode() for word in words]
    return dict(zip(texts[::2], texts[1::2], strict=True))
