"""The whole product in this process, upon a real store and the stand-in, without waiting."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from queue import SimpleQueue
from typing import Any, Final

import httpx
from redis import Redis

from inbox import keys
from inbox.desk import Desk
from inbox.effects import Effects
from inbox.erasure import Erasure
from inbox.gates import Gate
from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.learned import Learned
from inbox.rate import Rate
from sandbox.inprocess import InProcess
from tests.histories.line import Crash, Frozen, Line
from tests.histories.passing import Time, told_time
from worker.crm.dry_run import DryRunCrm
from worker.ended import Ended, Settled
from worker.flow import Flow
from worker.handlers import HandlerTable, load_handlers
from worker.outgoing import ANSWER_SECONDS, CONNECT_SECONDS
from worker.perks.voucherify.api import VoucherifyApi
from worker.perks.voucherify.backend import VoucherifyPerks
from worker.perks.voucherify.http import VoucherifyHttp
from worker.revocation.policies import Policies
from worker.services import Services
from worker.settings import DEFAULT_SCHEDULE


LEASE_SECONDS = 60
MEMORY_SECONDS = 16_416_000
QUEUES = ("deliveries", "perks")
REMOVED = "customer.holder.assignment.deleted"

#: Ids and times are in what is signed, hashed and put in order, so each history has the same.
_BEGINS: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)

#: More rounds than any history needs; one that needs more goes in circles.
_MOST_ROUNDS = 1000


class Works:
    """
    Takes webhooks in and works on them until nothing is left to do.

    The same history makes the same calls each time: nothing goes by the machine's clock, ids
    count from one again, and one thread runs at a time.
    """

    @told_time()
    def __init__(self, store: Redis) -> None:
        self.store: Any = store
        self.shop = InProcess(start=_BEGINS)
        self.time = Time(store, self.shop)
        self.line = Line(self.shop, self.time.catch_up)
        self.effects = Effects(store, memory_seconds=MEMORY_SECONDS)
        self.desk = Desk(store, dedupe_window_seconds=86_400)
        self._intake = Intake(store)
        self._jobs = Jobs(
            store,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=86_400,
            removal_memory_seconds=MEMORY_SECONDS,
        )
        self._gates = {"perks": Gate(store, "perks")}
        client = httpx.Client(
            transport=self.line,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
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
        known = load_handlers().by_name
        self._table = HandlerTable({each: known[each] for each in ("revoke_referral_perks",)})
        self._frozen: list[Frozen] = []
        self._runs: list[threading.Thread] = []
        self.begin(Policies())

    @told_time()
    def begin(self, policies: Policies) -> None:
        """Start a history: nothing is known to anybody."""
        self._end_runs()
        self.store.flushall()
        self.shop.reset()
        self.shop.world.ids._numbers = count(1)
        self.time.catch_up()
        self.line.clear()
        self.policies = policies
        self.told: dict[str, str] = {}
        self.removed: set[str] = set()
        # What the campaign promised a referee when the assignment was removed.
        self.promised: dict[str, str | None] = {}
        # How many removals were taken on.
        self.handed = 0
        # How each run of a job ended.
        self.ends: list[Ended] = []
        self._threads = False
        self._ended: SimpleQueue[None] = SimpleQueue()
        perks = VoucherifyPerks(self.api, self.effects, policies, Learned(self.store))
        self._flow = Flow(
            jobs=self._jobs,
            table=self._table,
            services=Services(
                perks=perks,
                crm=DryRunCrm(),
                erasure=Erasure(self.store),
                gates=self._gates,
                brake=Rate(1000, 3600),
            ),
            schedule=tuple(map(float, DEFAULT_SCHEDULE.split(","))),
            lease_seconds=LEASE_SECONDS,
            chance=lambda: 0.5,
        )

    def deliver(self, body: bytes) -> None:
        """Bring a webhook's body to the product."""
        document = json.loads(body)
        holder = document["data"]["holder"]["id"]
        self.told[delivery_id(body)] = holder
        if document["type"] == REMOVED:
            self.removed.add(holder)
            program = (document["data"].get("campaign") or {}).get("referral_program") or {}
            self.promised[holder] = (program.get("referee_reward") or {}).get("amount")
        self._intake.accept(body)

    def settle(self) -> None:
        """Work until nothing is queued, running, waiting or frozen."""
        for _ in range(_MOST_ROUNDS):
            while task := self._take():
                self._switch(task)
            wait = self._next()
            if wait is None:
                return
            self._pass(max(wait, 0.0) + 0.01)
            self._jobs.sweep("a sweeper", QUEUES, 0.001)
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
        """Let the run that stands still longest go on, while everything else stands still."""
        if self._frozen:
            self._thaw(self._frozen[0])

    def failed(self) -> list[tuple[str, str, str]]:
        """List the failed jobs by assignment, with reason and error."""
        return [
            (self.told[job.delivery], job.reason or "", job.error or "")
            for job in self.desk.failed()
        ]

    def _end_runs(self) -> None:
        """Let nothing of a history that failed go on in the next one."""
        for frozen in self._frozen:
            frozen.end()
        for run in self._runs:
            run.join()
        self._frozen.clear()
        self._runs.clear()

    def _take(self) -> str | None:
        """Take the oldest message as a worker does."""
        for queue in QUEUES:
            if text := self.store.rpop(queue):
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
            self.handed += isinstance(outcome, Settled) and outcome.outcome.startswith("handed")

    def _next(self) -> float | None:
        """Tell in how many seconds something is to be done; None if nothing is left."""
        pipe = self.store.pipeline(transaction=False)
        for index in (keys.RUNNING, keys.WAITING):
            pipe.zrange(index, 0, 0, withscores=True)
        for index in (keys.FRESH, *(keys.QUEUED + queue for queue in QUEUES)):
            pipe.zcard(index)
        running, waiting, *queued = pipe.execute()
        now = self.shop.clock.time()
        waits = [score / 1000 - now for _, score in (*running, *waiting)]
        waits += [each.thaws_at - self.time.now() for each in self._frozen]
        # A job that is queued without a message is found by looking twice.
        waits += [1.0] * any(queued)
        return min(waits, default=None)

    def _pass(self, seconds: float) -> None:
        self.time.let_time_pass(seconds)
        # One that stands still longer may thaw later.
        while due := [each for each in self._frozen if each.thaws_at <= self.time.now()]:
            self._thaw(due[0])

    def _thaw(self, frozen: Frozen) -> None:
        self._frozen.remove(frozen)
        self._apart(frozen.goes_on.set)
