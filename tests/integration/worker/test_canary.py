"""Whose turn it is to send a canary, what is sent, and what its age shows."""

from datetime import UTC, datetime

import httpx2
import pytest
from structlog.testing import capture_logs

from inbox.admin.fleet import Fleet
from inbox.state.canary import KNOWN_SECONDS, CanaryRecord
from inbox.state.checkins import first_in
from inbox.store.client import StoreClient
from receiver.signature import HEADER, matching_secret
from schemas import load_envelope, parse_body
from tests.engine import KEYS
from worker.periodic.canary import CanaryTask
from worker.settings.periodic import CanarySettings


SECRET = b"insecure-secret-for-a-test"


class Posts:
    """Takes what is sent, and answers as a test wants."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[httpx2.Request] = []
        self.clients: list[httpx2.Client] = []

    def connect(self) -> httpx2.Client:
        """Make the client of one canary."""
        self.clients.append(httpx2.Client(transport=httpx2.MockTransport(self._take)))
        return self.clients[-1]

    def _take(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer)


def canary(store: StoreClient, posts: Posts, caller: str = "one") -> CanaryTask:
    """Make a canary of a worker."""
    settings = CanarySettings(interval_seconds=60, url="http://127.0.0.1:9/", secret=SECRET)
    return CanaryTask(CanaryRecord(store), caller, settings, posts.connect)


def test_one_worker_of_the_fleet_sends_in_each_interval(store: StoreClient) -> None:
    """The first worker to ask has the turn, until the interval is over."""
    posts = Posts(202, 202)
    fleet = [canary(store, posts, caller) for caller in ("one", "two", "three")]

    for each in fleet * 2:
        each.step()
    assert len(posts.sent) == 1
    assert 30_000 < store.pttl(KEYS.canary_turn) <= 60_000
    store.delete(KEYS.canary_turn)
    fleet[2].step()

    assert len(posts.sent) == 2
    assert posts.sent[0].content != posts.sent[1].content
    assert [each.is_closed for each in posts.clients] == [True, True], "each goes its way as anew"


def test_what_is_sent_is_a_webhook_that_the_receiver_takes(store: StoreClient) -> None:
    """It is signed as Voucherify signs, and its time is the store's."""
    posts = Posts(202)
    canary(store, posts).step()

    (request,) = posts.sent
    body = request.content
    assert matching_secret(body, request.headers[HEADER], (SECRET,)) == 0
    seconds, microseconds = store.time()
    sent = load_envelope(parse_body(body)).event.created_at
    assert 0 <= seconds + microseconds / 1e6 - sent.timestamp() < 60


@pytest.mark.parametrize(
    ("answer", "logged"),
    [
        (httpx2.ReadError("secret"), {"reason": "no_answer", "why": "ReadError"}),
        (401, {"reason": "answered", "status": 401}),
        (200, {"reason": "answered", "status": 200}),
        (302, {"reason": "answered", "status": 302}),
    ],
    ids=["no answer", "refused", "another's answer", "elsewhere"],
)
def test_a_canary_that_is_not_taken_is_one_warning(
    store: StoreClient, answer: int | Exception, logged: dict[str, object]
) -> None:
    """It is no error of the code; its age shows the rest."""
    posts = Posts(answer)
    with capture_logs() as logs:
        canary(store, posts).step()

    assert logs == [{"event": "canary.not_sent", "log_level": "warning", **logged}]
    assert posts.clients[0].is_closed


def test_the_age_counts_from_the_last_that_came_through_or_from_the_first_that_was_due(
    store: StoreClient,
) -> None:
    """No canary has no age; one that never came through grows old; the last one counts."""
    book = CanaryRecord(store)
    assert Fleet(store).read().canary_age_seconds is None

    now = book.turn("one", 60)
    assert now
    store.hset(KEYS.canary, "since", now - 500_000)
    assert 500 <= (Fleet(store).read().canary_age_seconds or 0) < 560

    assert 7 <= book.handled(datetime.fromtimestamp(now / 1000 - 7, UTC)) < 60
    age = Fleet(store).read().canary_age_seconds
    assert age is not None
    assert age < 60
    store.hset(KEYS.canary, "handled", now - 90_000)
    assert book.turn("one", 60) is None
    assert 90 <= (Fleet(store).read().canary_age_seconds or 0) < 150


def test_a_canary_that_is_off_is_forgotten(store: StoreClient) -> None:
    """By a worker that starts without it, else after a week; stragglers change nothing."""
    book = CanaryRecord(store)
    book.turn("one", 60)
    assert 0 < store.ttl(KEYS.canary) <= KNOWN_SECONDS

    book.forget()
    book.handled(datetime.now(UTC))

    assert Fleet(store).read().canary_age_seconds is None
    assert not store.exists(KEYS.canary)


def test_one_of_the_fleet_checks_in(store: StoreClient) -> None:
    """The first who asks, once in a span."""
    assert [first_in(store, who, 60) for who in ("one", "two", "one")] == [True, False, False]
    assert 30_000 < store.pttl(KEYS.checkin) <= 60_000
