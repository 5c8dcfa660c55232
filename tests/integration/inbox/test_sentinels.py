"""Connections find the primary by sentinels that are gone, hang, are late or want a login."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

import pytest
from redis.exceptions import RedisError

from inbox.errors import unavailable
from inbox.store.connection import connect
from sandbox.demo.ports import free_port
from settings.store_address import Place, StoreAddress
from settings.store_url import store_address
from tests.acceptance.receiver.tls import tls_in_front_of
from tests.clusters import Sentinels, ask
from tests.integration.inbox.saying import Saying, sayings, sentinel, unreachable
from tests.integration.inbox.test_primary import ANSWERED_SECONDS, place_of, quickest, seconds_of


PASSWORD: Final = "s3cret-of-sentinels"
STORES: Final = "s3cret-of-the-store"

Say = Callable[..., Saying]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sentinels]:
    """A primary with a password, and one sentinel with another."""
    found = Sentinels(
        tmp_path_factory.mktemp("watched"), replicas=0, sentinels=1, password=PASSWORD
    )
    try:
        found.start()
        ask(found.nodes[0], "CONFIG", "SET", "requirepass", STORES)
        yield found
    finally:
        found.close()


@pytest.fixture
def say() -> Iterator[Say]:
    """Start servers that give the answers of a test."""
    with sayings() as say:
        yield say


@pytest.fixture
def primary(say: Say) -> Saying:
    """A primary that takes everything."""
    return say(b"DEL", b":0\r\n")


def at(*sentinels: Place) -> StoreAddress:
    """Write an address with these sentinels."""
    return StoreAddress(places=sentinels, service="mymaster")


def led_to(address: StoreAddress) -> Place:
    """Return where a connection leads."""
    pool: Any = connect(address, max_connections=1).connection_pool
    connection = pool.get_connection()
    try:
        return connection.host, connection.port
    finally:
        connection.disconnect()


def why(address: StoreAddress | str) -> str:
    """Return what an operator reads of a search that fails."""
    with pytest.raises(RedisError) as found:
        connect(address, max_connections=1).ping()
    sentence = str(unavailable(found.value))
    assert "s3cret" not in sentence
    return sentence


@pytest.mark.parametrize("wrong", ["dead", "unreachable", "hangs", "unknown", "login"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_of_three_sentinels_that_is_wrong_is_done_without(
    say: Say, primary: Saying, wrong: str, place: int
) -> None:
    """Whichever it is, the others name the primary, in the time of a webhook's answer."""
    found: list[Place] = []
    with ExitStack() as ends:
        match wrong:
            case "dead":
                odd = "127.0.0.1", free_port()
            case "unreachable":
                odd = ends.enter_context(unreachable())
            case "hangs":
                odd = say().place
            case "unknown":
                odd = say(b"SENTINEL", b"-ERR No such master with that name\r\n").place
            case _:
                odd = say(b"SENTINEL", b"-NOAUTH Authentication required.\r\n").place
        places = [say(b"SENTINEL", sentinel(1, primary.place)).place for _ in range(2)]
        places.insert(place, odd)

        seconds = seconds_of(lambda: found.append(led_to(at(*places))))

    assert found == [primary.place]
    assert seconds < ANSWERED_SECONDS


@pytest.mark.parametrize("wrong", ["hangs", "unknown"])
def test_the_one_sentinel_that_knows_is_enough(say: Say, primary: Saying, wrong: str) -> None:
    """Two that hang, or were started anew and know nothing, hide nothing."""
    odd = [(b"SENTINEL", b"-ERR No such master with that name\r\n")] if wrong == "unknown" else [()]
    places = [say(*each).place for each in odd * 2]
    knows = say(b"SENTINEL", sentinel(1, primary.place))

    assert led_to(at(*places, knows.place)) == primary.place


@pytest.mark.parametrize("late", [0, 1])
def test_a_sentinel_that_was_cut_off_does_not_lead_to_the_old_primary(
    say: Say, primary: Saying, late: int
) -> None:
    """It names it with a smaller config-epoch; the newer of those that a majority has counts."""
    old = say(b"DEL", b":0\r\n")
    answers = [sentinel(7, primary.place), sentinel(7, primary.place)]
    answers.insert(late, sentinel(6, old.place))

    assert led_to(at(*(say(b"SENTINEL", each).place for each in answers))) == primary.place
    assert old.came == 0


def test_all_that_hang_end_in_time(say: Say) -> None:
    """Three sentinels that hang, or a primary that does, leave time for the answer."""
    hanging = [say().place for _ in range(3)]
    named = say(b"SENTINEL", sentinel(1, say().place))

    assert quickest(connect(at(*hanging), max_connections=1)) < ANSWERED_SECONDS
    assert quickest(connect(at(named.place), max_connections=1)) < ANSWERED_SECONDS


def test_an_operator_reads_what_is_wrong(say: Say, watched: Sentinels) -> None:
    """The service's name, a store in a sentinel's place, and the sentinels' own login."""
    port = watched.ports[0]
    store = f"u:{STORES}@127.0.0.1:{port}/{watched.SERVICE}/0"

    named = f"redis+sentinel://127.0.0.1:{port}/other/0?sentinel_password={PASSWORD}"
    assert "know no service of the name" in why(named)
    assert "sentinel_password" in why(f"redis+sentinel://{store}")
    assert "sentinel_password" in why(f"redis+sentinel://{store}?sentinel_password=s3cret-wrong")
    no_sentinel = say(b"SENTINEL", b"-ERR unknown command 'SENTINEL', with args\r\n")
    assert "is no sentinel" in why(at(no_sentinel.place))
    no_right = say(b"SENTINEL", b"-NOPERM this user has no permissions\r\n")
    assert "sentinel_password" in why(at(no_right.place))


def test_sentinels_have_a_password_of_their_own(watched: Sentinels) -> None:
    """The store's goes to the store, and theirs to them."""
    url = (
        f"redis+sentinel://:{STORES}@127.0.0.1:{watched.ports[0]}/{watched.SERVICE}/0"
        f"?sentinel_password={PASSWORD}"
    )

    with closing(connect(url, max_connections=1)) as client:
        assert client.ping()
    assert led_to(store_address(url)) == place_of(watched.nodes[0])


def test_sentinels_and_store_are_asked_with_tls(say: Say, primary: Saying, tmp_path: Path) -> None:
    """A sentinel with a certificate names a store that has one; neither is asked in the clear."""
    with (
        tls_in_front_of(primary.place[1], tmp_path) as store,
        tls_in_front_of(
            say(b"SENTINEL", sentinel(1, ("127.0.0.1", store))).place[1], tmp_path
        ) as asked,
    ):
        address = store_address(f"rediss+sentinel://127.0.0.1:{asked}/mymaster/0")

        assert led_to(address) == ("127.0.0.1", store)
