"""Marking a customer: which mark stays, what is found out, and what does not wait."""

from typing import Any

import pytest

from inbox.model.effect import EffectState
from schemas import HolderAssignmentDeleted
from tests.unit.worker.marks import World
from tests.unit.worker.revocations import REFEREE, referee_left
from worker.errors import JobError, PermanentError, PostponedError, RetryableError
from worker.revocation.execute.mark import LONGEST_TRIES_SECONDS, LONGEST_WAIT_SECONDS, MARK
from worker.voucherify.answer import Answer


MARKED = "2025-03-04T08:15:30.250+00:00"
BUSY = RetryableError("voucherify_timeout", "no answer", outage=True)
REFUSED = PermanentError("voucherify_answered_400", "voucherify answered 400 (invalid_metadata)")
NONE_LEFT = PostponedError("perks_budget", "none left", seconds=30)


def _event(at: str, holder: str) -> HolderAssignmentDeleted:
    return referee_left(event_created_at=at, holder_id=holder)


@pytest.mark.parametrize(
    ("metadata", "merges", "sent", "known"),
    [
        ({"shoe": 43}, True, [{MARK: MARKED}], True),
        ({"shoe": 43}, False, [{MARK: MARKED}, {"shoe": 43, MARK: MARKED}], False),
        ({}, True, [{MARK: MARKED}], None),
        (None, True, [{MARK: MARKED}], None),
        ({MARK: "2024"}, False, [{MARK: MARKED}], None),
    ],
    ids=["merged", "replaced", "none", "null", "a mark alone"],
)
def test_how_metadata_is_updated_is_found_out_once(
    metadata: Any, merges: bool, sent: list[Any], known: bool | None
) -> None:
    """Our key goes alone; what that would lose is put back at once."""
    world = World(metadata, merges=merges)

    assert world.mark() == "marked the customer"

    assert world.sent == [f"set {REFEREE} {each}" for each in sent]
    assert world.metadata == {**(metadata or {}), MARK: MARKED}
    assert world.learned.get("metadata_merges") is known


@pytest.mark.parametrize(
    ("merges", "calls"), [(True, ["set"]), (False, ["customer", "set"])], ids=["merged", "replaced"]
)
def test_what_was_found_out_is_known_to_all_workers(merges: bool, calls: list[str]) -> None:
    """Where keys are merged nothing is read; where they are not, everything is sent once."""
    world = World({"shoe": 43}, merges=merges)
    world.mark()
    world.api.calls.clear()

    world.mark(_event("2025-03-05T00:00:00.000Z", "rh_later"))

    assert [call.split()[0] for call in world.api.calls] == calls
    assert world.metadata["shoe"] == 43
    assert world.metadata[MARK].startswith("2025-03-05")


def test_what_may_be_lost_is_put_back_by_the_next_try() -> None:
    """Without an answer no one knows, so everything is sent next, and nothing was found out."""
    world = World({"shoe": 43}, merges=False, answers=[BUSY, Answer.APPLIED])
    with pytest.raises(RetryableError):
        world.mark()
    assert world.learned.get(f"metadata:{REFEREE}") == {"shoe": 43}

    assert world.mark() == "marked the customer"

    assert world.sent[-1] == f"set {REFEREE} { ({'shoe': 43, MARK: MARKED}) }"
    assert world.metadata == {"shoe": 43, MARK: MARKED}
    assert world.learned.get("metadata_merges") is None
    assert world.learned.get(f"metadata:{REFEREE}") is None


def test_a_refusal_loses_nothing_and_sends_nothing_more() -> None:
    """What Voucherify refused it did not change: there is nothing to put back."""
    world = World({"shoe": 43}, answers=[REFUSED])

    assert world.mark().startswith("not marked")

    assert len(world.sent) == 1
    assert world.metadata == {"shoe": 43}
    assert world.learned.get("metadata_merges") is None
    assert world.learned.get(f"metadata:{REFEREE}") is None


def test_a_customer_who_goes_meanwhile_teaches_nothing() -> None:
    """That no one is there says nothing of how metadata is updated."""
    world = World({"shoe": 43}, answers=[Answer.NOT_FOUND])

    assert world.mark() == "the customer is gone"
    assert world.learned.get("metadata_merges") is None
    assert len(world.sent) == 1


def test_a_customer_who_is_gone_is_not_marked() -> None:
    """Before and after it is known how metadata is updated."""
    world = World({"shoe": 43})
    world.api.customers.clear()
    assert world.mark() == "the customer is gone"
    world.learned.put("metadata_merges", True, seconds=60)

    assert world.mark(_event("2025-03-05T00:00:00.000Z", "rh_later")) == "the customer is gone"


def test_the_later_removals_mark_wins_in_either_order() -> None:
    """By the ledger, or by what the customer has."""
    world = World({})
    world.mark(_event("2025-03-05T00:00:00.000Z", "rh_later"))

    assert world.mark() == "not marked: a later removal is"
    assert world.metadata[MARK].startswith("2025-03-05")

    lost = World({MARK: "2025-03-05T00:00:00.000+00:00"})
    assert lost.mark() == "not marked: a later removal is"
    assert lost.sent == []


def test_a_mark_is_set_once() -> None:
    """A job that comes again sends nothing and says the same."""
    world = World({})
    first = world.mark()
    world.api.calls.clear()

    assert world.mark() == first
    assert world.api.calls == []


@pytest.mark.parametrize(
    ("failure", "overrides", "wait"),
    [
        (REFUSED, {}, True),
        (BUSY, {}, False),
        (NONE_LEFT, {}, False),
        (REFUSED, {}, False),
    ],
    ids=["refused", "for a person", "no calls left, for a person", "refused, for a person"],
)  # fmt: skip
def test_a_revocation_is_done_without_its_mark(
    failure: JobError, overrides: Any, *, wait: bool
) -> None:
    """A refusal fails nothing, tries end, and what a person waits for does not wait."""
    world = World({}, answers=[failure])

    outcome = world.mark(wait=wait, **overrides)

    assert outcome.startswith(f"not marked: {failure}")
    assert ("docs/revocation.md" in outcome) == (failure is REFUSED)
    (effect,) = world.ledger.known.values()
    assert effect.state is EffectState.REFUSED
    assert effect.fields["outcome"] == outcome


def test_a_mark_is_tried_for_an_hour() -> None:
    """Everything else is done by then, and not done again; then it is done without the mark."""
    world = World({}, answers=[BUSY, BUSY, BUSY])

    for _ in range(2):
        with pytest.raises(RetryableError):
            world.mark()
        world.ledger.now += LONGEST_TRIES_SECONDS / 2
    world.ledger.now += 1

    assert world.mark().startswith("not marked: no answer")


def test_a_mark_waits_for_calls_that_no_money_needs_for_a_day() -> None:
    """By spare calls alone; after a day the revocation is done without it."""
    world, spare = World({}), iter([NONE_LEFT, NONE_LEFT, NONE_LEFT])

    def refuse() -> None:
        raise next(spare)

    with pytest.raises(PostponedError):
        world.mark(spare_call=refuse)
    world.ledger.now += LONGEST_WAIT_SECONDS
    with pytest.raises(PostponedError):
        world.mark(spare_call=refuse)
    world.ledger.now += 1

    assert world.mark(spare_call=refuse).startswith("not marked: none left")
    assert world.api.calls == []


def test_a_retry_by_an_operator_marks_after_all() -> None:
    """Once the property is defined, running the job again sets the mark."""
    world = World({}, answers=[REFUSED])
    world.mark()

    assert world.mark() == "marked the customer"
    (effect,) = world.ledger.known.values()
    assert effect.state is EffectState.CONFIRMED
