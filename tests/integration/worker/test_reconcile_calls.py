"""Calls of a run: at their share of the budget, and never while the downstream is shut."""

from collections.abc import Callable
from typing import Any

import pytest

from inbox.breaker import Breaker
from inbox.model.rate import Rate
from inbox.store.client import StoreClient
from tests.engine import KEYS
from worker.errors import PermanentError, RetryableError
from worker.http_client.answers import Call
from worker.job import Job
from worker.reconcile.outcomes import FailingError
from worker.reconcile.source.calls import MOST_FAILURES, PROBES, TRIES_OF_ONE, Calls
from worker.voucherify.own import VOUCHER, one


PLAN = Rate(10, 60)
SHARE = Rate(4, 60)
CODE = one(VOUCHER, "v_1")


class Api:
    """Answers calls as a test says."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.act: Callable[[int], Any] = lambda _: {}

    def read(self, path: str, _query: dict[str, Any], _call: Call, job: Job) -> Any:
        """Answer a call, which counts as one."""
        job.count_call()
        self.asked.append(path)
        return self.act(len(self.asked))


class EndedError(Exception):
    """The test has seen enough."""


class Waits:
    """Notes how long it would have waited, and ends the run when it is asked to."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.most = 100

    def __call__(self, seconds: float) -> None:
        """Wait for nothing."""
        if seconds:
            self.seconds.append(seconds)
        if len(self.seconds) >= self.most:
            raise EndedError


@pytest.fixture
def waits() -> Waits:
    """What was waited for."""
    return Waits()


@pytest.fixture
def api() -> Api:
    """What is called."""
    return Api()


def make(store: StoreClient, api: Api, waits: Waits, door: Rate | None = PLAN) -> Calls:
    """Make the calls of a run that shares the budget of jobs."""
    return Calls(api, Breaker(store, "reconcile", SHARE), Breaker(store, "perks", door), "a", waits)


def used(store: Any) -> int:
    """Count what of the jobs' budget is used."""
    return int(store.zcard(KEYS.budget + "perks"))


def test_a_run_uses_no_more_than_its_share(store: StoreClient, api: Api, waits: Waits) -> None:
    """The fifth call of four a minute waits for the first one's minute to be over."""
    waits.most = 1
    calls = make(store, api, waits)
    for _ in range(4):
        calls.read("codes", "/a", {}, CODE)
    with pytest.raises(EndedError):
        calls.read("codes", "/a", {}, CODE)
    assert len(api.asked) == 4
    assert 55 < waits.seconds[0] <= 61
    assert calls.made == {"codes": 4}


def test_each_call_counts_against_the_budget_of_the_jobs(
    store: StoreClient, api: Api, waits: Waits
) -> None:
    """So that all together never call more than the plan allows."""
    calls = make(store, api, waits)
    for _ in range(3):
        calls.read("codes", "/a", {}, CODE)
    assert used(store) == 3


def test_where_jobs_have_used_the_budget_a_run_waits(
    store: StoreClient, api: Api, waits: Waits
) -> None:
    """Its own share is not used up, but the plan is."""
    Breaker(store, "perks", PLAN).enter("a job", 10)
    waits.most = 1
    with pytest.raises(EndedError):
        make(store, api, waits).read("codes", "/a", {}, CODE)
    assert api.asked == []


def test_a_failure_is_tried_again_and_reported_to_the_jobs(
    store: StoreClient, api: Api, waits: Waits
) -> None:
    """Two failures, longer and longer waits, then the answer; the same call, counted each time."""

    def act(number: int) -> Any:
        if number < 3:
            raise RetryableError("voucherify_timeout", "no answer", outage=True)
        return {"found": True}

    api.act = act
    assert make(store, api, waits).read("codes", "/a", {}, CODE) == {"found": True}
    assert waits.seconds == [1.0, 2.0]
    assert used(store) == 3


def test_failures_without_end_end_the_run(store: StoreClient, api: Api, waits: Waits) -> None:
    """The gate shuts for all after five; the run gives up after eight, when others fail as well."""

    def act(_: int) -> Any:
        # Time does not pass here: what the gate remembers is taken from it.
        store.delete(KEYS.gate + "perks")
        raise RetryableError("voucherify_timeout", "no answer", outage=True)

    api.act = act
    share = Breaker(store, "reconcile", Rate(100, 60))
    calls = Calls(api, share, Breaker(store, "perks", Rate(100, 60)), "a", waits)
    with pytest.raises(RetryableError):
        calls.read("codes", "/a", {}, CODE)
    assert api.asked.count("/a") == MOST_FAILURES
    assert api.asked.count("/v1/campaigns") == calls.made[PROBES] == 2


@pytest.mark.parametrize("refused", [False, True])
def test_one_call_that_fails_while_another_is_answered_fails_alone(
    store: StoreClient, api: Api, waits: Waits, refused: bool
) -> None:
    """After three tries, and without shutting the gate of the jobs; a refusal is an answer, too."""

    def act(_: int) -> Any:
        if api.asked[-1] == "/a":
            raise RetryableError("voucherify_unreadable", "what is this", outage=True)
        if refused:
            raise PermanentError("voucherify_answered_400", "answered 400")
        return {"campaigns": []}

    api.act = act
    calls = Calls(api, Breaker(store, "reconcile"), Breaker(store, "perks", PLAN), "a", waits)
    for _ in range(2):
        with pytest.raises(FailingError) as failed:
            calls.read("codes", "/a", {}, CODE)
        assert failed.value.reason == "voucherify_unreadable"
    assert api.asked == [*["/a"] * TRIES_OF_ONE, "/v1/campaigns"] * 2
    assert waits.seconds == [1.0, 2.0] * 2
    assert store.hget(KEYS.gate + "perks", "until") is None, "the jobs continue"
    assert used(store) == len(api.asked)


def test_a_call_that_voucherify_puts_off_fails_alone(
    store: StoreClient, api: Api, waits: Waits
) -> None:
    """Locked, by Voucherify's own word: it is up, and nothing else is asked for that."""

    def act(_: int) -> Any:
        raise RetryableError("voucherify_answered_423", "answered 423", retry_after_seconds=5)

    api.act = act
    with pytest.raises(FailingError, match="423"):
        make(store, api, waits, door=Rate(100, 60)).read("codes", "/a", {}, CODE)
    assert api.asked == ["/a"] * TRIES_OF_ONE
    assert waits.seconds == [5, 5]


def test_a_call_that_is_answered_after_an_outage_is_not_alone(
    store: StoreClient, api: Api, waits: Waits
) -> None:
    """At the third failure nothing else is answered either, at the sixth try this call is."""

    def act(number: int) -> Any:
        if number < 7:
            store.delete(KEYS.gate + "perks")
            raise RetryableError("voucherify_timeout", "no answer", outage=True)
        return {"id": "v_1"}

    api.act = act
    calls = Calls(api, Breaker(store, "reconcile"), Breaker(store, "perks", PLAN), "a", waits)
    assert calls.read("codes", "/a", {}, CODE) == {"id": "v_1"}
    assert calls.made == {"codes": 6, PROBES: 1}


def test_a_shut_downstream_is_not_called(store: StoreClient, api: Api, waits: Waits) -> None:
    """For a moment it is waited for; for longer the run ends and says why."""
    Breaker(store, "perks", PLAN).pause("a job", "voucherify_answered_429", 30)
    waits.most = 1
    calls = make(store, api, waits)
    with pytest.raises(EndedError):
        calls.read("codes", "/a", {}, CODE)
    waits.most = 100
    Breaker(store, "perks", PLAN).pause("a job", "voucherify_answered_401", 300)
    with pytest.raises(RetryableError) as refused:
        calls.read("codes", "/a", {}, CODE)
    assert refused.value.reason == "voucherify_answered_401"
    assert api.asked == []


def test_keys_that_are_refused_end_the_run_at_once(
    store: StoreClient, api: Api, waits: Waits
) -> None:
    """And the jobs continue: a run by hand may have other keys than the workers."""

    def act(_: int) -> Any:
        raise RetryableError("voucherify_answered_401", "answered 401", pause_seconds=300)

    api.act = act
    with pytest.raises(RetryableError, match="401"):
        make(store, api, waits).read("codes", "/a", {}, CODE)
    assert not store.exists(KEYS.gate + "perks")
    assert (len(api.asked), used(store)) == (1, 1)
    assert waits.seconds == []


def test_a_limit_that_is_reached_is_reported_to_the_jobs(
    store: StoreClient, api: Api, waits: Waits
) -> None:
    """A 429 is about all calls: the first caller to meet it opens the breaker for all."""

    def act(number: int) -> Any:
        if number == 1:
            raise RetryableError("voucherify_answered_429", "answered 429", pause_seconds=20)
        return {}

    api.act = act
    waits.most = 1
    with pytest.raises(EndedError):
        make(store, api, waits).read("codes", "/a", {}, CODE)
    assert store.hget(KEYS.gate + "perks", "reason") == b"voucherify_answered_429"
    assert waits.seconds[0] >= 20


def test_what_is_refused_is_not_tried_again(store: StoreClient, api: Api, waits: Waits) -> None:
    """It is for who asked to decide."""

    def act(_: int) -> Any:
        raise PermanentError("voucherify_answered_400", "answered 400")

    api.act = act
    with pytest.raises(PermanentError):
        make(store, api, waits).read("codes", "/a", {}, CODE)
    assert len(api.asked) == 1


def test_without_jobs_that_call_the_api_only_the_share_counts(
    store: StoreClient, api: Api, waits: Waits
) -> None:
    """With another backend no one else keeps a budget of this API."""
    calls = Calls(api, Breaker(store, "reconcile", SHARE), Breaker(store, "reconcile"), "a", waits)
    for _ in range(4):
        calls.read("codes", "/a", {}, CODE)
    assert store.zcard(KEYS.budget + "reconcile") == 4
    assert waits.seconds == []
