"""The port is one receiver's alone."""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from receiver.server.listen import ListenSettings
from receiver.server.port import PortTakenError, claim
from sandbox.demo.ports import free_port


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no one wait long in vain."""
    monkeypatch.setattr("receiver.server.port.ENDING_SECONDS", 1)


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no port is shared")


def listen(port: int, host: str = "127.0.0.1") -> ListenSettings:
    """Return where."""
    return ListenSettings(host=host, port=port, processes=1, drain_seconds=0, one_core=False)


def shared(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Listen as Granian's processes do."""
    own = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    own.bind((host, port))
    own.listen()
    return own


@pytest.fixture
def port() -> int:
    """A port that no one has."""
    return free_port()


@pytest.fixture
def claimed(port: int) -> Iterator[None]:
    """A receiver that has it."""
    own = claim(listen(port))
    assert own is not None
    with own:
        yield


def test_who_claims_may_share_with_its_processes(port: int, claimed: None) -> None:
    """The server's processes bind it after that, as many as there are, and get connections."""
    del claimed
    with shared(port) as one, shared(port) as other:
        one.setblocking(False)
        other.setblocking(False)
        for _ in range(50):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        came = [_accepted(each) for each in (one, other)]

    assert sum(came) == 50, "what waits at the claim itself is lost"


def _accepted(listener: socket.socket) -> int:
    count = 0
    try:
        while True:
            listener.accept()[0].close()
            count += 1
    except BlockingIOError:
        return count


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::"])
def test_a_second_claim_is_refused(port: int, claimed: None, host: str) -> None:
    """The message names both settings and what to do, though no one listens yet."""
    del claimed
    with pytest.raises(PortTakenError, match=rf"HOST {host}, PORT {port} .* set another PORT"):
        claim(listen(port, host))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_listener_has_it(port: int, host: str) -> None:
    """A receiver of before, which claimed nothing, and any other program count as well."""
    with shared(port, host), pytest.raises(PortTakenError, match="another process listens there"):
        claim(listen(port))


def test_a_receiver_that_ends_is_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is left of a killed one may need a moment; the port is claimed when it is gone."""
    monkeypatch.setattr("receiver.server.port.ENDING_SECONDS", 30)
    before = shared(port)
    timer = threading.Timer(0.5, before.close)
    timer.start()
    own = claim(listen(port))
    timer.join()

    assert own is not None
    own.close()
    assert capsys.readouterr().err.startswith(f"PORT {port} is in use: waiting up to 30 s")


def test_connections_that_have_ended_do_not_count(port: int) -> None:
    """A receiver that closed its connections itself can be started again at once."""
    with shared(port) as before:
        client = socket.create_connection(("127.0.0.1", port))
        server, _ = before.accept()
        server.close()  # the end that closes first waits in TIME_WAIT
        client.close()

    own = claim(listen(port))

    assert own is not None
    own.close()


def test_two_that_start_at_once_do_not_share(port: int) -> None:
    """Of many claims at the same moment one wins."""
    won: list[socket.socket] = []
    start = threading.Barrier(8)

    def try_it() -> None:
        start.wait()
        try:
            own = claim(listen(port))
        except PortTakenError:
            return
        assert own is not None
        won.append(own)

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1
    won[0].close()


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "2001:db8::1"])
def test_an_address_that_is_not_ours(port: int, host: str) -> None:
    """HOST is named, at once."""
    with pytest.raises(PortTakenError, match="set HOST to an address of this machine"):
        claim(listen(port, host))


def test_a_port_of_the_systems() -> None:
    """A user who may not listen on a low port is sent to a higher one, if there is such a user."""
    try:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 1))
    except PermissionError:
        with pytest.raises(PortTakenError, match="PORT of 1024 or more"):
            claim(listen(1))
