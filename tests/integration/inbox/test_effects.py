import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from inbox.ledger import Effects
from inbox.model.effect import Effect, EffectState
from tests.engine import KEYS
from tests.integration.inbox.later import Later


MEMORY = 3600
EFFECT = "h1:points:card"
OPEN = tuple(state for state in EffectState if state is not EffectState.CONFIRMED)


@pytest.fixture
def effects(store: Any) -> Effects:
    """An empty ledger that remembers for an hour."""
    return Effects(store, memory_seconds=MEMORY)


@pytest.fixture
def later(store: Any) -> Later:
    """Lets time pass."""
    return Later(store)


def planned(effects: Effects, effect: str = EFFECT, **fields: Any) -> Effect:
    """Note an effect of one assignment of one customer."""
    return effects.plan(effect, holder="h1", customer="c1", **fields)


def test_an_effect_is_noted_as_it_was_planned(effects: Effects) -> None:
    """Texts and numbers come back as they were, whatever is in them."""
    odd = 'a "text" \n € 🎁 \x00 %d'
    effect = planned(effects, "h1:ü:🎁", amount=-12, reason=odd, empty="")

    assert (effect.id, effect.state, effect.holder, effect.customer) == (
        "h1:ü:🎁", EffectState.PLANNED, "h1", "c1",
    )  # fmt: skip
    assert (effect.number("amount"), effect.number("nothing")) == (-12, 0)
    assert (effect.fields["reason"], effect.fields["empty"]) == (odd, "")
    found = effects.get(effect.id)
    assert found is not None
    assert found.fields == effect.fields
    assert effects.get("h1") is None


def test_a_plan_is_made_once(effects: Effects, store: Any) -> None:
    """Of many that plan the same at once one is noted, and all get what stands there."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: planned(effects, amount=number), range(50)))

    assert len({tuple(sorted(effect.fields.items())) for effect in found}) == 1
    assert store.hgetall(KEYS.tally) == {b"effect:planned:": b"1"}
    assert [effect.id for effect in effects.of(holder="h1")] == ["h1:points:card"]


def test_a_plan_changes_nothing_that_continues(effects: Effects, later: Later) -> None:
    """A second run that plans again sees how far the first one came."""
    effects.move(planned(effects, amount=5), EffectState.SENT, since=OPEN, amount=3)
    later(10)

    again = effects.plan("h1:points:card", holder="other", customer="other", amount=9)

    assert (again.state, again.holder, again.number("amount")) == (EffectState.SENT, "h1", 3)
    assert 10 <= again.seconds_since(EffectState.SENT) < 15
    assert list(effects.of(customer="other")) == []


@pytest.mark.parametrize(
    ("present", "allowed"),
    list(itertools.product(EffectState, [*((state,) for state in EffectState), OPEN, ()])),
)
def test_an_effect_moves_only_from_where_it_may(
    effects: Effects, store: Any, present: EffectState, allowed: tuple[EffectState, ...]
) -> None:
    """A move from a state that was named is made; any other changes nothing."""
    effect = planned(effects, amount=1)
    if present is not EffectState.PLANNED:
        moved = effects.move(effect, present, since=(EffectState.PLANNED,))
        assert moved is not None
    before = store.hgetall(KEYS.effect + effect.id)

    answer = effects.move(effect, EffectState.ANSWERED, since=allowed, amount=2)

    if present in allowed:
        assert answer is not None
        assert (answer.state, answer.number("amount")) == (EffectState.ANSWERED, 2)
    else:
        assert answer is None
        assert store.hgetall(KEYS.effect + effect.id) == before


def test_one_of_many_movers_wins(effects: Effects) -> None:
    """Two runs that both mean to send do not both send."""
    effect = planned(effects)

    with ThreadPoolExecutor(8) as pool:
        moved = list(
            pool.map(
                lambda _: effects.move(effect, EffectState.SENT, since=(EffectState.PLANNED,)),
                range(50),
            )
        )

    assert sum(answer is not None for answer in moved) == 1


def test_sends_are_counted_and_times_noted(effects: Effects, later: Later) -> None:
    """How often it was sent, and when it entered each state last, is known."""
    effect = planned(effects)
    assert effect.at(EffectState.SENT) is None
    assert effect.seconds_since(EffectState.SENT) > 1e9
    sent = []
    for number in range(1, 4):
        found = effects.move(effect, EffectState.SENT, since=OPEN)
        assert found is not None
        assert found.number("sends") == number
        assert found.seconds_since(EffectState.SENT) == 0
        sent.append(found.at(EffectState.PLANNED))
        later(100)
    done = effects.move(effect, EffectState.CONFIRMED, since=OPEN)

    assert done is not None
    assert done.number("sends") == 3
    assert 100 <= done.seconds_since(EffectState.SENT) < 105
    assert 300 <= done.seconds_since(EffectState.PLANNED) < 305
    for state in (EffectState.PLANNED, EffectState.SENT, EffectState.CONFIRMED):
        assert done.fields[state.value].isdigit()
        assert len(done.fields[state.value]) == 13


def test_effects_are_found_by_assignment_and_customer(effects: Effects, later: Later) -> None:
    """Each is listed where it belongs, oldest first."""
    for number, (holder, customer) in enumerate([("h2", "c1"), ("h1", "c1"), ("h1", "c2")]):
        effects.plan(f"e{number}", holder=holder, customer=customer)
        later(1)

    assert [effect.id for effect in effects.of(holder="h1")] == ["e1", "e2"]
    assert [effect.id for effect in effects.of(customer="c1")] == ["e0", "e1"]
    assert [effect.id for effect in effects.of(holder="c1")] == []


def test_entry_and_indexes_pass_away_together(effects: Effects, store: Any, later: Later) -> None:
    """Nothing of an effect outlives its time, and nothing goes before it, also when it moves."""
    effect = planned(effects)
    later(MEMORY - 5)
    effects.move(effect, EffectState.CONFIRMED, since=OPEN, amount=1)
    assert [found.id for found in effects.of(customer="c1")] == [effect.id]
    later(6)

    assert store.keys(KEYS.effect.removesuffix(":") + "*") == []
    assert effects.move(effect, EffectState.SENT, since=tuple(EffectState)) is None
    assert store.keys(KEYS.effect.removesuffix(":") + "*") == []


def test_marks_of_a_customer_are_found_among_their_effects(effects: Effects, later: Later) -> None:
    """Oldest first, and nothing else that was done for the customer."""
    for effect in ("h1:customer_mark:c1", "h1:reward", "h2:customer_mark:c1"):
        planned(effects, effect)
        later(1)
    effects.plan("h3:customer_mark:c2", holder="h3", customer="c2")

    assert [effect.id for effect in effects.marks_of("c1")] == [
        "h1:customer_mark:c1",
        "h2:customer_mark:c1",
    ]


def test_an_index_that_lives_on_forgets_what_is_gone(
    effects: Effects, store: Any, later: Later
) -> None:
    """A customer who keeps coming does not gather names of effects forever."""
    for number in range(10):
        effects.plan(f"e{number}", holder=f"h{number}", customer="c1")
        later(MEMORY / 2 + 1)

    assert store.zcard(KEYS.effects_of + "customer:c1") == 2
    assert [effect.id for effect in effects.of(customer="c1")] == ["e9"]


def confirmed(effects: Effects, outcome: str, job: str = "j1") -> Effect:
    """Confirm an effect that is harmless when repeated; return what is stored then."""
    done = {"outcome": outcome, "removed_at": "today"}
    effects.confirm(EFFECT, done, holder="h1", customer="c1", perk="mark", job=job)
    found = effects.get(EFFECT)
    assert found
    return found


def test_a_repeatable_effect_is_confirmed_without_a_plan(effects: Effects, store: Any) -> None:
    """It is stored, found and counted as one that was planned before."""
    effect = confirmed(effects, "marked")

    assert effect.state is EffectState.CONFIRMED
    assert effect.at(EffectState.PLANNED) == effect.at(EffectState.CONFIRMED) is not None
    assert {**effect.fields, "outcome": "marked", "removed_at": "today", "perk": "mark"} == (
        effect.fields
    )
    assert [each.id for each in effects.of(holder="h1")] == [EFFECT]
    assert [each.id for each in effects.of(customer="c1")] == [EFFECT]
    assert 0 < store.pttl(KEYS.effect + EFFECT) <= MEMORY * 1000
    assert store.hgetall(KEYS.tally) == {
        b"effect:planned:mark": b"1",
        b"effect:confirmed:mark": b"1",
    }


def test_a_repeatable_effect_that_was_tried_before_keeps_its_plan(effects: Effects) -> None:
    """Only how it ended is new."""
    refused = effects.move(
        planned(effects, perk="mark", job="j0"), EffectState.REFUSED, since=OPEN, outcome="no"
    )
    assert refused

    effect = confirmed(effects, "marked")

    assert (effect.state, effect.fields["job"]) == (EffectState.CONFIRMED, "j0")
    assert effect.fields["outcome"] == "marked"
    assert effect.fields["planned"] == refused.fields["planned"]


def test_what_is_confirmed_stays_as_the_first_run_said(effects: Effects, store: Any) -> None:
    """Two runs that did the same harmless thing leave one effect."""
    first = confirmed(effects, "marked")

    again = confirmed(effects, "not marked: a later removal is", job="j2")

    assert again.fields == first.fields
    assert store.hget(KEYS.tally, "effect:confirmed:mark") == b"1"
