"""Marks delay no money: jobs that have taken everything back wait for calls to spare."""

from dataclasses import replace
from typing import Any

import pytest

from inbox.breaker import Breaker, BreakerOpen
from inbox.model.rate import Rate
from inbox.state.learned import Learned
from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.inbox.later import Later, Span, most_within
from tests.integration.worker.house import House
from tests.integration.worker.ledger import Ledger
from tests.integration.worker.shop import Shop
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.run import admission as passages
from worker.run.verdict import Completed, Waiting
from worker.settings.policies import Policies
from worker.voucherify.rest import VoucherifyApi


RATE = Rate(24, 60)
REFEREES = 12

#: What a job reserves before it begins.
RESERVED = 8


class Rush:
    """Many removals at once, one worker, and a budget for a few of them."""

    def __init__(self, house: House, store: StoreClient, shop: Shop, api: VoucherifyApi) -> None:
        self.house, self.store, self.shop = house, store, shop
        self.gate, self.later = Breaker(store, "acts", RATE), Later(store)
        house.use(breakers={"acts": self.gate})
        perks = VoucherifyPerks(api, Ledger(store), Policies(), Learned(store))
        house.act = lambda: perks.revoke(*house.given[-1])
        self.made: list[Span] = []

    def accept(self, removal: bytes) -> str:
        """Accept a removal; give the handler's task."""
        delivery = self.house.intake.accept(removal).delivery
        self.house.flow.run(f"{delivery}:process:1")
        return f"{delivery}:act:1"

    def run(self, task: str) -> Any:
        """Run a job whose wait is over, and note when it made its calls."""
        self.store.zadd(KEYS.waiting, {task.removesuffix(":1"): 1}, xx=True)
        began, calls = self.later.now(), len(self.shop.requests("voucherify"))
        ended = self.house.flow.run(task)
        calls = len(self.shop.requests("voucherify")) - calls
        self.made += [(began, self.later.now())] * calls
        return ended


@pytest.fixture
def rush(
    house: House,
    store: StoreClient,
    shop: Shop,
    api: VoucherifyApi,
    monkeypatch: pytest.MonkeyPatch,
) -> Rush:
    """An empty inbox with the gate of Voucherify before it."""
    made = Rush(house, store, shop, api)
    monkeypatch.setattr(passages, "monotonic", made.later.now)
    return made


def test_all_is_taken_back_before_any_mark_is_made(rush: Rush, shop: Shop) -> None:
    """With a budget for three jobs a minute, and twelve jobs that come back when asked to."""
    # Another job has used up what calls there were to spare when they come.
    for number in range(RATE.count - RESERVED):
        assert rush.gate.use(f"before{number}", 1) == 0
    referees = shop.scenario(referees=REFEREES, own=1000)["referees"]
    due = {rush.accept(shop.removal(each["holder"])): 0.0 for each in referees}
    first_mark: float | None = None
    last_take = 0.0
    outcomes = []
    now = 0.0
    while due:
        task, at = min(due.items(), key=lambda each: each[1])
        rush.later(max(at - now, 0))
        now = max(at, now)
        before = _made(shop)
        ended = rush.run(task)
        takes, marks = (after - each for after, each in zip(_made(shop), before, strict=True))
        last_take = now if takes else last_take
        first_mark = now if marks and first_mark is None else first_mark
        if isinstance(ended, Completed):
            outcomes.append(ended.outcome)
            del due[task]
        else:
            assert isinstance(ended, Waiting)
            due[task] = now + (ended.verdict.delay_seconds or 0)
        assert most_within(rush.made, RATE.seconds) <= RATE.count

    assert first_mark is not None
    assert last_take < first_mark
    assert len(outcomes) == REFEREES
    assert all(each.endswith(", marked the customer") for each in outcomes)
    assert {shop.balance(each["card"]["id"]) for each in referees} == {1000}


def _made(shop: Shop) -> tuple[int, int]:
    return len(shop.requests("voucherify", "POST")), len(shop.requests("voucherify", "PUT"))


def test_a_job_that_waits_for_its_mark_keeps_no_call_from_others(
    rush: Rush, shop: Shop, store: StoreClient
) -> None:
    """It gives back what it reserved, waits without a call or a try, and leaves half."""
    referee = shop.scenario(own=1000)["referees"][0]
    task = rush.accept(shop.removal(referee["holder"]))
    for number in range(RATE.count - RESERVED):
        rush.gate.use(f"before{number}", 1)

    ended = rush.run(task)

    assert isinstance(ended, Waiting)
    assert ended.verdict.reason == "acts_spare"
    assert len(shop.take_backs(referee["card"]["id"])) == 1
    # Five calls took the reward back; three of the eight that were reserved are free again.
    assert store.zcard(KEYS.budget + "acts") == RATE.count - 3
    calls = len(shop.requests("voucherify"))
    assert isinstance(rush.run(task), Waiting)
    assert len(shop.requests("voucherify")) == calls
    assert not isinstance(rush.gate.enter("money", 3), BreakerOpen)
    job = rush.house.desk.job(task.removesuffix(":1"))
    assert job
    assert job.tries == 0


def test_with_calls_to_spare_a_mark_is_made_at_once(rush: Rush, shop: Shop) -> None:
    """An ordinary removal on a quiet day ends in its first run."""
    rush.gate = Breaker(rush.store, "acts", Rate(100, 60))
    services = replace(rush.house.flow.services, breakers={"acts": rush.gate})
    rush.house.flow = replace(rush.house.flow, services=services)
    referee = shop.scenario(own=1000)["referees"][0]

    ended = rush.run(rush.accept(shop.removal(referee["holder"])))

    assert isinstance(ended, Completed)
    assert ended.outcome.endswith(", marked the customer")
