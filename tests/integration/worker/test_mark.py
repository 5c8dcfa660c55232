"""The mark on a customer: the last removal's, beside what is there, and no reason to fail."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.engine import KEYS
from tests.integration.worker.ledger import Ledger
from tests.integration.worker.steps import SHOW, carried_out, code_and_card, take
from tests.unit.worker.build import job, removal
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.learned import InMemory
from tests.unit.worker.revocations import REFEREE
from worker.errors import JobError, NeedsPersonError, PermanentError, PostponedError, RetryableError
from worker.revocation.execute.mark import (
    LONGEST_TRIES_SECONDS,
    LONGEST_WAIT_SECONDS,
    MARK,
    Marking,
)
from worker.revocation.execute.steps import Execution
from worker.revocation.steps import Plan
from worker.run.job import ClaimedJob


REMOVED_AT = "2025-03-04T08:15:30.250+00:00"
EFFECT = f"rh_7c210000000001:customer_mark:{REFEREE}"
UNDEFINED = PermanentError("voucherify_answered_400", "voucherify answered 400 (invalid_customer)")
#: Said first, as these plans take nothing.
NOTHING = "nothing to take back: assignment gone: nothing, "
NO_ANSWER = RetryableError("voucherify_no_answer", "no answer", outage=True)


@pytest.fixture
def api() -> FakeApi:
    """A code, a card and a customer with metadata."""
    return code_and_card()


def _job(*, spare: Callable[[], None] = lambda: None, tries: int = 1) -> ClaimedJob:
    def count() -> None:
        raise AssertionError("a mark takes no call that a job with money may need")

    return replace(job(), count_call=count, spare_call=spare, tries=tries)


def _no_spare() -> None:
    raise PostponedError("perks_spare", "none to spare", seconds=20)


@pytest.mark.parametrize(
    ("metadata", "written", "outcome"),
    [
        ({"tea": "oolong"}, {"tea": "oolong", MARK: REMOVED_AT}, "marked the customer"),
        ({}, {MARK: REMOVED_AT}, "marked the customer"),
        (None, {MARK: REMOVED_AT}, "marked the customer"),
        ({MARK: "2025-03-04T08:15:30.249+00:00"}, {MARK: REMOVED_AT}, "marked the customer"),
        (
            {MARK: "2025-03-04T08:15:30.251+00:00", "a": 1},
            {MARK: "2025-03-04T08:15:30.251+00:00", "a": 1},
            "not marked: a later removal is",
        ),
    ],
)
@pytest.mark.parametrize("merges", [True, False])
def test_the_mark_joins_what_is_there(
    ledger: Ledger, api: FakeApi, metadata: Any, written: Any, outcome: str, *, merges: bool
) -> None:
    """Other metadata is kept however Voucherify updates it, and so is a later removal's mark."""
    api.customers[REFEREE]["metadata"], api.merges = metadata, merges

    # Putting back what our key removed is the one call that does not wait for calls to spare.
    made = _job() if merges else job()

    outcomes = {carried_out(ledger, api, SHOW, job=made) for _ in range(2)}

    assert outcomes == {NOTHING + outcome}
    assert api.customers[REFEREE]["metadata"] == written
    assert len(api.changing()) <= (1 if merges else 2)


def test_a_customer_who_is_gone_is_not_marked(ledger: Ledger, api: FakeApi) -> None:
    """A deleted customer is an outcome."""
    api.customers.clear()

    assert carried_out(ledger, api, SHOW, job=_job()) == NOTHING + "the customer is gone"


def test_a_later_removals_mark_is_not_overwritten_by_an_earlier_one(
    ledger: Ledger, api: FakeApi
) -> None:
    """The ledger knows the later one, so that the earlier one costs no call."""
    later = removal(holder_id="rh_2", event_created_at="2025-03-05T00:00:00.000Z")
    carried_out(ledger, api, SHOW, event=later, job=_job())
    marked = dict(api.customers[REFEREE]["metadata"])
    api.calls.clear()

    outcome = carried_out(ledger, api, SHOW, job=_job(spare=_no_spare))

    assert outcome == NOTHING + "not marked: a later removal is"
    assert (api.calls, api.customers[REFEREE]["metadata"]) == ([], marked)


def test_an_earlier_removals_mark_is_overwritten(ledger: Ledger, api: FakeApi) -> None:
    """The mark says when the customer was removed last."""
    carried_out(ledger, api, SHOW, job=_job())
    later = removal(holder_id="rh_2", event_created_at="2025-03-05T00:00:00.000Z")

    carried_out(ledger, api, SHOW, event=later, job=_job())

    assert api.customers[REFEREE]["metadata"][MARK] == "2025-03-05T00:00:00.000+00:00"


def test_a_mark_that_is_refused_fails_no_revocation(ledger: Ledger, api: FakeApi) -> None:
    """Metadata that is not defined: the outcome says so, and the effect is refused and counted."""
    api.answers = [UNDEFINED]

    with capture_logs() as logs:
        outcome = carried_out(ledger, api, take(), SHOW)

    assert outcome == (
        "took back 500 from card v_gift, not marked: voucherify answered 400 (invalid_customer) "
        "(docs/revocation.md, The mark)"
    )
    effect = ledger.get(EFFECT)
    assert effect
    assert effect.state == "refused"
    assert effect.fields["outcome"].startswith("not marked: voucherify answered 400")
    assert ledger.store.hget(KEYS.tally, "effect:refused:customer_mark") == b"1"
    assert [line["event"] for line in logs] == ["customer.not_marked"]
    assert api.customers[REFEREE]["metadata"] == {"tea": "oolong"}


@pytest.mark.parametrize("tries", [1, 100])
def test_a_mark_that_fails_is_tried_for_an_hour(ledger: Ledger, api: FakeApi, tries: int) -> None:
    """Then the revocation is done without it, however few or many its tries were."""
    api.answers = [NO_ANSWER] * 9
    api.customers[REFEREE]["metadata"] = {}
    failing = _job(tries=tries)

    with pytest.raises(RetryableError):
        carried_out(ledger, api, SHOW, job=failing)
    ledger.pass_time(LONGEST_TRIES_SECONDS - 60)
    with pytest.raises(RetryableError):
        carried_out(ledger, api, SHOW, job=failing)
    ledger.pass_time(61)

    assert carried_out(ledger, api, SHOW, job=failing) == NOTHING + "not marked: no answer"


def test_a_mark_waits_a_day_for_calls_to_spare(ledger: Ledger, api: FakeApi) -> None:
    """Without a call meanwhile; then the revocation is done without it."""
    waiting = _job(spare=_no_spare)
    with pytest.raises(PostponedError):
        carried_out(ledger, api, SHOW, job=waiting)
    ledger.pass_time(LONGEST_WAIT_SECONDS - 60)
    with pytest.raises(PostponedError):
        carried_out(ledger, api, SHOW, job=waiting)
    assert api.calls == []
    ledger.pass_time(61)

    assert carried_out(ledger, api, SHOW, job=waiting) == NOTHING + "not marked: none to spare"


@pytest.mark.parametrize("error", [NO_ANSWER, UNDEFINED])
def test_what_a_person_must_decide_does_not_wait_for_a_mark(
    ledger: Ledger, api: FakeApi, error: JobError
) -> None:
    """The job fails at once with what was done, and with what was not."""
    api.answers = [error] * 9
    api.customers[REFEREE]["metadata"] = {}

    with pytest.raises(NeedsPersonError, match="a mug was sent; done: not marked: "):
        carried_out(ledger, api, SHOW, unresolved=("a mug was sent",), job=_job())


def test_metadata_that_may_be_lost_is_put_back_before_a_person_decides(
    ledger: Ledger, api: FakeApi
) -> None:
    """The answer to our key alone did not come: the job fails once the others are there again."""
    api.answers, api.merges = [NO_ANSWER], False
    learned = InMemory()

    def carry_out() -> None:
        plan = Plan(steps=(SHOW,), reason="gone", unresolved=("a mug was sent",))
        Execution(removal(), api, ledger, Marking(api, ledger, learned), job()).carry_out(plan)

    with pytest.raises(RetryableError, match="no answer"):
        carry_out()
    api.customers[REFEREE]["metadata"] = {MARK: REMOVED_AT}  # it was applied all the same
    with pytest.raises(NeedsPersonError, match="a mug was sent; done: marked the customer"):
        carry_out()

    assert api.customers[REFEREE]["metadata"] == {"tea": "oolong", MARK: REMOVED_AT}


def test_a_mark_that_was_refused_is_made_when_it_can_be(ledger: Ledger, api: FakeApi) -> None:
    """An operator defines the property and retries the job."""
    api.answers = [UNDEFINED]
    carried_out(ledger, api, SHOW)

    assert carried_out(ledger, api, SHOW) == NOTHING + "marked the customer"

    effect = ledger.get(EFFECT)
    assert effect
    assert effect.state == "confirmed"
