import os
import socket
import sys
from contextlib import ExitStack, suppress
from time import monotonic, sleep

import pytest

from receiver.server import slow_senders
from receiver.server.slow_senders import (
    BODY_SECONDS,
    LAST_SECONDS,
    WAITING_SECONDS,
    SlowSenders,
    Traffic,
    own_connections,
    traffic_of,
)


LONG = BODY_SECONDS + WAITING_SECONDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's TCP_INFO")


def test_only_those_taken_up_are_found() -> None:
    """Neither the listening socket nor what this process opened itself is ended."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as opened,
        listener.accept()[0] as taken,
    ):
        found = {os.fstat(each.fileno()).st_ino for _, each in own_connections()}

        assert os.fstat(taken.fileno()).st_ino in found
        assert os.fstat(listener.fileno()).st_ino not in found
        assert os.fstat(opened.fileno()).st_ino not in found


def test_checking_leaves_no_file_open() -> None:
    """The copies are closed."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as taken,
    ):
        open_ones = list(own_connections())

        assert taken.fileno() in {number for number, _ in open_ones}
        # Of this connection alone: other threads open and close files as they like.
        assert copies_of(taken) == 1


def test_only_as_many_as_are_overdue_are_ended_the_oldest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A webhook that waits for a thread behind a slow sender is not ended with it."""
    watch, now = SlowSenders(), monotonic()
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as stack:
        ages: dict[int, float] = {}
        taken = []
        for age in (LONG + 1, LONG + 2.9, LONG + 2):
            stack.enter_context(socket.create_connection(listener.getsockname()))
            connection = stack.enter_context(listener.accept()[0])
            connection.setblocking(False)
            ages[os.fstat(connection.fileno()).st_ino] = age
            taken.append(connection)

        def traffic(connection: socket.socket, now: float) -> Traffic | None:
            age = ages.get(os.fstat(connection.fileno()).st_ino)
            return None if age is None else Traffic(received=now - age, sent=now - age - 1)

        monkeypatch.setattr(slow_senders, "traffic_of", traffic)
        watch._began = {1: now - BODY_SECONDS - 1, 2: now - BODY_SECONDS - 1, 3: now - 1}
        watch.check(now)

        assert [is_ended(connection) for connection in taken] == [False, True, True]


def test_what_is_very_late_is_ended_however_many_others_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Attackers who hold no thread cannot stand in front of those who do."""
    watch, now = SlowSenders(), monotonic()
    age = LONG + LAST_SECONDS + 1
    monkeypatch.setattr(
        slow_senders, "traffic_of", lambda _, now: Traffic(received=now - age, sent=now - age - 1)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as stack:
        taken = []
        for _ in range(3):
            stack.enter_context(socket.create_connection(listener.getsockname()))
            taken.append(stack.enter_context(listener.accept()[0]))
            taken[-1].setblocking(False)
        watch._began = {1: now - BODY_SECONDS - 1}
        watch.check(now)

        assert [is_ended(connection) for connection in taken] == [True, True, True]


def test_nothing_is_ended_while_no_body_is_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections may be as idle as they like; they are read all the same."""
    watch, now = SlowSenders(), monotonic()
    monkeypatch.setattr(
        slow_senders, "traffic_of", lambda _, now: Traffic(received=now - 99, sent=now - 100)
    )
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as taken,
    ):
        taken.setblocking(False)
        watch._began = {1: now - BODY_SECONDS + 0.5}
        watch.check(now)

        assert os.fstat(taken.fileno()).st_ino in watch._since
        assert not is_ended(taken)


def test_the_kernel_says_when_data_went() -> None:
    """What came is newer than what was sent until it is answered; a closed end says nothing."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as sender,
        listener.accept()[0] as taken,
    ):

        def newer() -> float:
            traffic = traffic_of(taken, monotonic())
            assert traffic is not None
            return traffic.received - traffic.sent

        new = traffic_of(taken, monotonic())
        assert new is not None
        assert not new.answered
        sleep(0.05)  # the kernel counts in steps of some milliseconds
        sender.sendall(b"x")
        taken.recv(1)
        assert newer() > 0.02
        sleep(0.05)
        taken.sendall(b"y")
        assert newer() < -0.02
        answered = traffic_of(taken, monotonic())
        assert answered is not None
        assert answered.answered
        assert sender.recv(1) == b"y"
        sender.close()
        assert taken.recv(1) == b""
        assert traffic_of(taken, monotonic()) is None


def copies_of(connection: socket.socket) -> int:
    """Count the open files of this process that are this connection."""
    wanted, found = os.fstat(connection.fileno()).st_ino, 0
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are all that is wanted
        with suppress(OSError):
            found += os.fstat(int(name)).st_ino == wanted
    return found


def is_ended(connection: socket.socket) -> bool:
    """Return whether the reading half is ended."""
    try:
        return connection.recv(100) == b""
    except BlockingIOError:
        return False
