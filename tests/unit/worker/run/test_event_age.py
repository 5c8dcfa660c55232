from datetime import UTC, datetime, timedelta

import pytest

from tests.samples import PERSONAL, assignment_created, assignment_deleted, body
from worker.errors import PermanentError
from worker.handlers import load_handlers
from worker.run.fan_out import process
from worker.run.refuse import AgeLimit
from worker.settings.worker import WorkerSettings


TABLE = load_handlers()
SIGNED = datetime(2025, 3, 4, 8, 15, 30, 250_000, UTC)
SIGNED_TEXT = "2025-03-04T08:15:30.250Z"
MOST = timedelta(hours=48)


def _received(after: timedelta) -> AgeLimit:
    return AgeLimit(received=SIGNED + after, most=MOST)


def _document(*, event: str = SIGNED_TEXT, envelope: str | None = SIGNED_TEXT) -> bytes:
    document = assignment_deleted(event_created_at=event)
    document["created_at"] = envelope
    return body(document)


@pytest.mark.parametrize(
    ("after", "fresh"),
    [
        (timedelta(0), True),
        (MOST, True),
        (MOST + timedelta(milliseconds=1), False),
        (timedelta(days=365), False),
        (-timedelta(seconds=30), True),
        (-timedelta(days=30), True),
    ],
    ids=["at once", "just in time", "just too late", "a year", "their clock is ahead", "a month"],
)
def test_an_event_is_stale_from_one_moment_on(after: timedelta, *, fresh: bool) -> None:
    """What was signed longer ago than allowed is refused, what comes from the future is not."""
    if fresh:
        assert process(_document(), TABLE, _received(after)).handlers
        return
    with pytest.raises(PermanentError, match=r"^stale, possibly replayed: ") as caught:
        process(_document(), TABLE, _received(after))
    assert caught.value.reason == "stale_event"


def test_both_times_are_shown_and_nothing_else() -> None:
    """The operator sees when it was signed and when it came."""
    with pytest.raises(PermanentError) as caught:
        process(_document(), TABLE, _received(timedelta(days=30)))

    shown = str(caught.value)
    assert "signed 2025-03-04T08:15:30+00:00, received 2025-04-03T08:15:30+00:00" in shown
    assert not any(text in shown for text in PERSONAL)


@pytest.mark.parametrize(
    ("event", "envelope", "fresh"),
    [
        ("2025-02-01T00:00:00Z", SIGNED_TEXT, True),
        (SIGNED_TEXT, "2025-02-01T00:00:00Z", True),
        (SIGNED_TEXT, None, True),
        (SIGNED_TEXT, "not a time", True),
        ("2025-02-01T00:00:00Z", None, False),
        ("2025-02-01T00:00:00Z", "2025-02-01T00:00:00Z", False),
    ],
)
def test_the_later_of_the_two_signed_times_counts(
    event: str, envelope: str | None, *, fresh: bool
) -> None:
    """An event reported late is not stale; a webhook without a time is as old as its event."""
    raw = _document(event=event, envelope=envelope)

    if fresh:
        assert process(raw, TABLE, _received(timedelta(hours=1))).handlers
    else:
        with pytest.raises(PermanentError, match="stale"):
            process(raw, TABLE, _received(timedelta(hours=1)))


def test_an_old_event_without_a_handler_is_no_trouble() -> None:
    """Without a handler it is complete, whatever its age."""
    document = assignment_created()
    document["event"]["type"] = "voucher.disabled"

    assert process(body(document), TABLE, _received(timedelta(days=365))).handlers == ()


def test_the_default_is_two_days_and_nought_turns_it_off() -> None:
    """Voucherify sends a failed webhook again for 24 h; twice that is allowed."""
    assert WorkerSettings.from_environ({}).max_event_age_seconds == 172_800
    off = WorkerSettings.from_environ({"MAX_EVENT_AGE_SECONDS": "0"})
    assert off.max_event_age_seconds == 0
