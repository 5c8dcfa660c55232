"""The whole product in this process, upon a real store and the stand-in, without waiting."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from queue import SimpleQueue
from typing import Any, Final

import httpx2

from inbox.admin.queries import Admin
from inbox.archive.fold import Folding
from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.ledger import Effects
from inbox.store.client import StoreClient
from sandbox.inprocess import InProcess
from tests.engine import KEYS
from tests.histories.line import Crash, Frozen, Line
from tests.histories.passing import Time, given_time
from tests.histories.setup import LEASE_SECONDS, Setup, make_flow
from worker.http_client import ANSWER_SECONDS, CONNECT_SECONDS
from worker.run.verdict import Completed, Ended
from worker.settings.policies import Policies
from worker.voucherify.http import VoucherifyHttp
from worker.voucherify.rest import VoucherifyApi


MEMORY_SECONDS = 16_416_000
QUEUES = ("deliveries", "perks")
REMOVED = "customer.holder.assignment.deleted"

#: Ids and times are in what is signed, hashed and put in order, so each history has the same.
_BEGINS: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)

USUAL: Final = Setup()

#: More rounds than any history needs; one that needs more goes in circles.
_MOST_ROUNDS = 1000


class Works:
    """
    Takes webhooks in and works on them until nothing is left to do.

    The same history makes the same calls each time: nothing goes by the machine's clock, ids
    count from one again, and one thread runs at a time.
    """

    @given_time()
    def __init__(self, store: StoreClient) -> None:
        self.store: Any = store
        self.shop = InProcess(start=_BEGINS)
        self.time = Time(store, self.shop)
        self.line = Line(self.shop, self.time.catch_up)
        self.effects = Effects(store, memory_seconds=MEMORY_SECONDS)
        self.desk = Admin(store, dedupe_window_seconds=86_400)
        self._intake = Intake(store)
        self._folding = Folding(store)
        self._jobs = Jobs(
            store,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=86_400,
            removal_memory_seconds=MEMORY_SECONDS,
        )
        client = httpx2.Client(
            transport=self.line,
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
        )
        settings = self.shop.settings
        self.api = VoucherifyApi(
            VoucherifyHttp(
                "http://sandbox",
                settings.app_id,
                settings.app_token,
                client=client,
                clock=self.shop.now,
            )
        )
        self._frozen: list[Frozen] = []
        self._runs: list[threading.Thread] = []
        self.begin(Policies())

    @given_time()
    def begin(self, policies: Policies, setup: Setup = USUAL) -> None:
        """Start a history: nothing is known to anybody."""
        self._end_runs()
        self.store.flushall()
        self.shop.reset()
        self.shop.world.ids._numbers = count(1)
        self.time.catch_up()
        self.line.clear()
        self.reported: dict[str, str] = {}
        self.removed: set[str] = set()
        # What the campaign promised a referee when the assignment was removed.
        self.promised: dict[str, tuple[str, int] | None] = {}
        # How many removals were claimed.
        self.handed = 0
        # How each run of a job ended.
        self.ends: list[Ended] = []
        self._threads = False
        self._ended: SimpleQueue[None] = SimpleQueue()
        self.restart(policies, setup)

    @given_time()
    def restart(self, policies: Policies, setup: Setup = USUAL) -> None:
        """Start the workers with these settings upon what is there."""
        self.policies = policies
        self._flow = make_flow(self.store, self._jobs, self.api, self.effects, policies, setup)

    def deliver(self, body: bytes) -> None:
        """Bring a webhook's body to the product."""
        document = json.loads(body)
        holder = document["data"]["holder"]["id"]
        self.reported[delivery_id(body)] = holder
        if document["type"] == REMOVED:
            self.removed.add(holder)
            program = (document["data"].get("campaign") or {}).get("referral_program") or {}
            reward = program.get("referee_reward")
            self.promised[holder] = reward and (reward["type"], int(reward["amount"]))
        self._intake.accept(body)

    def complete(self, *, threads: int = 1, every: float = 0.0) -> None:
        """
        Work until nothing is queued, running, waiting or frozen.

        Args:
            threads: how many jobs run at once.
            every: seconds between two reaper runs; 0 to run as soon as something is due.
        """
        with self.time.of_runs():
            self._complete(threads, every)

    def _complete(self, threads: int, every: float) -> None:
        for _ in range(_MOST_ROUNDS):
            while tasks := [task for _ in range(threads) if (task := self._take())]:
                if threads == 1:
                    self._switch(tasks[0])
                    continue
                with ThreadPoolExecutor(threads) as pool:
                    list(pool.map(self._run, tasks))
            # As workers do after a pass of the reaper.
            while self._folding.step():
                pass
            wait = self._next()
            if wait is None:
                return
            self._pass(max(wait, every) + 0.01)
            self._jobs.reap("a reaper", QUEUES, 0.001)
        raise AssertionError("the product goes in circles")

    def freeze_at(self, call: int, seconds: float, *, sent: bool = False) -> None:
        """Let the run that makes this call stand still for so long, before or after sending it."""
        self._threads = True

        def stand() -> None:
            frozen = Frozen(self.time.now() + seconds)
            self._frozen.append(frozen)
            self._ended.put(None)
            frozen.stand()

        (self.line.after if sent else self.line.before)[call] = stand

    def thaw(self) -> None:
        """Let the run that stands still longest continue, while everything else stands still."""
        if self._frozen:
            self._thaw(self._frozen[0])

    def failed(self) -> list[tuple[str, str, str]]:
        """List the failed jobs by assignment, with reason and error."""
        return [
            (self.reported[job.delivery], job.reason or "", job.error or "")
            for job in self.desk.failed()
        ]

    def _end_runs(self) -> None:
        """Let nothing of a history that failed continue in the next one."""
        for frozen in self._frozen:
            frozen.end()
        for run in self._runs:
            run.join()
        self._frozen.clear()
        self._runs.clear()

    def _take(self) -> str | None:
        """Take the oldest message as a worker does."""
        for queue in QUEUES:
            if text := self.store.rpop(KEYS.celery + queue):
                return str(text.decode().partition(" ")[0])
        return None

    def _switch(self, task: str) -> None:
        """Run a task to its end, or to where it stands still."""
        if not self._threads:
            self._run(task)
            return

        def work() -> None:
            self._run(task)
            self._ended.put(None)

        run = threading.Thread(target=work, daemon=True)
        self._runs.append(run)
        self._apart(run.start)

    def _apart(self, go: Callable[[], None]) -> None:
        """Let one other thread go, until it ends or stands still."""
        mine, ended = self._ended, SimpleQueue[None]()
        self._ended = ended
        go()
        ended.get(timeout=60)
        self._ended = mine

    def _run(self, task: str) -> None:
        with suppress(Crash):
            outcome = self._flow.run(task)
            self.ends.append(outcome)
            self.handed += isinstance(outcome, Completed) and outcome.outcome.startswith("handed")

    def _next(self) -> float | None:
        """Return in how many seconds something is to be done; None if nothing is left."""
        pipe = self.store.pipeline(transaction=False)
        for index in (KEYS.running, KEYS.waiting):
            pipe.zrange(index, 0, 0, withscores=True)
        for index in (KEYS.fresh, *(KEYS.queued + queue for queue in QUEUES)):
            pipe.zcard(index)
        running, waiting, *queued = pipe.execute()
        now = self.shop.clock.time()
        waits = [score / 1000 - now for _, score in (*running, *waiting)]
        waits += [each.thaws_at - self.time.now() for each in self._frozen]
        # A job that is queued without a message is found by checking twice.
        waits += [1.0] * any(queued)
        return min(waits, default=None)

    def _pass(self, seconds: float) -> None:
        self.time.let_time_pass(seconds)
        # One that stands still longer may thaw later.
        while due := [each for each in self._frozen if each.thaws_at <= self.time.now()]:
            self._thaw(due[0])

    def _thaw(self, frozen: Frozen) -> None:
        self._frozen.remove(frozen)
        self._apart(frozen.continues.set)
