"""Whose turn it is to check the webhook, what is recorded, and what stays unknown."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from inbox.admin.fleet import Fleet
from inbox.admin.fleet_views import WebhookView
from inbox.state.webhook import KNOWN_SECONDS, WebhookRecord, WebhookState
from inbox.store.client import StoreClient
from sandbox.inprocess import InProcess
from tests.engine import KEYS, store_settings
from worker.periodic.checks import make_checks
from worker.periodic.webhook_check import INTERVAL_SECONDS, WebhookCheck
from worker.settings.periodic import WebhookCheckSettings
from worker.settings.worker import WorkerSettings


URL = "https://perks.example.test/webhooks/voucherify"


@pytest.fixture(scope="module")
def one() -> InProcess:
    """The stand-in, built once."""
    return InProcess()


@pytest.fixture
def shop(one: InProcess) -> InProcess:
    """The stand-in as new, its webhook at our address."""
    one.reset()
    one.call("PUT", "/webhook", {"url": URL})
    return one


def watch(
    store: StoreClient, transport: httpx2.BaseTransport, *, caller: str = "one", project: str = ""
) -> WebhookCheck:
    """Make the watch of a worker."""
    settings = WebhookCheckSettings(
        management_id="insecure-sandbox-management-id",
        management_token="insecure-sandbox-management-token",
        project_id=project or "proj_perkhookSandbox",
        webhook_url="",
    )
    client = httpx2.Client(transport=transport, follow_redirects=False)
    return WebhookCheck(WebhookRecord(store), caller, settings, "http://sandbox/", client)


def check(store: StoreClient, transport: httpx2.BaseTransport, **options: str) -> list[Any]:
    """Check once more and return the log lines."""
    store.delete(KEYS.webhook_turn)
    with capture_logs() as logs:
        watch(store, transport, **options).step()
    return [{name: each[name] for name in each if name != "log_level"} for each in logs]


def known(store: StoreClient) -> WebhookView | None:
    """Return what any receiver knows."""
    return Fleet(store).read().webhook


def test_one_worker_of_the_fleet_checks_in_each_interval(
    store: StoreClient, shop: InProcess
) -> None:
    """The first worker to ask has the turn, until the interval is over."""
    fleet = [watch(store, shop.transport, caller=each) for each in ("one", "two", "three")]

    for each in fleet * 2:
        each.step()

    assert len(shop.call("GET", "/requests?component=management")) == 1
    left = store.pttl(KEYS.webhook_turn)
    assert (INTERVAL_SECONDS - 5) * 1000 < left <= INTERVAL_SECONDS * 1000
    store.delete(KEYS.webhook_turn)
    fleet[2].step()
    assert len(shop.call("GET", "/requests?component=management")) == 2
    assert shop.violations() == []


def test_what_is_seen_is_known_to_all(store: StoreClient, shop: InProcess) -> None:
    """On, off, on again, gone: each is known at once, and logged when it changes."""
    assert known(store) is None

    assert check(store, shop.transport) == [{"event": "webhook_watch.active"}]
    seen = known(store)
    assert seen is not None
    assert (seen.active, seen.listed) == (True, True)
    assert seen.age_seconds < 5
    assert check(store, shop.transport) == []

    shop.call("PUT", "/webhook", {"active": False})
    for _ in range(2):
        assert check(store, shop.transport) == [{"event": "webhook_watch.switched_off"}]
        seen = known(store)
        assert seen is not None
        assert (seen.active, seen.listed) == (False, True)

    for each in ("since", "looked"):
        store.hincrby(KEYS.webhook, each, -700_000)
    shop.call("PUT", "/webhook", {"active": True})
    assert check(store, shop.transport) == [{"event": "webhook_watch.active"}]
    shop.call("PUT", "/webhook", {"url": "https://elsewhere.example.test/"})
    assert check(store, shop.transport) == [{"event": "webhook_watch.none_found"}]
    seen = known(store)
    assert seen is not None
    assert (seen.active, seen.listed) == (False, None)
    assert seen.age_seconds < 5, "it counts from the last check"


def test_a_webhook_that_does_not_list_our_event_is_logged(
    store: StoreClient, shop: InProcess
) -> None:
    """It is on all the same: Voucherify's own list may lack what it sends."""
    shop.call("PUT", "/webhook", {"events": ["redemption.succeeded"]})

    lines = check(store, shop.transport)

    assert [each["event"] for each in lines] == [
        "webhook_watch.active",
        "webhook_watch.event_not_listed",
    ]
    assert check(store, shop.transport) == []
    seen = known(store)
    assert seen is not None
    assert (seen.active, seen.listed) == (True, False)


def _refused(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("secret", request=request)


def _answers(status: int, **options: Any) -> Callable[[httpx2.Request], httpx2.Response]:
    return lambda _: httpx2.Response(status, **options)


NOT_KNOWN = [
    (_refused, {"reason": "no_answer", "why": "ConnectError"}),
    (_answers(401), {"reason": "answered", "status": 401}),
    (_answers(429), {"reason": "answered", "status": 429}),
    (_answers(503), {"reason": "answered", "status": 503}),
    (
        _answers(302, headers={"Location": "http://elsewhere.example.test/"}),
        {"reason": "answered", "status": 302},
    ),
    (_answers(200, text="<html>"), {"reason": "unreadable"}),
    (_answers(200, json={"data": [{"target_url": URL}]}), {"reason": "unreadable"}),
    (_answers(200, text="[" * 100_000), {"reason": "unreadable"}),
]

NOT_KNOWN_IDS = ["no connection", "keys", "limit", "down", "elsewhere", "page", "half", "deep"]


@pytest.mark.parametrize(("answers", "logged"), NOT_KNOWN, ids=NOT_KNOWN_IDS)
@pytest.mark.parametrize("before", [None, WebhookState.ACTIVE, WebhookState.OFF])
def test_what_stays_unknown_changes_nothing(
    store: StoreClient,
    answers: Callable[[httpx2.Request], httpx2.Response],
    logged: dict[str, Any],
    before: WebhookState | None,
) -> None:
    """What was known stays known, and grows old; nothing of the answer is in the log."""
    book = WebhookRecord(store)
    book.turn("another", 1)
    if before is not None:
        book.saw(before, listed=True)
        store.hincrby(KEYS.webhook, "looked", -700_000)
    else:
        store.hincrby(KEYS.webhook, "since", -700_000)

    lines = check(store, httpx2.MockTransport(answers))

    assert lines == [{"event": "webhook_watch.not_known", **logged}]
    seen = known(store)
    assert seen is not None
    assert seen.active is (None if before is None else before is WebhookState.ACTIVE)
    assert 700 <= seen.age_seconds < 710


@pytest.mark.parametrize("wrong", ["proj_another", "../v1/vouchers"])
def test_another_project_is_not_known(store: StoreClient, shop: InProcess, wrong: str) -> None:
    """A name is one part of the path, whatever is in it."""
    lines = check(store, shop.transport, project=wrong)

    assert lines == [{"event": "webhook_watch.not_known", "reason": "answered", "status": 404}]
    [asked] = shop.call("GET", "/requests?component=management")
    assert asked["path"].startswith("/management/v1/projects/")


def test_the_keys_go_to_voucherify_and_nowhere_else(store: StoreClient) -> None:
    """A redirect is not followed; the keys are in headers, not in the address."""
    sent: list[httpx2.Request] = []

    def answers(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(302, headers={"Location": "http://elsewhere.example.test/"})

    check(store, httpx2.MockTransport(answers))

    [request] = sent
    assert str(request.url) == (
        "http://sandbox/management/v1/projects/proj_perkhookSandbox/webhooks"
    )
    assert request.headers["X-Management-Token"] == "insecure-sandbox-management-token"
    assert request.extensions["timeout"] == {"connect": 3.0, "read": 4.0, "write": 4.0, "pool": 4.0}


def test_what_is_no_longer_checked_is_forgotten(store: StoreClient) -> None:
    """By a worker that starts without the keys, else after a week; stragglers change nothing."""
    book = WebhookRecord(store)
    book.turn("one", INTERVAL_SECONDS)
    assert 0 < store.ttl(KEYS.webhook) <= KNOWN_SECONDS

    book.forget()
    book.saw(WebhookState.OFF, listed=None)

    assert known(store) is None
    assert not store.exists(KEYS.webhook)


def test_a_worker_without_the_check_makes_the_fleet_forget(
    store: StoreClient, redis_url: str
) -> None:
    """The age would grow and cause an alert, though the check is off."""
    WebhookRecord(store).turn("one", INTERVAL_SECONDS)
    settings = WorkerSettings.from_environ(store_settings(redis_url))

    assert make_checks(settings, store, "two") == ()

    assert known(store) is None
