"""An inbox and what tests do with it; time passes by moving the store's own notes back."""

from dataclasses import dataclass
from typing import Any

from inbox import keys
from inbox.admin.queries import Admin
from inbox.archive.fold import Folding
from inbox.ids import delivery_id, job_id_of
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.model.job import Claim, Reaped
from inbox.model.rate import Rate
from inbox.store.packing import pack
from tests.engine import KEYS


QUEUES = ("deliveries", "perks", "crm")
HANDLERS = (("revoke_referral_perks", "perks"), ("notify_crm", "crm"))
LONG_AGO_MS = 3_600_000
WHO = "ops"
#: A rate cap that lets nothing through, and one that lets everything.
NOTHING = Rate(0, 3600)
EVERYTHING = Rate(1_000_000, 3600)


def lose_messages(store: Any) -> int:
    """Remove all queues; return how many had messages."""
    return int(store.delete(*(KEYS.celery + queue for queue in QUEUES)))


@dataclass(frozen=True, slots=True)
class House:
    """The three faces of one store, and shorthand for the ways through it."""

    # redis-py types an answer as all that any of its clients may give.
    store: Any
    intake: Intake
    jobs: Jobs
    admin: Admin

    def claim(self, task: str) -> Claim:
        """Claim a job that is there to be claimed."""
        claim = self.jobs.claim(task)
        assert isinstance(claim, Claim), claim
        return claim

    def admit(
        self, claim: Claim, most: Rate, campaign: str = "", of_campaign: Rate | None = None
    ) -> str:
        """Ask the rate cap; return `admitted`, `held` or `stale`."""
        return self.jobs.counted(claim, most, campaign, of_campaign).admit() or "admitted"

    def accept_many(self, number: int) -> None:
        """Accept so many bodies, a thousand a round trip."""
        for start in range(0, number, 1000):
            pipe = self.store.pipeline(transaction=False)
            for one in range(start, min(start + 1000, number)):
                body = b"%d" % one
                delivery = delivery_id(body)
                self.intake._accept(
                    keys=[KEYS.delivery + delivery], args=[delivery, pack(body), ""], client=pipe
                )
            pipe.execute()

    def process(self, body: bytes = b"{}") -> Claim:
        """Accept a body and claim its process job."""
        return self.claim(f"{self.intake.accept(body).delivery}:process")

    def handlers(self, body: bytes = b"{}", *, identity: str = "") -> str:
        """Accept a body with jobs for both handlers; return the delivery."""
        claim = self.process(body)
        self.jobs.fan_out(claim, HANDLERS, outcome="handed on", identity=identity)
        return claim.delivery

    def failed(self, body: bytes = b"{}", reason: str = "no_such") -> str:
        """Accept a body whose process job fails; return the job."""
        claim = self.process(body)
        assert self.jobs.fail(claim, reason, "an error")
        return claim.job

    def completed(self, body: bytes = b"{}") -> str:
        """Accept a body and complete it; return the delivery."""
        claim = self.process(body)
        self.jobs.fan_out(claim, [], outcome="nothing to do")
        return claim.delivery

    def fold(self) -> None:
        """Fold all that is completed."""
        folding = Folding(self.store)
        while folding.step():
            pass

    def remembered(self) -> dict[str, bytes]:
        """Return the completed deliveries that are folded, oldest first, and their entries."""
        return {fields[b"d"].hex(): entry for entry, fields in self.store.xrange(KEYS.completed)}

    def is_known(self, delivery: str) -> bool:
        """Return whether its bytes would be a duplicate."""
        return bool(self.store.exists(KEYS.delivery + delivery)) or delivery in self.remembered()

    def forget(self, delivery: str) -> None:
        """Let the de-duplication window of a completed delivery pass."""
        self.store.delete(KEYS.delivery + delivery)
        if entry := self.remembered().get(delivery):
            self.store.xdel(KEYS.completed, entry)

    def in_state(self, state: str, job: str = "notify_crm") -> Claim:
        """
        Bring a job into a state.

        `due` is waiting with its time come, `over` is running past its lease. Gives the
        claim of its last run, or one that could be, if it never ran.
        """
        delivery = delivery_id(b"{}")
        if job == keys.PROCESS:
            self.intake.accept(b"{}")
        else:
            self.handlers()
        claim = self.claim(f"{delivery}:{job}:1")
        match state:
            case "queued":
                self.jobs.wait(claim, 0, "asked_to_wait", "an error")
                assert self.reap().due == 1
            case "waiting" | "due":
                self.jobs.wait(claim, 60, "asked_to_wait", "an error")
            case "held":
                assert self.admit(claim, NOTHING) == "held"
            case "failed":
                self.jobs.fail(claim, "no_such", "an error")
            case "gone" if job == keys.PROCESS:
                self.jobs.fan_out(claim, HANDLERS, outcome="handed on")
            case "gone":
                self.jobs.done(claim, "done")
        if state == "due":
            self.store.zadd(KEYS.waiting, {claim.job: 1}, xx=True)
        if state == "over":
            self.store.zadd(KEYS.running, {claim.job: 1}, xx=True)
        return claim

    def state_of(self, job: str) -> str:
        """Return a job's state; `gone` when it has ended."""
        state = self.store.hget(KEYS.job + (job_id_of(job) or job), "state")
        if state is None and self._is_fresh(job):
            return "queued"
        return state.decode() if isinstance(state, bytes) else "gone"

    def dispatches(self, job: str) -> int:
        """Count the messages written for a job."""
        return int(self.store.hget(KEYS.job + job, "dispatches") or self._is_fresh(job))

    def _is_fresh(self, job: str) -> bool:
        delivery, name = (job_id_of(job) or job).split(":")
        return name == keys.PROCESS and self.store.zscore(KEYS.fresh, delivery) is not None

    def tick(self) -> None:
        """Let the store's clock show another millisecond."""
        now = self._milliseconds()
        while self._milliseconds() == now:
            pass

    def _milliseconds(self) -> int:
        seconds, microseconds = self.store.time()
        return int(seconds) * 1000 + int(microseconds) // 1000

    def reap(self, queues: tuple[str, ...] = QUEUES) -> Reaped:
        """Run the reaper, whichever worker ran it before."""
        self.tick()
        self.store.delete(KEYS.sweeping)
        reaped = self.jobs.reap("a test", queues, 10)
        assert reaped is not False
        return reaped

    def checks_are_old(self, milliseconds: int = LONG_AGO_MS) -> None:
        """Let time pass since the reaper last searched for lost messages."""
        jobs = list(self.store.scan_iter(KEYS.job + "*", count=1000))
        pipe = self.store.pipeline(transaction=False)
        for job in jobs:
            pipe.hget(job, "held")
        for job, held in zip(jobs, pipe.execute(), strict=True):
            if held:
                number, _, time = held.decode().partition(":")
                self.store.hset(job, "held", f"{number}:{int(time) - milliseconds}")
        for queue, checked in self.store.hgetall(KEYS.looked).items():
            before, _, time = checked.decode().partition(":")
            self.store.hset(KEYS.looked, queue, f"{before}:{int(time) - milliseconds}")

    def searched_twice(self) -> Reaped:
        """Run the reaper twice with time between; return what the second run did."""
        self.reap()
        self.checks_are_old()
        return self.reap()
