from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from inbox import keys
from inbox.ids import delivery_id, job_id_of, name_of
from inbox.privacy.erasure import Erased, Erasure
from inbox.privacy.redaction import concerns
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.histories import INDEX, task_of
from tests.integration.inbox.histories_of_trims import Trimming
from tests.integration.inbox.house import HANDLERS, QUEUES, WHO, House
from tests.integration.inbox.model import BODIES, CUSTOMERS, WHOLE


class AnyHistory(Trimming):
    """With time that passes, messages that are lost, reaper runs and operators."""

    @rule(pick=INDEX, index=st.sampled_from([KEYS.running, KEYS.waiting]))
    def time_comes(self, pick: int, index: str) -> None:
        """A lease is over, or a wait."""
        state = {KEYS.running: "running", KEYS.waiting: "waiting"}[index]
        jobs = sorted(job for job, found in self.model.states.items() if found == state)
        if jobs:
            self.house.store.zadd(index, {jobs[pick % len(jobs)]: 1}, xx=True)

    @rule(queue=st.sampled_from(QUEUES))
    def lose_messages(self, queue: str) -> None:
        """Someone empties a queue."""
        self.house.store.delete(KEYS.celery + queue)

    @rule(later=st.booleans())
    def reap(self, later: bool) -> None:
        """A reaper run sends again what is due, over or lost, and nothing that is in its queue."""
        if later:
            self.house.checks_are_old()
        store, states = self.house.store, self.model.states
        over = {
            job.decode() for index in (KEYS.running, KEYS.waiting)
            for job in store.zrangebyscore(index, "-inf", 1)
        }  # fmt: skip
        quiet = {
            job: self.house.dispatches(job)
            for job, state in states.items()
            if job not in over and (state != "queued" or not self._lost(job))
        }

        self.house.reap()

        assert quiet == {job: self.house.dispatches(job) for job in quiet}
        for job in over:
            states[job] = self.house.state_of(job)
            losses = self._losses(job)
            assert (
                states[job] == "queued"
                or losses == 6
                or (states[job], losses > 1) == ("waiting", True)
            )

    @rule(pick=INDEX, decision=st.sampled_from(["retry", "discard", "release"]))
    def decide(self, pick: int, decision: str) -> None:
        """An operator retries, releases or discards any job there ever was."""
        job = job_id_of(self.tasks[pick % len(self.tasks)]) or ""
        state = self.model.states.get(job)
        possible = state in {"retry": {"failed"}, "release": {"held"}}.get(
            decision, {"failed", "held"}
        )
        answer = getattr(self.house.admin, decision)(job, who=WHO, why="a test")
        assert (answer in {"discarded", "queued"}) == possible
        if possible and decision == "discard":
            self.model.end(job)
        elif possible:
            self.model.states[job] = "queued"
        if possible and decision == "release":
            self.model.admitted.add(job)
        if possible and decision == "retry":
            self.model.tries[job] = 0

    @rule()
    def cap_window_passes(self) -> None:
        """What the rate cap let act lately is long ago."""
        for job in self.model.in_window:
            self.house.store.zadd(KEYS.brake, {job: 1}, xx=True)
        self.model.in_window.clear()

    @rule(body=st.sampled_from(sorted(BODIES)))
    def replay(self, body: bytes) -> None:
        """A delivery with pending jobs, but not its process job, can be replayed."""
        delivery = delivery_id(body)
        live = self.model.live(delivery)
        possible = bool(live) and f"{delivery}:process" not in live
        assert (self.house.admin.replay(delivery, who=WHO) == "queued") == possible
        if possible:
            self.model.states[f"{delivery}:process"] = "queued"
            self.model.ended[delivery].discard("process")

    @rule(customer=st.sampled_from(["cust_1", "cust_2"]), now=st.booleans())
    def erase(self, customer: str, now: bool) -> None:
        """A customer is erased: all that was processed or failed, or with `now` all there is."""
        model = self.model
        states = {"failed", "queued", "running", "waiting"} if now else {"failed"}
        found = {each for each in model.processed if CUSTOMERS[each] == customer}
        found |= {
            each
            for each in WHOLE
            if model.states.get(f"{each}:process") in states
            and concerns(model.body(each) or b"", customer)
        }

        done = Erasure(self.house.store).erase(customer, who=WHO, now=now)

        assert done == Erased(found=len(found), erased=len(found - model.erased))
        model.erased |= found
        model.forgotten.add(customer)

    @rule(body=st.sampled_from(sorted(BODIES)))
    def window_passes(self, body: bytes) -> None:
        """The marker of a completed delivery goes."""
        delivery = delivery_id(body)
        if delivery in self.model.ended and not self.model.live(delivery):
            self.house.tick()
            self.house.forget(delivery)
            self.forget(delivery)
            # Leases of more than an hour ago are no one's.
            self.claims = [claim for claim in self.claims if claim.delivery != delivery]

    @rule()
    def fold(self) -> None:
        """A worker folds what is completed, which changes nothing that anyone sees."""
        self.house.fold()

    @invariant()
    def the_store_agrees(self) -> None:
        """The store is consistent and knows the same jobs in the same states."""
        lost = frozenset(job for job, state in self.model.states.items()
                         if state == "queued" and self._lost(job))  # fmt: skip
        assert_consistent(self.house.store, lost=lost)
        found = {
            name.decode().removeprefix(KEYS.job): self.house.state_of(
                name.decode().removeprefix(KEYS.job)
            )
            for name in self.house.store.scan_iter(KEYS.job + "*", count=1000)
        }
        fresh = self.house.store.zrange(KEYS.fresh, 0, -1)
        found |= {f"{delivery.decode()}:{keys.PROCESS}": "queued" for delivery in fresh}
        assert found == self.model.states
        assert self.house.store.zcount(KEYS.brake, 2, "+inf") == len(self.model.in_window)
        assert max(self.model.effects.values(), default=0) <= 1
        self._the_bodies_agree()

    def _the_bodies_agree(self) -> None:
        """Each body that is pending work is here, whole or reduced, and in its customer's index."""
        model = self.model
        for delivery in WHOLE:
            assert self.house.admin.body(delivery) == model.body(delivery)
        indexed = {
            member.decode()
            for name in self.house.store.scan_iter(KEYS.customer + "*", count=1000)
            for member in self.house.store.smembers(name)
        }
        assert indexed == model.processed

    def teardown(self) -> None:
        """Whatever happened, what is pending comes to its end once workers work."""
        if not hasattr(self, "model"):
            return
        for _ in range(40):
            if not self.model.states:
                break
            self._work_everything()
        assert not self.model.states
        self.the_store_agrees()

    def _work_everything(self) -> None:
        for pick in range(len(self.tasks)):
            self.decide(pick, "retry")
            self.decide(pick, "release")
        while self.taken:
            self.drop(0, crashed=False)
        for queue in QUEUES:
            while self.house.store.llen(KEYS.celery + queue):
                self.take(queue)
                self.work(0)
        for pick in range(len(self.claims)):
            self.fan_out(pick)
            self.done(pick)
        for index in (KEYS.running, KEYS.waiting):
            for pick in range(20):
                self.time_comes(pick, index)
        self.reap(later=True)
        self.reap(later=True)

    def _losses(self, job: str) -> int:
        return int(self.house.store.hget(KEYS.job + job, "losses") or 0)

    def _lost(self, job: str) -> bool:
        number = self.house.dispatches(job)
        self.remember(job, number)
        queue = dict(HANDLERS).get(name_of(job), "deliveries")
        found = self.house.store.lrange(KEYS.celery + queue, 0, -1)
        return f"{job}:{number}" not in {task_of(raw) for raw in found}


def test_any_history_keeps_the_promises(house: House) -> None:
    """In any order of events the store is consistent, and nothing is lost or done twice."""

    class Here(AnyHistory):
        pass

    Here.house = house
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=80,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
