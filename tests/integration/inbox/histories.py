"""What receivers and workers may do, in any order, and what must be true of it."""

import itertools
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from inbox import keys
from inbox.ids import delivery_id, job_id_of, name_of
from inbox.model.job import Claim, FannedOut, Refused, SameAssignment, Stale
from inbox.model.rate import Rate
from tests.engine import KEYS
from tests.integration.inbox.house import HANDLERS, QUEUES, House
from tests.integration.inbox.model import BODIES, CUSTOMERS, IDENTITIES, Model


INDEX = st.integers(0, 1000)
BRAKE = Rate(2, 3600)


class Working(RuleBasedStateMachine):
    """Receivers and workers, with crashes and stale messages, beside a model of the inbox."""

    house: House

    def __init__(self) -> None:
        super().__init__()
        self.house.store.flushall()
        self.model = Model()
        self.claims: list[Claim] = []
        self.tasks: list[str] = ["0" * 32 + ":process:1"]
        self.taken: list[tuple[str, bytes]] = []
        self.clock = itertools.count(1)

    @rule(body=st.sampled_from(sorted(BODIES)))
    def accept(self, body: bytes) -> None:
        """A body is new exactly if its delivery is not known."""
        delivery = delivery_id(body)
        known = delivery in self.model.ended

        assert self.house.intake.accept(body).duplicate == known
        if not known:
            self.model.ended[delivery] = set()
            self.model.births[delivery] = next(self.clock)
            self.model.states[f"{delivery}:process"] = "queued"

    @rule(queue=st.sampled_from(QUEUES))
    def take(self, queue: str) -> None:
        """A worker takes a message; Celery notes it as unacknowledged."""
        raw: Any = self.house.store.rpop(KEYS.celery + queue)
        if raw:
            self.taken.append((queue, raw))
            self.house.store.hset(KEYS.unacked, task_of(raw), raw)

    @rule(pick=INDEX)
    def work(self, pick: int) -> None:
        """The worker claims the job of a message that it took."""
        if self.taken:
            _, raw = self.taken.pop(pick % len(self.taken))
            self.house.store.hdel(KEYS.unacked, task_of(raw))
            self._claim(task_of(raw))

    @rule(pick=INDEX, crashed=st.booleans())
    def drop(self, pick: int, crashed: bool) -> None:
        """A worker dies with its message, or gives it back to the front of the queue."""
        if self.taken:
            queue, raw = self.taken.pop(pick % len(self.taken))
            self.house.store.hdel(KEYS.unacked, task_of(raw))
            if not crashed:
                self.house.store.rpush(KEYS.celery + queue, raw)

    @rule(body=st.sampled_from(sorted(BODIES)))
    def straight_through(self, body: bytes) -> None:
        """A delivery meets no trouble: each of its queued jobs runs and is completed."""
        self.accept(body)
        for name in ("process", *(name for name, _ in HANDLERS)):
            job = f"{delivery_id(body)}:{name}"
            if self.model.states.get(job) == "queued":
                self._claim(job)
                self._complete(self.claims[-1])

    @rule(pick=INDEX)
    def stale_message(self, pick: int) -> None:
        """A message of any time comes again."""
        self._claim(self.tasks[pick % len(self.tasks)])

    @rule(pick=INDEX)
    def fan_out(self, pick: int) -> None:
        """A process job makes its handlers' jobs, unless another delivery has the identity."""
        claim = self._any_claim(pick, process=True)
        if claim:
            self._complete(claim)

    @rule(pick=INDEX)
    def done(self, pick: int) -> None:
        """A handler's job ends once."""
        claim = self._any_claim(pick, process=False)
        if claim:
            self._complete(claim)

    def _complete(self, claim: Claim) -> None:
        if claim.name == keys.PROCESS:
            self._fan_out(claim)
        else:
            self._done(claim)

    def _fan_out(self, claim: Claim) -> None:
        delivery, model = claim.delivery, self.model
        identity = IDENTITIES[delivery]
        customer = CUSTOMERS[delivery]
        answer = self.house.jobs.fan_out(
            claim, HANDLERS, outcome="handed on", identity=identity, customer=customer
        )
        if not self._holds(claim):
            assert answer == Stale()
            return
        if customer in model.forgotten:
            model.erased.add(delivery)
        mine = (delivery, model.births[delivery])
        owner = model.owners.setdefault(identity, mine) if identity else mine
        model.end(claim.job)
        if owner == mine and customer and (model.live(delivery) or self._fresh(delivery)):
            model.processed.add(delivery)
        if owner != mine:
            assert answer == SameAssignment(owner[0])
            return
        fresh = self._fresh(delivery)
        model.states.update(dict.fromkeys((f"{delivery}:{name}" for name in fresh), "queued"))
        assert answer == FannedOut(len(fresh))

    def _fresh(self, delivery: str) -> list[str]:
        known = self.model.ended[delivery] | set(map(name_of, self.model.live(delivery)))
        return [name for name, _ in HANDLERS if name not in known]

    def _done(self, claim: Claim) -> None:
        held = self._holds(claim)
        assert self.house.jobs.done(claim, "done") == held
        if held:
            self.model.end(claim.job)
            identity = IDENTITIES[claim.delivery]
            # Without an identity, a body that came again after its marker went is new.
            born = f"{claim.delivery}:{self.model.births[claim.delivery]}"
            self.model.effects[identity or born, claim.name] += 1

    @rule(pick=INDEX, permanently=st.booleans())
    def not_done(self, pick: int, permanently: bool) -> None:
        """A run fails, for now or permanently."""
        if self.claims:
            claim = self.claims[pick % len(self.claims)]
            held = self._holds(claim)
            act = self.house.jobs.fail if permanently else self._wait
            assert act(claim, "no_such", "an error") == held
            if held:
                self.model.states[claim.job] = "failed" if permanently else "waiting"
                about = CUSTOMERS[claim.delivery] in self.model.forgotten
                if permanently and about and claim.name == keys.PROCESS:
                    self.model.erased.add(claim.delivery)

    @rule(pick=INDEX)
    def admit(self, pick: int) -> None:
        """The rate cap lets two jobs act in its window, each as often as it likes."""
        if self.claims:
            claim, model = self.claims[pick % len(self.claims)], self.model
            answer = self.house.admit(claim, BRAKE)
            if not self._holds(claim):
                assert answer == "stale"
            elif claim.job in model.admitted or len(model.in_window) < BRAKE.count:
                assert answer == "admitted"
                if claim.job not in model.admitted:
                    model.in_window.add(claim.job)
                model.admitted.add(claim.job)
            else:
                assert answer == "held"
                model.states[claim.job] = "held"
                model.tries[claim.job] -= 1

    @rule(pick=INDEX)
    def postpone(self, pick: int) -> None:
        """A run that could not call its downstream is no try."""
        if self.claims:
            claim = self.claims[pick % len(self.claims)]
            held = self._holds(claim)
            assert bool(self.house.jobs.postpone(claim, 60, "shut", "an error")) == held
            if held:
                self.model.states[claim.job] = "waiting"
                self.model.tries[claim.job] -= 1

    def _claim(self, task: str) -> None:
        job = job_id_of(task) or ""
        store = self.house.store
        state = self.model.states.get(job, "gone")
        due = state == "waiting" and store.zscore(KEYS.waiting, job) == 1
        answer = self.house.jobs.claim(task)
        if state == "queued" or due:
            assert isinstance(answer, Claim)
            assert answer.fence > self.model.fences.get(job, 0)
            self.model.fences[job] = answer.fence
            self.model.tries[job] += 1
            assert answer.tries == self.model.tries[job]
            self.model.states[job] = "running"
            self.claims.append(answer)
        else:
            assert answer == Refused(state)

    def _any_claim(self, pick: int, *, process: bool) -> Claim | None:
        claims = [claim for claim in self.claims if (claim.name == keys.PROCESS) == process]
        return claims[pick % len(claims)] if claims else None

    def _holds(self, claim: Claim) -> bool:
        running = self.model.states.get(claim.job) == "running"
        return running and self.model.fences[claim.job] == claim.fence

    def _wait(self, claim: Claim, reason: str, error: str) -> bool:
        return self.house.jobs.wait(claim, 60, reason, error) is not None


def task_of(raw: bytes) -> str:
    """Name the task of a message."""
    return raw.decode().partition(" ")[0]
