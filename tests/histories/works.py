"""The whole product in this process, upon a real store and the stand-in, without waiting."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

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
from inbox.rate import Rate
from sandbox.inprocess import InProcess
from tests.histories.line import Crash, Line
from tests.histories.passing import Time
from worker.crm.dry_run import DryRunCrm
from worker.ended import Settled
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

#: More rounds than any history needs; one that needs more goes in circles.
_MOST_ROUNDS = 1000


@dataclass
class Frozen:
    """A run that stands still in the middle of a call."""

    thaws_at: float
    goes_on: threading.Event = field(default_factory=threading.Event)


class Works:
    """Takes webhooks in and works on them until nothing is left to do."""

    def __init__(self, store: Redis) -> None:
        self.store: Any = store
        self.shop = InProcess()
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
        self._api = VoucherifyApi(
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
        self.begin(Policies())

    def begin(self, policies: Policies) -> None:
        """Start a history: nothing is known to anybody."""
        self.store.flushall()
        self.shop.reset()
        self.time.clear()
        self.line.clear()
        self.policies = policies
        self.told: dict[str, str] = {}
        self.removed: set[str] = set()
        # How many removals were taken on.
        self.handed = 0
        self._frozen: list[Frozen] = []
        self._threads = False
        self._ended: SimpleQueue[None] = SimpleQueue()
        perks = VoucherifyPerks(self._api, self.effects, policies)
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
            assert frozen.goes_on.wait(60)

        (self.line.after if sent else self.line.before)[call] = stand

    def thaw(self) -> None:
        """Let the run that stands still longest go on, while everything else stands still."""
        if self._frozen:
            self._apart(self._frozen.pop(0).goes_on.set)

    def failed(self) -> list[tuple[str, str, str]]:
        """List the failed jobs by assignment, with reason and error."""
        return [
            (self.told[job.delivery], job.reason or "", job.error or "")
            for job in self.desk.failed()
        ]

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

        self._apart(threading.Thread(target=work, daemon=True).start)

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
            self.handed += isinstance(outcome, Settled) and outcome.outcome.startswith("handed")

    def _next(self) -> float | None:
        """Tell in how many seconds something is to be done; None if nothing is left."""
        pipe = self.store.pipeline(transaction=False)
        pipe.time()
        for index in (keys.RUNNING, keys.WAITING):
            pipe.zrange(index, 0, 0, withscores=True)
        for index in (keys.FRESH, *(keys.QUEUED + queue for queue in QUEUES)):
            pipe.zcard(index)
        (seconds, micro), running, waiting, *queued = pipe.execute()
        now = seconds + micro / 1e6
        waits = [score / 1000 - now for _, score in (*running, *waiting)]
        waits += [each.thaws_at - self.time.now() for each in self._frozen]
        # A job that is queued without a message is found by looking twice.
        waits += [1.0] * any(queued)
        return min(waits, default=None)

    def _pass(self, seconds: float) -> None:
        self.time.let_time_pass(seconds)
        while self._frozen and self._frozen[0].thaws_at <= self.time.now():
            self.thaw()
