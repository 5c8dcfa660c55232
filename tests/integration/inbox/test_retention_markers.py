"""Markers of completed deliveries are bounded by number too, and only markers ever go."""

import pytest

from inbox.archive import places
from inbox.archive.places import place_of
from inbox.model.job import SameAssignment
from inbox.retention import MARKERS_A_CALL
from tests.conftest import WINDOW_SECONDS
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent, snapshot
from tests.integration.inbox.house import HANDLERS, House, lose_messages
from tests.integration.inbox.keeping import noticed


def _complete(house: House, number: int) -> list[str]:
    return [house.completed(b"%d" % one) for one in range(number)]


def _listed(house: House) -> list[str]:
    house.fold()
    return list(house.remembered())


def _older(house: House, deliveries: list[str], seconds: int) -> None:
    """Let the first of the completed deliveries have been folded so much earlier."""
    entries = house.store.xrange(KEYS.completed)
    house.store.delete(KEYS.completed)
    for entry, fields in entries:
        time, _, number = entry.decode().partition("-")
        ago = seconds * 1000 if fields[b"d"].hex() in deliveries else 0
        moved = f"{int(time) - ago}-{number}"
        house.store.xadd(KEYS.completed, fields, id=moved)
        place = place_of(places.DELIVERY, fields[b"d"].hex())
        house.store.hset(place.key(KEYS), place.field, f"c{moved}")


def _trim(house: House, completed_most: int) -> int:
    return sum(
        batch.markers for batch in noticed(house.store, completed_most=completed_most).trim()
    )


def test_a_delivery_is_listed_once_it_is_completed(house: House) -> None:
    """The list has a delivery when its last job ends, not before, in the order of completing."""
    first = house.handlers(b"first")
    assert _listed(house) == []
    house.jobs.done(house.claim(f"{first}:notify_crm"), "done")
    second = house.completed(b"second")
    assert _listed(house) == [second]

    house.jobs.done(house.claim(f"{first}:revoke_referral_perks"), "done")

    assert _listed(house) == [second, first]
    assert_consistent(house.store)


@pytest.mark.parametrize("beyond", [-1, 0, 1, 3])
def test_the_oldest_markers_beyond_the_number_go(house: House, beyond: int) -> None:
    """Exactly as many as are too many go, those completed first; their bytes are new again."""
    deliveries = _complete(house, 5)

    gone = _trim(house, 5 - beyond)

    assert gone == max(beyond, 0)
    assert _listed(house) == deliveries[gone:]
    assert house.admin.stats().counts.get("dropped_settled", 0) == gone
    assert_consistent(house.store)
    for one in range(5):
        assert house.intake.accept(b"%d" % one).duplicate == (one >= gone)


def test_what_has_expired_leaves_the_list(house: House) -> None:
    """A delivery whose time is over goes, though there is room; its bytes are new again."""
    deliveries = _complete(house, 5)
    house.fold()
    _older(house, deliveries[:2], WINDOW_SECONDS + 1)

    assert _trim(house, 1000) == 0

    assert _listed(house) == deliveries[2:]
    assert "dropped_settled" not in house.admin.stats().counts
    assert [house.intake.accept(b"%d" % one).duplicate for one in range(5)] == [
        *(False, False),
        *(True, True, True),
    ]


def test_a_delivery_with_a_pending_job_is_never_deleted(house: House) -> None:
    """A body that came again after its marker went has a new life, which no old entry ends."""
    old, other = _complete(house, 2)
    house.fold()
    house.forget(old)
    lose_messages(house.store)
    house.tick()
    assert not house.intake.accept(b"0").duplicate

    gone = _trim(house, 1)

    assert gone == 0
    assert _listed(house) == [other]
    assert house.admin.body(old) == b"0"
    assert house.claim(f"{old}:process").body == b"0"
    assert_consistent(house.store)


@pytest.mark.parametrize("state", ["queued", "running", "waiting", "failed", "held"])
def test_what_is_pending_stays_beside_a_full_list(house: House, state: str) -> None:
    """With room for one marker, a delivery with a job in any state loses nothing."""
    last = house.in_state(state)
    _complete(house, 3)
    before = snapshot(house.store)

    assert _trim(house, 1) == 2

    after = snapshot(house.store)
    kept = {name: value for name, value in before.items() if last.delivery in name}
    assert kept == {name: value for name, value in after.items() if last.delivery in name}
    assert_consistent(house.store)


def test_an_early_drop_keeps_the_effect_single(house: House) -> None:
    """Bytes whose marker had to go are processed again, and hand nothing on a second time."""
    first = house.handlers(b"first", identity="holder-1")
    for name, _ in HANDLERS:
        house.jobs.done(house.claim(f"{first}:{name}"), "done")
    house.completed(b"second")
    lose_messages(house.store)
    assert _trim(house, 1) == 1
    house.tick()

    assert not house.intake.accept(b"first").duplicate
    claim = house.claim(f"{first}:process")
    answer = house.jobs.fan_out(claim, HANDLERS, outcome="handed on", identity="holder-1")

    assert answer == SameAssignment(first)
    assert house.state_of(f"{first}:revoke_referral_perks") == "gone"
    assert_consistent(house.store)


def test_many_markers_go_in_batches(house: House) -> None:
    """A bound that was lowered by thousands is reached in one trim, a bounded number a call."""
    number = 2 * MARKERS_A_CALL + 10
    pipe = house.store.pipeline(transaction=False)
    for one in range(number):
        pipe.xadd(KEYS.completed, {"d": one.to_bytes(16), "r": "+1"})
    pipe.execute()

    batches = list(noticed(house.store, completed_most=5).trim())

    assert [batch.markers for batch in batches] == [MARKERS_A_CALL, MARKERS_A_CALL, 5]
    assert batches[-1].completed.count == house.store.xlen(KEYS.completed) == 5
