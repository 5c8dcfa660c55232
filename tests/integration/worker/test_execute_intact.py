"""Where the ledger may have lost a note, the card's transactions are read first."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from inbox.model.effect import Perk
from inbox.model.time import utc_now
from tests.integration.worker.ledger import Ledger
from tests.integration.worker.steps import carried_out, code_and_card, execution, take
from tests.unit.worker.build import job, removal
from tests.unit.worker.fake_api import FakeApi
from worker.errors import PostponedError, RetryableError
from worker.revocation.steps import Plan


EVENT = removal()
REMOVED = EVENT.event.created_at
MINUTE = timedelta(minutes=1)


@pytest.fixture
def api() -> FakeApi:
    """A code of the referrer's, a card and a customer."""
    return code_and_card()


@pytest.mark.parametrize(
    ("intact_since", "checks"),
    [
        (None, True),
        (REMOVED + MINUTE, True),
        # Clocks differ.
        (REMOVED - MINUTE / 2, True),
        (REMOVED - 2 * MINUTE, False),
    ],
)
def test_a_card_that_was_not_read_is_searched_if_the_ledger_may_have_lost_it(
    ledger: Ledger, api: FakeApi, intact_since: datetime | None, *, checks: bool
) -> None:
    """What a referrer earned is planned without reading the card."""
    ledger.intact_since = intact_since

    carried_out(ledger, api, take(Perk.REFERRER_CREDITS))

    made = [call.split(" -")[0] for call in api.calls]
    search = ["transactions v_gift"] if checks else []
    assert made == [*search, "voucher v_gift", "change v_gift"]


@pytest.mark.parametrize(
    ("again", "read_ago", "checks"),
    [(False, 2 * MINUTE, False), (True, 2 * MINUTE, True), (True, timedelta(), False)],
)
def test_a_card_that_was_read_before_the_store_restarted_is_searched(
    ledger: Ledger, api: FakeApi, read_ago: timedelta, *, again: bool, checks: bool
) -> None:
    """A plan that an earlier run kept does not know what a run in between has sent."""
    now = utc_now()
    ledger.intact_since = now - 1.5 * MINUTE
    step = take(balance=1500, read_at=now - read_ago)

    carried_out(ledger, api, step, job=replace(job(), again=again))

    assert ("transactions v_gift" in api.calls) == checks
    assert len(api.moved) == 1


def test_a_kept_plan_takes_nothing_twice_when_a_crash_loses_the_note(
    ledger: Ledger, api: FakeApi
) -> None:
    """Read, kept, sent by a second run, lost by the store, and resumed by a third run."""
    again = replace(job(), again=True)
    step = take(balance=1500, read_at=utc_now())
    busy = ledger.begin("other", holder="h", customer="c", fields={"card": "v_gift"})
    with pytest.raises(PostponedError):
        carried_out(ledger, api, step)
    ledger.free(busy.effect)
    api.posts = ["lost"]
    with pytest.raises(RetryableError):
        carried_out(ledger, api, step, job=again)
    (effect,) = [each for each in ledger.all() if each != "other"]
    ledger.lose(effect)
    ledger.intact_since = utc_now()

    assert carried_out(ledger, api, step, job=again) == "took back 500 from card v_gift"

    assert len(api.moved) == 1


def test_the_ledger_is_not_asked_where_the_card_was_just_read(
    ledger: Ledger, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the store says of its run costs two commands that an ordinary removal does not need."""
    asked: list[Any] = []
    begin = ledger.begin

    def noting(*words: Any, **more: Any) -> Any:
        asked.append(more["ask_intact"])
        return begin(*words, **more)

    monkeypatch.setattr(ledger, "begin", noting)
    steps = take(balance=1500, read_at=utc_now()), take(Perk.REFERRER_CREDITS, "vtx_2")

    execution(ledger, api).carry_out(Plan(steps=steps, reason="why"))

    assert asked == [False, True]
