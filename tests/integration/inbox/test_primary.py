"""Connections find who takes writes for our keys, whatever became of the servers that are named."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    MovedError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from inbox.errors import unavailable
from inbox.keys import Keys
from inbox.store import scripts
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from sandbox.demo.ports import free_port
from settings.store_address import Place, StoreAddress
from tests.clusters import Cluster, ask
from tests.faults.store import Store
from tests.integration.inbox.saying import Saying, sayings, unreachable
from tests.patience import of_three


PREFIX = "{shoes}:"
KEY = PREFIX + "found"
#: A webhook is answered by then.
ANSWERED_SECONDS = 2.0

Start = Callable[..., Store]
Say = Callable[..., Saying]
ClientOf = Callable[..., StoreClient]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three primaries; the first has a replica that may take over."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), replicas=1, appendonly="no")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def start(tmp_path: Any) -> Iterator[Start]:
    """Start servers with some settings."""
    with ExitStack() as ends:

        def start(**options: str) -> Store:
            server = Store(tmp_path, **options)  # type: ignore[arg-type]  # they are texts
            ends.callback(server.close)
            server.start()
            return server

        yield start


@pytest.fixture
def say() -> Iterator[Say]:
    """Start servers that give the answers of a test."""
    with sayings() as say:
        yield say


def at(*places: Place) -> StoreAddress:
    """Write the address of a cluster with these nodes."""
    return StoreAddress(places=places, prefix=PREFIX, is_cluster=True)


def place_of(server: Store) -> Place:
    """Return where a server is."""
    return "127.0.0.1", server.port


@pytest.fixture
def client_of() -> Iterator[ClientOf]:
    """Make clients with the usual patience of a receiver."""
    with ExitStack() as ends:

        def make(address: StoreAddress, connections: int = 2, name: str = "test") -> StoreClient:
            client = connect(address, max_connections=connections, name=name)
            ends.callback(client.connection_pool.disconnect)
            return client

        yield make


def seconds_of(act: Callable[[], Any]) -> float:
    """Return how long it took."""
    began = time.monotonic()
    act()
    return time.monotonic() - began


def quickest(client: StoreClient) -> float:
    """Return how long it takes until a command has failed."""

    def ask_for_it() -> None:
        with pytest.raises(RedisError):
            client.ping()

    return of_three(lambda: seconds_of(ask_for_it), lambda seconds: seconds < ANSWERED_SECONDS)


@pytest.fixture(
    params=["dead", "unreachable", "hangs", "two hang", "frozen", "replica", "elsewhere",
            "elsewhere, no host", "no cluster", "loads", "asks for a password"],
)  # fmt: skip
def first(  # noqa: C901 - a list of cases
    request: Any, cluster: Cluster, start: Start, say: Say
) -> Iterator[list[Place]]:
    """Return servers with the primary behind the first, or the first alone if it names it."""
    owner = cluster.owner(PREFIX)
    other, last = cluster.others(PREFIX)[0], place_of(owner)
    with ExitStack() as ends:
        match request.param:
            case "dead":
                yield [("127.0.0.1", free_port()), last]
            case "unreachable":
                yield [ends.enter_context(unreachable()), last]
            case "hangs":
                yield [say().place, last]
            case "two hang":
                yield [say().place, say().place, last]
            case "frozen":
                other.freeze()
                ends.callback(other.thaw)
                yield [place_of(other), last]
            case "replica":
                server = start()
                ask(server, "REPLICAOF", "127.0.0.1", "1")
                yield [place_of(server), last]
            case "elsewhere":
                yield [place_of(other)]
            case "elsewhere, no host":
                yield [say(b"DEL", b"-MOVED 7 :%d\r\n" % owner.port).place]
            case "no cluster":
                bus = str(free_port())
                yield [place_of(start(**{"cluster-enabled": "yes", "cluster-port": bus})), last]
            case "loads":
                yield [say(b"DEL", b"-LOADING the dataset is loaded in memory\r\n").place, last]
            case _:
                server = start()
                ask(server, "CONFIG", "SET", "requirepass", "s3cret")
                yield [place_of(server), last]


def test_the_primary_is_found_behind_whatever_is_named_first(
    cluster: Cluster, first: list[Place], client_of: ClientOf
) -> None:
    """A write gets there, within the time of a webhook's answer."""
    owner = cluster.owner(PREFIX)
    client = client_of(at(*first))

    assert seconds_of(lambda: client.set(KEY, first[0][1])) < ANSWERED_SECONDS

    assert ask(owner, "GET", KEY) == str(first[0][1]).encode()


@pytest.mark.parametrize("servers", [1, 2, 3, 6])
def test_the_search_ends_in_time_when_all_hang(say: Say, servers: int, client_of: ClientOf) -> None:
    """However many are named, the caller has its error before a webhook must be answered."""
    client = client_of(at(*(say().place for _ in range(servers))))

    assert quickest(client) < ANSWERED_SECONDS


def test_a_name_with_many_addresses_takes_no_longer(
    monkeypatch: pytest.MonkeyPatch, client_of: ClientOf
) -> None:
    """A cluster's name stands for all its nodes: those that are cut off share one server's time."""
    with unreachable() as (host, port):
        found = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [found] * 12)
        client = client_of(at(("nodes.example.test", 1)))

        assert quickest(client) < ANSWERED_SECONDS


def test_a_primary_that_was_found_is_known_when_all_that_are_named_are_gone(
    cluster: Cluster, say: Say, client_of: ClientOf
) -> None:
    """The one seed may be taken down after the start."""
    seed = say(b"DEL", b"-MOVED 7 127.0.0.1:%d\r\n" % cluster.owner(PREFIX).port)
    client = client_of(at(seed.place))
    client.set(KEY, "1")
    seed.close()
    client.connection_pool.disconnect()

    assert client.get(KEY) == b"1"


def test_many_threads_ask_no_more_than_their_connections(
    cluster: Cluster, say: Say, client_of: ClientOf
) -> None:
    """Fifty threads that find the primary lost at once are no storm on the other servers."""
    owner = cluster.owner(PREFIX)
    seed = say(b"DEL", b"-MOVED 7 127.0.0.1:%d\r\n" % owner.port)
    client = client_of(at(seed.place), connections=4)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda _: client.incr(KEY + "s"), range(500)))

    assert 1 <= seed.came <= 4


def test_a_server_that_hung_is_asked_behind_those_that_answer(
    say: Say, client_of: ClientOf
) -> None:
    """One connection waits for it, and not the next one, though the primary is another by then."""
    hangs, old = say(), say(b"DEL", b":0\r\n")
    new = say(b"DEL", b"-READONLY You can't write\r\n")
    client = client_of(at(hangs.place, new.place, old.place))
    client.ping()
    old.says(b"DEL", b"-READONLY You can't write\r\n")
    new.says(b"DEL", b":0\r\n")
    client.connection_pool.disconnect()

    client.ping()

    assert (hangs.came, new.came, old.came) == (1, 2, 2)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([b"-LOADING the dataset is loaded\r\n"], BusyLoadingError),
        ([b"-READONLY You can't write\r\n"], ReadOnlyError),
        ([b"-MOVED 7 127.0.0.1:1\r\n"], RedisError),
        # Each of two names itself under the other name: no ring.
        ([b"-MOVED 7 :{0}\r\n"], MovedError),
        ([b"-NOAUTH Authentication required.\r\n", b""], AuthenticationError),
        ([b"-NOAUTH Authentication required.\r\n", b"-READONLY no\r\n"], AuthenticationError),
    ],
)
def test_an_operator_gets_the_error_that_says_most(
    say: Say, answers: list[bytes], error: type[RedisError], client_of: ClientOf
) -> None:
    """What the last one asked answered; a login that is refused is not hidden by one that hangs."""
    servers = [say(b"DEL", answer) if b"{0}" not in answer else say() for answer in answers]
    for server, answer in zip(servers, answers, strict=True):
        if b"{0}" in answer:
            server.says(b"DEL", answer.replace(b"{0}", b"%d" % server.place[1]))
    client = client_of(at(*(each.place for each in servers)))

    with pytest.raises(error):
        client.ping()
    # Once, and once more.
    assert {each.came for each in servers} == {2} or error is AuthenticationError


def test_what_the_primary_refuses_is_its_answer_and_no_reason_to_search_on(
    start: Start, client_of: ClientOf
) -> None:
    """The primary itself says that our user may not probe, or that it has too few replicas."""
    server, other = start(**{"min-replicas-to-write": "1"}), start()
    client = client_of(at(place_of(server), place_of(other)))

    with pytest.raises(RedisError, match="NOREPLICAS"):
        client.set(KEY, "1")
    assert client.get(KEY) is None
    assert ask(other, "DBSIZE") == 0


def test_after_a_planned_failover_no_connection_stays_with_the_old_primary(
    cluster: Cluster, client_of: ClientOf
) -> None:
    """The next command is answered, by the new one; whoever takes a connection leads there too."""
    client = client_of(at(*map(place_of, cluster.nodes)), connections=4, name="moves")
    pool: Any = client.connection_pool
    for each in [pool.get_connection() for _ in range(4)]:
        each.send_command("PING")
        each.read_response()
        pool.release(each)

    old = cluster.fail_over(PREFIX)
    client.set(KEY, "11")
    for each in [pool.get_connection() for _ in range(4)]:
        pool.release(each)

    assert ask(cluster.owner(PREFIX), "GET", KEY) == b"11"
    assert b"name=moves" not in ask(old, "CLIENT", "LIST", "TYPE", "NORMAL")


def test_the_guard_is_never_a_key(cluster: Cluster, client_of: ClientOf) -> None:
    """The probe removes what never exists."""
    client_of(at(*map(place_of, cluster.nodes))).set(KEY, "1")

    assert not ask(cluster.owner(PREFIX), "EXISTS", Keys(PREFIX).guard)


def test_no_script_runs_while_the_slot_is_moved_key_by_key(
    cluster: Cluster, client_of: ClientOf
) -> None:
    """On either side it would find a part of the keys; each names one that is on neither."""
    client = client_of(at(*map(place_of, cluster.nodes)))
    client.mset({f"{KEY}{number}": "1" for number in range(30)})
    declare = scripts.load(client, "declare")
    declare(args=["before"])

    for _ in cluster.moving(PREFIX, cluster.others(PREFIX)[0]):
        with pytest.raises(ResponseError) as found:
            declare(args=["meanwhile"])
        assert unavailable(found.value).reason == "elsewhere"
    declare(args=["after"])

    assert client.smembers(Keys(PREFIX).queues) == {b"before", b"after"}
    assert client.exists(*(f"{KEY}{number}" for number in range(30))) == 30
