"""A balance change is begun once, one at a time for each card, and each grant by one effect."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inbox.ledger import LEFT_SECONDS, LOCK_TIMES, Effects
from inbox.model.effect import EffectState, Turn
from tests.engine import KEYS
from tests.integration.inbox.changing import begin, moved
from tests.integration.inbox.later import Later


MEMORY = 3600
IN_FLIGHT = 100.0
SENT, CONFIRMED, REFUSED = EffectState.SENT, EffectState.CONFIRMED, EffectState.REFUSED


@pytest.fixture
def effects(store: Any) -> Effects:
    """An empty ledger that remembers for an hour."""
    return Effects(store, memory_seconds=MEMORY, in_flight_seconds=IN_FLIGHT)


@pytest.fixture
def later(store: Any) -> Later:
    """Lets time pass."""
    return Later(store)


def test_a_change_is_noted_once_and_has_its_card(effects: Effects, store: Any) -> None:
    """Of many that begin the same at once one is noted, and all have the card for it."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: begin(effects, amount=number), range(50)))

    assert {begun.turn for begun in found} == {Turn.BEGUN}
    assert len({tuple(sorted(begun.effect.fields.items())) for begun in found}) == 1
    assert found[0].effect.state is EffectState.PLANNED
    assert store.hgetall(KEYS.tally) == {b"effect:planned:": b"1"}
    assert [effect.id for effect in effects.of(holder="h1")] == ["e1"]
    assert store.get(KEYS.card + "card") == b"e1"
    assert (found[0].left, found[0].intact_since, found[0].busy_seconds) == (None, None, 0)


def test_one_of_many_changes_has_the_card(effects: Effects) -> None:
    """The others are busy until it gives its card up, and one of another card is not."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: begin(effects, f"e{number}"), range(50)))

    (first,) = [begun for begun in found if begun.turn is Turn.BEGUN]
    assert [begun.turn for begun in found].count(Turn.BUSY) == 49
    assert begin(effects, first.effect.id).turn is Turn.BEGUN
    assert begin(effects, "other", "other card").turn is Turn.BEGUN
    effects.free(first.effect)
    assert begin(effects, "next").turn is Turn.BEGUN
    assert begin(effects, first.effect.id).turn is Turn.BUSY


def test_a_busy_card_says_for_how_long_it_is(effects: Effects, later: Later) -> None:
    """It counts from the last time that the change that has it was run."""
    begin(effects)
    later(20)
    assert 20 <= begin(effects, "e2").busy_seconds < 25

    begin(effects)

    assert 0 <= begin(effects, "e2").busy_seconds < 5


def test_a_dead_workers_card_is_free_in_time(effects: Effects, later: Later) -> None:
    """Not before no call of its change can be in flight, and not as long as it is run."""
    begin(effects)
    later(LOCK_TIMES * IN_FLIGHT - 5)
    assert begin(effects).turn is Turn.BEGUN
    later(LOCK_TIMES * IN_FLIGHT - 5)
    assert begin(effects, "e2").turn is Turn.BUSY
    later(6)

    assert begin(effects, "e2").turn is Turn.BEGUN


def test_a_grant_is_taken_back_by_one_effect(effects: Effects, later: Later) -> None:
    """Another that names the same is turned away without the card, as long as it is remembered."""
    first = begin(effects, "e1", "card", "vtx_1")
    sent = moved(effects, first.effect, SENT)
    moved(effects, sent, CONFIRMED, free=True)

    assert begin(effects, "e2", "other card", "vtx_1").turn is Turn.CLAIMED
    assert begin(effects, "e3", "other card", "vtx_2").turn is Turn.BEGUN
    later(MEMORY - 5)
    assert begin(effects, "e4", "card", "vtx_1").turn is Turn.CLAIMED
    later(6)
    assert begin(effects, "e4", "card", "vtx_1").turn is Turn.BEGUN


def test_a_change_that_was_made_takes_no_card(effects: Effects, store: Any) -> None:
    """It is given as it stands, also while another change has the card."""
    sent = moved(effects, begin(effects, grant="vtx_1").effect, SENT)
    moved(effects, sent, CONFIRMED, free=True)
    begin(effects, "e2")

    again = begin(effects, grant="vtx_1")

    assert (again.turn, again.effect.state) == (Turn.CONFIRMED, CONFIRMED)
    assert store.get(KEYS.card + "card") == b"e2"


def test_a_change_resumes_with_the_card_and_grant_it_was_begun_with(
    effects: Effects, store: Any
) -> None:
    """Whatever a later run thinks, it takes no other card and claims no other grant."""
    begin(effects, "e1", "card", "vtx_1", due=500)

    again = begin(effects, "e1", "other card", "vtx_2", due=200)

    assert again.turn is Turn.BEGUN
    fields = again.effect.fields
    assert (fields["card"], fields["grant"], fields["due"]) == ("card", "vtx_1", "500")
    assert store.get(KEYS.card + "other card") is None
    assert begin(effects, "e2", "card").turn is Turn.BUSY
    assert begin(effects, "e3", "other card", "vtx_2").turn is Turn.BEGUN


@pytest.mark.parametrize("to", [CONFIRMED, REFUSED])
@pytest.mark.parametrize("free", [True, False])
def test_a_card_is_given_up_by_the_change_that_has_it(
    effects: Effects, store: Any, to: EffectState, *, free: bool
) -> None:
    """As its last note says; one that another change has by then is left to that one."""
    sent = moved(effects, begin(effects).effect, SENT)
    assert store.get(KEYS.card + "card") == b"e1"

    moved(effects, sent, to, free=free)

    assert store.get(KEYS.card + "card") == (None if free else b"e1")
    store.set(KEYS.card + "card", "e2")
    effects.free(moved(effects, begin(effects, "e3", "other card").effect, REFUSED, free=True))
    seen = effects.get("e1")
    assert seen
    effects.free(seen)
    assert store.get(KEYS.card + "card") == b"e2"


def test_a_change_that_continued_meanwhile_keeps_its_card(effects: Effects, store: Any) -> None:
    """A run that saw it planned does not free the card of one that sent it."""
    seen = begin(effects).effect
    moved(effects, seen, SENT)

    effects.free(seen)

    assert store.get(KEYS.card + "card") == b"e1"


def test_what_is_left_on_a_card_is_known_from_our_last_change(
    effects: Effects, later: Later
) -> None:
    """With its time, for other changes of the card and for a minute, for others change it too."""
    before = datetime.now(UTC)
    sent = moved(effects, begin(effects).effect, SENT)
    done = moved(effects, sent, CONFIRMED, free=True, left=700)

    left = begin(effects, "e2").left

    assert left
    assert (left.balance, left.at) == (700, done.at(CONFIRMED))
    assert abs(left.at - before) < timedelta(seconds=30)
    assert begin(effects, "e3", "other card").left is None
    later(LEFT_SECONDS - 10)
    assert begin(effects, "e2").left == left
    later(11)
    assert begin(effects, "e2").left is None


def test_while_a_change_may_be_under_way_no_one_knows_what_is_left(effects: Effects) -> None:
    """It is forgotten when the next one is sent, and known again only from an answer that says."""
    first = moved(effects, begin(effects).effect, SENT)
    moved(effects, first, CONFIRMED, free=True, left=0)
    second = begin(effects, "e2")
    assert second.left
    assert second.left.balance == 0

    sent = moved(effects, second.effect, SENT)
    assert begin(effects, "e2").left is None
    unknown = moved(effects, sent, EffectState.UNKNOWN)
    moved(effects, unknown, CONFIRMED, free=True)

    assert begin(effects, "e3").left is None
