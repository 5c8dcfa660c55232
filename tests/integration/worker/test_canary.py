"""Whose turn it is to send a canary, what is sent, and what its age tells."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from redis import Redis
from structlog.testing import capture_logs

from inbox import keys
from inbox.canary import KNOWN_SECONDS, CanaryBook, age_seconds
from inbox.checkins import first_in
from receiver.signature import HEADER, matching_secret
from schemas import load_envelope, parse_body
from worker.answers import Reply
from worker.canary import Canary, CanarySettings
from worker.wire import WireError


SECRET = b"insecure-secret-for-a-test"


def answered(status: int) -> Reply:
    """Build the answer of a receiver."""
    return Reply(status=status, headers={}, body=b"")


class Posts:
    """Takes what is sent, and answers as a test wants."""

    def __init__(self, *answers: Reply | WireError) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[bytes, Mapping[str, str]]] = []
        self.closed = 0

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Take one."""
        self.sent.append((body, headers))
        answer = self.answers.pop(0)
        if isinstance(answer, WireError):
            raise answer
        return answer

    def close(self) -> None:
        """Count."""
        self.closed += 1


def canary(store: Redis, posts: Posts, caller: str = "one") -> Canary:
    """Make a canary of a worker."""
    settings = CanarySettings(interval_seconds=60, url="http://127.0.0.1:9/", secret=SECRET)
    return Canary(CanaryBook(store), caller, settings, posts)


def test_one_worker_of_the_fleet_sends_in_each_interval(store: Redis) -> None:
    """Whoever asks first has the turn, until the interval is over."""
    posts = Posts(answered(202), answered(202))
    fleet = [canary(store, posts, caller) for caller in ("one", "two", "three")]

    for each in fleet * 2:
        each.step()
    assert len(posts.sent) == 1
    assert 30_000 < store.pttl(keys.CANARY_TURN) <= 60_000
    store.delete(keys.CANARY_TURN)
    fleet[2].step()

    assert len(posts.sent) == 2
    assert posts.sent[0][0] != posts.sent[1][0]
    assert posts.closed == 2, "each goes its way as anew"


def test_what_is_sent_is_a_webhook_that_the_receiver_takes(store: Redis) -> None:
    """It is signed as Voucherify signs, and its time is the store's."""
    posts = Posts(answered(202))
    canary(store, posts).step()

    ((body, headers),) = posts.sent
    assert matching_secret(body, headers[HEADER], (SECRET,)) == 0
    seconds, microseconds = store.time()
    sent = load_envelope(parse_body(body)).event.created_at
    assert 0 <= seconds + microseconds / 1e6 - sent.timestamp() < 60


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (WireError("secret"), {"reason": "WireError"}),
        (answered(401), {"reason": "answered", "status": 401}),
        (answered(200), {"reason": "answered", "status": 200}),
        (answered(302), {"reason": "answered", "status": 302}),
    ],
    ids=["no answer", "refused", "somebody else's answer", "elsewhere"],
)
def test_a_canary_that_is_not_taken_is_one_warning(
    store: Redis, answer: Reply | WireError, told: dict[str, object]
) -> None:
    """It is no error of the code; its age tells the rest."""
    posts = Posts(answer)
    with capture_logs() as logs:
        canary(store, posts).step()

    assert logs == [{"event": "canary.not_sent", "log_level": "warning", **told}]
    assert posts.closed == 1


def test_the_age_counts_from_the_last_that_came_through_or_from_the_first_that_was_due(
    store: Redis,
) -> None:
    """No canary has no age; one that never came through grows old; the last one counts."""
    book = CanaryBook(store)
    assert age_seconds(store) is None

    now = book.turn("one", 60)
    assert now
    store.hset(keys.CANARY, "since", now - 500_000)
    assert 500 <= (age_seconds(store) or 0) < 560

    assert 7 <= book.handled(datetime.fromtimestamp(now / 1000 - 7, UTC)) < 60
    age = age_seconds(store)
    assert age is not None
    assert age < 60
    store.hset(keys.CANARY, "handled", now - 90_000)
    assert book.turn("one", 60) is None
    assert 90 <= (age_seconds(store) or 0) < 150


def test_a_canary_that_nobody_is_to_send_any_more_is_forgotten(store: Redis) -> None:
    """By a worker that starts without it, else after a week; stragglers change nothing."""
    book = CanaryBook(store)
    book.turn("one", 60)
    assert 0 < store.ttl(keys.CANARY) <= KNOWN_SECONDS

    book.forget()
    book.handled(datetime.now(UTC))

    assert age_seconds(store) is None
    assert not store.exists(keys.CANARY)


def test_one_of_the_fleet_checks_in(store: Redis) -> None:
    """The first who asks, once in a span."""
    assert [first_in(store, who, 60) for who in ("one", "two", "one")] == [True, False, False]
    assert 30_000 < store.pttl(keys.CHECKIN) <= 60_000
