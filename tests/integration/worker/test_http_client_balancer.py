"""A balancer is replaced and says nothing: its kept connections take bytes and never answer."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier, Event
from typing import Any

import httpx2
import pytest

from tests.integration.worker.answering import OK, Server
from tests.unit.worker.build import SECRET, job
from worker.backends.crm.hubspot.client import HubSpotClient
from worker.errors import RetryableError
from worker.http_client import CONNECT_SECONDS, make_client, transport
from worker.http_client.answers import Call
from worker.http_client.network import Network
from worker.http_client.outgoing import SignedPost
from worker.http_client.progress import Progress
from worker.voucherify.http import VoucherifyHttp


CONNECTIONS = 20
THREADS = 4

ANY = Call(gives=lambda _: True, wrote=lambda *_: True)

#: A property as HubSpot shows it.
PROPERTY = b'{"name": "perk", "label": "x", "type": "string", "fieldType": "text"}'

Act = Callable[[], object]


class Balancer(Server):
    """Can be replaced: what is connected then gets no answer any more, and no end."""

    def __init__(self) -> None:
        super().__init__()
        self.dead: frozenset[socket.socket] = frozenset()
        self.together = Barrier(CONNECTIONS)
        self.says(self._meets)

    def is_replaced(self) -> None:
        """Forget all connections, silently."""
        self.says(self._answers)
        self.dead = frozenset(self.connections)

    def _meets(self, caller: socket.socket) -> None:
        # Each of the calls is under way, so that each has a connection of its own.
        self.together.wait(timeout=30)
        self._answers(caller)

    def _answers(self, caller: socket.socket) -> None:
        if caller not in self.dead:
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PROPERTY))
            caller.sendall(PROPERTY)


@pytest.fixture
def balancer() -> Iterator[Balancer]:
    """A balancer with a service behind it."""
    with closing(Balancer()) as made:
        yield made


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    """A client that is closed after the test."""
    with make_client() as made:
        yield made


def shop(url: str, client: httpx2.Client) -> Act:
    """Call a service of the shop, as the `http` backends do."""
    post = SignedPost("crm_service", url, SECRET, client=client)
    return lambda: post.send({}, idempotency_key="k", job=job())


def hubspot(url: str, client: httpx2.Client) -> Act:
    """Call HubSpot."""
    calls = HubSpotClient(url, "token", client=client)
    return lambda: calls.read_property("perk")


def voucherify(url: str, client: httpx2.Client) -> Act:
    """Call Voucherify."""
    http = VoucherifyHttp(url, "id", "token", client=client)
    return lambda: http.read("/v1/vouchers/v_1", {}, ANY, job())


def times_out(act: Act) -> bool:
    """Act; says whether there was no answer in time. Any other error is the test's."""
    try:
        act()
    except RetryableError as error:
        if error.reason.endswith("_timeout"):
            return True
        raise
    return False


@pytest.mark.parametrize("backend", [shop, hubspot, voucherify])
def test_each_thread_meets_one_dead_connection_at_most(
    balancer: Balancer, client: httpx2.Client, backend: Callable[[str, httpx2.Client], Act]
) -> None:
    """
    Twenty kept connections are dead; after its time-out no thread uses another of them.

    Seen elsewhere as one time-out for each kept connection (aio-libs/aiohttp#2647).
    """
    act = backend(balancer.url, client)
    with ThreadPoolExecutor(CONNECTIONS) as many:
        assert not any(many.map(lambda _: times_out(act), range(CONNECTIONS)))
    assert len(balancer.connections) == CONNECTIONS
    balancer.is_replaced()
    client.timeout = httpx2.Timeout(1.0)

    with ThreadPoolExecutor(THREADS) as few:
        found = list(few.map(lambda _: [times_out(act) for _ in range(4)], range(THREADS)))

    assert all(sum(each) <= 1 for each in found)
    assert any(sum(each) == 1 for each in found), "a dead connection was met"
    assert all(each[-1] is False for each in found)


def test_calls_that_are_under_way_are_not_cut_off(
    balancer: Balancer, client: httpx2.Client
) -> None:
    """The time-out of one call leaves those alone that are answered meanwhile."""
    begun, over = Event(), Event()

    def answers_late(caller: socket.socket) -> None:
        begun.set()
        over.wait(timeout=30)
        caller.sendall(OK)

    balancer.says(answers_late, lambda _: None)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.post, balancer.url, content=b"{}")
        assert begun.wait(timeout=30)
        with pytest.raises(httpx2.ReadTimeout):
            client.post(balancer.url, content=b"{}", timeout=0.2)
        over.set()

        assert slow.result(timeout=30).status_code == 200


def test_what_was_idle_for_long_is_not_used(
    balancer: Balancer, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands between forgets connections; one that is older than that is made anew."""
    balancer.is_replaced()
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.0)

    with make_client() as forgetful:
        for each, connections in ((client, 1), (forgetful, 3)):
            before = len(balancer.connections)
            for _ in range(3):
                each.post(balancer.url, content=b"{}")
            assert len(balancer.connections) - before == connections


def test_the_machine_asks_whether_the_other_side_is_there(balancer: Balancer) -> None:
    """Each socket has TCP keepalive: after a minute of silence, five probes ten seconds apart."""
    network = Network()
    network.calls.now = Progress(connect_seconds=5, answer_seconds=5)
    stream = network.connect_tcp("127.0.0.1", balancer.port)
    sock: socket.socket = stream._sock  # type: ignore[attr-defined]
    named = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 5}
    # macOS has another name for the first.
    wanted = {name: value for name, value in named.items() if hasattr(socket, name)}
    found = {name: sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in wanted}
    alive = sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    stream.close()

    assert alive
    assert found == wanted


def test_one_dead_address_leaves_time_for_the_next(
    balancer: Balancer, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The addresses of a name share one limit; the last of six is reached within it."""
    balancer.is_replaced()
    given: list[float] = []

    class Dead(socket.socket):
        def connect(self, address: Any) -> None:
            if address[0] == "127.0.0.9":
                given.append(self.gettimeout() or 0.0)
                raise TimeoutError
            super().connect(address)

    def addresses(*_: object, **__: object) -> list[object]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        dead = [(*kind, ("127.0.0.9", balancer.port))] * 5
        return [*dead, (*kind, ("127.0.0.1", balancer.port))]

    monkeypatch.setattr(socket, "socket", Dead)
    monkeypatch.setattr(socket, "getaddrinfo", addresses)

    assert client.post("http://crm.test/", content=b"{}").status_code == 200
    shares = [CONNECT_SECONDS / count for count in (6, 5, 4, 3, 2)]
    assert all(0 < seconds <= share for seconds, share in zip(given, shares, strict=True))
