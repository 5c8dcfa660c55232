"""What is finished is folded into records, and is known by them as it was before."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from inbox import retention
from inbox.archive import places
from inbox.archive.fold import Folding
from inbox.archive.places import place_of
from inbox.keys import BUCKETS, REMOVAL
from inbox.ledger import Effects
from inbox.model.assignment import Assignment
from inbox.model.effect import EffectState, Turn
from inbox.model.job import Claim, SameAssignment
from inbox.privacy.erasure import Erasure
from inbox.retention import Retention
from inbox.state.assignments import AssignmentRegistry
from inbox.store import scripts
from inbox.store.script_call import ScriptCall
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import HANDLERS, WHO, House, lose_messages
from tests.integration.inbox.keeping import keeper, limits


MEMORY_SECONDS = 190 * 86_400
HOLDER, CUSTOMER, GRANT = "rh_1", "cust_1", "vtx_1"
REWARD, MARK = f"{HOLDER}:reward", f"{HOLDER}:customer_mark:{CUSTOMER}"


@pytest.fixture
def effects(store: Any) -> Effects:
    """The ledger of the house's store."""
    return Effects(store, memory_seconds=MEMORY_SECONDS)


def removal(house: House, effects: Effects, *, confirmed: bool = True) -> str:
    """Complete a removal that took a reward and marked the customer; return the delivery."""
    claim = house.process(b"a removal")
    house.jobs.fan_out(
        claim,
        HANDLERS,
        outcome="handed on",
        facts='{"event_id":"ev_1","holder":"rh_1","customer":"cust_1"}',
        identity=REMOVAL + HOLDER,
    )
    job = house.claim(f"{claim.delivery}:revoke_referral_perks")
    take(effects, job, confirmed=confirmed)
    note = {"perk": "customer_mark", "event": "ev_1", "job": job.job}
    effects.confirm(MARK, {"outcome": "marked"}, holder=HOLDER, customer=CUSTOMER, **note)
    house.jobs.done(job, "took back 500")
    house.jobs.done(house.claim(f"{claim.delivery}:notify_crm"), "noted")
    return claim.delivery


def take(effects: Effects, job: Claim, *, confirmed: bool = True) -> None:
    """Take the reward back."""
    fields = {"perk": "gift_credits", "event": "ev_1", "job": job.job, "card": "v_1"}
    begun = effects.begin(
        REWARD, holder=HOLDER, customer=CUSTOMER, fields={**fields, "grant": GRANT}
    )
    assert begun.turn is Turn.BEGUN
    sent = effects.move(begun.effect, EffectState.SENT, since=(EffectState.PLANNED,), amount=500)
    assert sent
    to = EffectState.CONFIRMED if confirmed else EffectState.UNKNOWN
    effects.move_change(sent, to, since=(EffectState.SENT,), fields={}, free=True)


def test_the_scripts_find_what_python_has_indexed(house: House) -> None:
    """Both compute the same place of a name, whatever characters are in it."""
    asked = ScriptCall(
        house.store,
        "#!lua flags=no-writes\n"
        + "".join(part.text for part in scripts._parts(KEYS.prefix))
        + "local key, field = place_of(ARGV[1], ARGV[2])\nreturn {key, field}",
        KEYS.guard,
    )

    for name in ("", "rh_1", "a" * 300, "ü:\n"):
        place = place_of(places.GRANT, name)
        assert asked(args=[places.GRANT, name]) == [place.key(KEYS).encode(), place.field]


def test_a_folded_removal_leaves_small_keys_alone(house: House, effects: Effects) -> None:
    """Its delivery, effects, identity, grant and their indexes are gone, in one step."""
    removal(house, effects)

    house.fold()

    kept = {KEYS.completed, KEYS.archive, KEYS.counts, KEYS.delay, KEYS.tally}
    for name in map(bytes.decode, house.store.scan_iter(count=1000)):
        assert name in kept or name.startswith((KEYS.index, KEYS.celery)) or ":left" in name, name
    assert_consistent(house.store)


def test_a_mark_that_is_folded_is_not_stored_again(house: House, effects: Effects) -> None:
    """A late run that has made the same mark once more leaves what the first one said."""
    removal(house, effects)
    house.fold()

    effects.confirm(MARK, {"outcome": "again"}, holder=HOLDER, customer=CUSTOMER, job="late")

    [mark] = effects.marks_of(CUSTOMER)
    assert mark.fields["outcome"] == "marked"
    assert house.store.exists(KEYS.effect + MARK) == 0


def test_support_finds_what_was_taken_as_before(house: House, effects: Effects) -> None:
    """By effect, holder and customer, before and after folding, field by field."""
    removal(house, effects)

    def seen() -> list[Any]:
        found = [effects.get(REWARD), effects.get(MARK)]
        found += [*effects.of(holder=HOLDER), *effects.of(customer=CUSTOMER)]
        found += effects.marks_of(CUSTOMER)
        return [each and (each.id, each.state, each.fields) for each in found]

    before = seen()
    house.fold()

    assert None not in before
    assert seen() == before
    assert list(effects.of(holder="rh_2")) == list(effects.of(customer="cust_2")) == []


def test_a_delivery_is_shown_as_before(house: House, effects: Effects) -> None:
    """Times, ids and how each job ended are those of its hash."""
    delivery = removal(house, effects)
    before = house.admin.delivery(delivery)

    house.fold()

    assert before is not None
    assert house.admin.delivery(delivery) == before
    assert house.admin.body(delivery) is None
    assert house.admin.replay(delivery, who=WHO) == "completed"


def test_an_effect_that_is_archived_is_not_made_again(house: House, effects: Effects) -> None:
    """However it is asked for, it is confirmed; nothing is stored anew."""
    removal(house, effects)
    house.fold()
    before = house.store.dbsize()

    planned = effects.plan(MARK, holder=HOLDER, customer=CUSTOMER)
    begun = effects.begin(REWARD, holder=HOLDER, customer=CUSTOMER, fields={"card": "v_1"})
    effects.confirm(MARK, {"outcome": "again"}, holder=HOLDER, customer=CUSTOMER)

    assert planned.state is EffectState.CONFIRMED
    assert planned.fields["outcome"] == "marked"
    assert begun.turn is Turn.CONFIRMED
    assert begun.effect.fields["amount"] == "500"
    assert effects.move(begun.effect, EffectState.SENT, since=(EffectState.PLANNED,)) is None
    assert house.store.dbsize() == before


def test_a_grant_is_taken_back_once_after_folding(house: House, effects: Effects) -> None:
    """Another assignment that names the same transaction is refused its effect."""
    removal(house, effects)
    house.fold()

    begun = effects.begin(
        "rh_2:reward", holder="rh_2", customer="cust_2", fields={"card": "v_1", "grant": GRANT}
    )

    assert begun.turn is Turn.CLAIMED


def test_a_removal_that_is_folded_is_handled_once(house: House, effects: Effects) -> None:
    """Another body about it makes no job; its assignment is not remembered as one that stands."""
    first = removal(house, effects)
    house.fold()
    claim = house.process(b"sent again")

    answer = house.jobs.fan_out(claim, HANDLERS, outcome="on", identity=REMOVAL + HOLDER)

    assert answer == SameAssignment(first)
    registry = AssignmentRegistry(house.store, memory_seconds=MEMORY_SECONDS)
    assert registry.reported([HOLDER, "rh_2"]) == {HOLDER}
    house.store.zadd(KEYS.codes + "camp_1", {"ANOTHER": 1})
    assert [
        registry.remember(
            Assignment(holder=each, customer="c", role="REFEREE", code="CODE", campaign="camp_1")
        )
        for each in (HOLDER, "rh_2")
    ] == [False, True]


def test_a_step_of_an_own_handler_is_known_longer_than_its_event(
    house: House, effects: Effects
) -> None:
    """By its name and by what it is about, which is no assignment, for as long as effects are."""
    step, order = "own:tell_shop:post:order-1", "order-1"
    claim = house.process(b"an order")
    handlers = [("tell_shop", "own")]
    house.jobs.fan_out(
        claim, handlers, outcome="on", identity="order.paid:ev_1", identity_of="event"
    )
    job = house.claim(f"{claim.delivery}:tell_shop")
    planned = effects.plan(step, holder=order, customer="", job=job.job, perk="own_step")
    assert effects.move(planned, EffectState.CONFIRMED, since=(EffectState.PLANNED,))
    house.jobs.done(job, "sent")
    house.fold()
    house.tick()

    list(Retention(house.store, limits(), dedupe_window_seconds=0).trim())

    assert house.store.xlen(KEYS.completed) == 0
    assert [each.id for each in effects.of(holder=order)] == [step]
    assert effects.plan(step, holder=order, customer="").state is EffectState.CONFIRMED
    # Its event is known for the window; the step is what happens once.
    assert not house.intake.accept(b"an order").duplicate


def test_an_effect_that_is_met_again_lives_on(house: House, effects: Effects) -> None:
    """A job that fails and is tried again for months never outlives what it has sent."""
    keys = (KEYS.effect + REWARD, f"{KEYS.effects_of}holder:{HOLDER}")
    effects.plan(REWARD, holder=HOLDER, customer=CUSTOMER)
    for key in keys:
        house.store.expire(key, 60)

    effects.plan(REWARD, holder=HOLDER, customer=CUSTOMER)

    assert all(house.store.ttl(key) > MEMORY_SECONDS - 60 for key in keys)


def test_an_effect_in_doubt_stays_open(house: House, effects: Effects) -> None:
    """What is not confirmed is not folded, and can still be found, made and resolved."""
    removal(house, effects, confirmed=False)

    house.fold()

    found = effects.get(REWARD)
    assert found is not None
    assert found.state is EffectState.UNKNOWN
    assert house.store.ttl(KEYS.effect + REWARD) > MEMORY_SECONDS - 60
    assert [each.id for each in effects.of(holder=HOLDER)] == [REWARD, MARK]
    assert effects.move(found, EffectState.CONFIRMED, since=(EffectState.UNKNOWN,))


def test_a_job_that_lost_its_lease_leaves_no_part_of_a_delivery(
    house: House, effects: Effects
) -> None:
    """A stale run that plans an effect after the delivery was folded makes no delivery."""
    delivery = removal(house, effects)
    house.fold()

    effects.plan("late", holder=HOLDER, customer=CUSTOMER, job=f"{delivery}:notify_crm")

    assert not house.store.exists(KEYS.delivery + delivery)
    assert house.intake.accept(b"a removal").duplicate


def test_workers_that_fold_at_once_fold_each_once(house: House, effects: Effects) -> None:
    """One that read the hashes before another folded them changes nothing."""
    removal(house, effects)
    slow = Folding(house.store)
    script = slow._fold

    def late(**arguments: Any) -> Any:
        house.fold()
        return script(**arguments)

    slow._fold = late  # type: ignore[assignment]
    assert slow.step() == 1

    assert house.store.xlen(KEYS.completed) == house.store.xlen(KEYS.archive) == 1
    assert len(list(effects.of(holder=HOLDER))) == 2


def test_an_event_that_no_handler_wants_leaves_a_marker(house: House) -> None:
    """Its bytes are a duplicate, and people see when it came and that nobody wanted it."""
    claim = house.process(b"unwanted")
    house.jobs.fan_out(claim, [], outcome="no handler", facts='{"event_id":"ev_1"}', unwanted=True)

    found = house.admin.delivery(claim.delivery)

    assert not house.store.exists(KEYS.delivery + claim.delivery)
    assert house.intake.accept(b"unwanted").duplicate
    assert found is not None
    assert found.ended == {"process": "no handler wanted this event"}
    assert found.received is not None
    assert found.completed is not None
    assert found.received <= found.completed
    assert house.admin.stats().counts["settled"] == 1
    assert_consistent(house.store)


def test_a_delivery_that_had_handlers_keeps_its_record_if_none_wants_it_now(house: House) -> None:
    """Replayed by a release without its handlers, it still says what was done."""
    delivery = house.handlers(b"one")
    house.jobs.done(house.claim(f"{delivery}:notify_crm"), "noted")
    assert house.admin.replay(delivery, who=WHO) == "queued"
    last = house.claim(f"{delivery}:revoke_referral_perks")
    house.jobs.done(last, "took back 500")

    house.jobs.fan_out(house.claim(f"{delivery}:process"), [], outcome="no handler", unwanted=True)
    house.fold()

    found = house.admin.delivery(delivery)
    assert found is not None
    assert found.ended["notify_crm"] == "noted"


def test_a_value_that_was_changed_by_hand_holds_up_nothing(house: House) -> None:
    """It keeps its own hash and its life; the others are folded."""
    broken = house.completed(b"broken")
    house.store.hset(KEYS.delivery + broken, "facts", "no JSON")
    other = house.completed(b"other")

    house.fold()

    assert list(house.remembered()) == [other]
    assert house.store.ttl(KEYS.delivery + broken) > 0
    assert house.intake.accept(b"broken").duplicate


def test_a_customer_can_be_erased_after_folding(house: House, effects: Effects) -> None:
    """There is no body left; what is kept are ids, and the next body is redacted."""
    removal(house, effects)
    house.fold()

    done = Erasure(house.store).erase(CUSTOMER, who=WHO, why="asked")

    assert (done.found, done.erased) == (0, 0)


def test_a_clock_that_was_set_back_loses_nothing(house: House) -> None:
    """Entries only go up in time, so a fold after that takes the newest time there is."""
    house.store.xadd(KEYS.completed, {"d": bytes(16), "r": "+1"}, id="9999999999999-0")
    delivery = house.completed(b"one")
    lose_messages(house.store)

    house.fold()

    assert house.remembered()[delivery].startswith(b"9999999999999-")
    assert house.intake.accept(b"one").duplicate


def test_what_is_over_is_forgotten_with_its_names(
    house: House, effects: Effects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record lives as long as removals are remembered; then its names leave the index too."""
    monkeypatch.setattr(retention, "BUCKETS_A_CALL", BUCKETS)
    removal(house, effects)
    list(keeper(house.store).trim())
    assert effects.get(REWARD) is not None
    house.tick()

    over = Retention(house.store, replace(limits(), removal_seconds=0), dedupe_window_seconds=0)
    list(over.trim())

    assert effects.get(REWARD) is None
    assert not house.intake.accept(b"a removal").duplicate
    assert house.store.xlen(KEYS.completed) == house.store.xlen(KEYS.archive) == 0
    assert list(house.store.scan_iter(KEYS.index + "*", count=1000)) == []


def test_the_window_ends_before_a_removal_is_forgotten(house: House, effects: Effects) -> None:
    """Its bytes are new again, its effects and how it ended are still known."""
    delivery = removal(house, effects)
    list(keeper(house.store).trim())
    house.tick()

    list(Retention(house.store, limits(), dedupe_window_seconds=0).trim())

    found = house.admin.delivery(delivery)
    assert found is not None
    assert found.ended["revoke_referral_perks"] == "took back 500"
    assert effects.get(REWARD) is not None
    assert not house.intake.accept(b"a removal").duplicate


@pytest.fixture(autouse=True)
def consistent(house: House) -> Iterator[None]:
    """What the tests leave is well formed."""
    yield
    for key in house.store.scan_iter(KEYS.index + "*", count=1000):
        for entries in house.store.hgetall(key).values():
            for entry in entries.decode().split():
                stream = KEYS.completed if entry[0] == "c" else KEYS.archive
                assert house.store.xrange(stream, entry[1:], entry[1:]), entry
