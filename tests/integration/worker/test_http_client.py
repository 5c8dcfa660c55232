"""Calls over real sockets, against a server that answers whatever a test says."""

from collections.abc import Iterator
from socket import SHUT_RDWR, socket
from time import monotonic, sleep

import httpx2
import pytest

from tests.integration.worker.answering import OK, Server
from tests.patience import of_three
from worker.http_client import NOT_SENT
from worker.http_client.answers import Reply
from worker.http_client.calls import reply_of


MOST = 65_536
HEADERS = {"Content-Type": "application/json", "Idempotency-Key": "k-1"}


def post(client: httpx2.Client) -> httpx2.Response:
    """Send something small."""
    return client.post("/hook", content=b"{}", headers=HEADERS)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that answers 200 unless it is set otherwise."""
    made = Server()
    made.says(OK)
    yield made
    made.close()


def test_a_post_arrives_as_it_was_given(server: Server) -> None:
    """Target with query, headers and the exact bytes."""
    server.client().post("/hook/a%20b?key=1", content=b'{"a": "\xc3\xb6"}', headers=HEADERS)

    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook/a%20b?key=1 HTTP/1.1\r\n")
    assert b"\r\nIdempotency-Key: k-1" in head
    assert b"\r\nHost: 127.0.0.1:" in head
    assert b"\r\nUser-Agent: perkhook" in head
    assert body == b'{"a": "\xc3\xb6"}'


def test_a_connection_serves_many_calls(server: Server) -> None:
    """One connection for calls that follow each other, whatever form their answers have."""
    chunked = b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    nothing = b"HTTP/1.1 204 No Content\r\n\r\n"
    server.says(OK, chunked, nothing, OK)
    client = server.client()

    statuses = [post(client).status_code for _ in range(4)]

    assert statuses == [200, 202, 204, 200]
    assert len(server.connections) == 1


def test_an_answer_may_end_its_connection(server: Server) -> None:
    """By a header, or because its end is that of the connection."""

    def until_the_end(caller: socket) -> None:
        caller.sendall(b"HTTP/1.0 200 OK\r\n\r\nsome words")
        caller.shutdown(SHUT_RDWR)

    def by_header(caller: socket) -> None:
        caller.sendall(b"HTTP/1.1 201 Made\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
        caller.shutdown(SHUT_RDWR)

    server.says(until_the_end, by_header, OK)
    client = server.client()

    assert [post(client).status_code for _ in range(3)] == [200, 201, 200]
    assert len(server.connections) == 3


def test_a_connection_that_was_closed_meanwhile_is_not_used(server: Server) -> None:
    """A server may close what is idle; the next call makes a new connection and is sent once."""
    client = server.client()
    post(client)
    server.connections[0].shutdown(SHUT_RDWR)
    server.connections[0].close()

    assert post(client).status_code == 200
    assert len(server.requests) == 2


def test_headers_and_body_come_along(server: Server) -> None:
    """The judge of the answer gets its headers, by names in lower case, and its bytes."""
    server.says(b"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 3\r\n\r\n\xffno")

    assert reply_of(post(server.client())) == Reply(
        status=503, headers={"retry-after": "7", "content-length": "3"}, body=b"\xffno"
    )


def test_no_redirect_is_followed_and_nothing_repeated(server: Server) -> None:
    """A redirect is an answer like another."""
    location = f"Location: {server.url}/other".encode()
    server.says(b"HTTP/1.1 307 There\r\n" + location + b"\r\nContent-Length: 0\r\n\r\n")

    assert post(server.client()).status_code == 307
    assert len(server.requests) == 1


@pytest.mark.parametrize("part", [b"{}", b""])
def test_an_answer_that_is_cut_short_is_none(server: Server, part: bytes) -> None:
    """Half an answer can read like a whole one, so that it is no answer; the next one works."""

    def cut_short(caller: socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n" + part)
        caller.shutdown(SHUT_RDWR)

    server.says(cut_short, OK)
    client = server.client()

    with pytest.raises(httpx2.ReadError):
        post(client)
    assert post(client).status_code == 200
    assert len(server.connections) == 2


@pytest.mark.parametrize("form", ["length", "chunked", "until the end"])
def test_no_one_reads_an_answer_without_end(server: Server, form: str) -> None:
    """So much of it is handed over as may be read, and its connection is given up."""
    head, body = b"HTTP/1.1 200 OK\r\n", b"x" * (MOST + 9)
    answers = {
        "length": head + b"Content-Length: 100000000\r\n\r\n" + body,
        "chunked": head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body,
        "until the end": head + b"\r\n" + body,
    }
    server.says(answers[form], OK)
    client = server.client()

    answer = post(client)

    assert (answer.status_code, answer.content) == (200, body[:MOST])
    assert post(client).status_code == 200
    assert len(server.connections) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 2",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"1" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_answer_is_an_error(server: Server, answer: bytes) -> None:
    """Cut off, of another protocol or without bounds: reported as one error, and the next works."""

    def cut_off(caller: socket) -> None:
        caller.sendall(answer)
        caller.shutdown(SHUT_RDWR)

    server.says(cut_off, OK)
    client = server.client()

    with pytest.raises(httpx2.ReadError) as caught:
        post(client)

    assert not isinstance(caught.value, NOT_SENT)
    assert post(client).status_code == 200


@pytest.mark.parametrize("part", ["nothing", "status", "header", "body"])
def test_an_answer_has_a_time_in_all(server: Server, part: str) -> None:
    """One that comes byte by byte, each in time, ends as late as one that does not come."""
    start = {
        "nothing": b"",
        "status": b"HTTP/1.1 200 ",
        "header": b"HTTP/1.1 200 OK\r\nX: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
    }[part]

    def drip(caller: socket) -> None:
        caller.sendall(start)
        for _ in range(400 if start else 0):
            sleep(0.05)
            caller.sendall(b"x")

    server.says(drip)
    began = monotonic()

    with pytest.raises(httpx2.ReadTimeout):
        post(server.client(seconds=0.5))

    # It drips for twenty seconds, so that no machine that stands still takes as long.
    assert 0.4 < monotonic() - began < 15.0


def test_a_byte_of_an_answer_gives_no_more_time(server: Server) -> None:
    """The wait for the next one is what is left of the whole."""

    def one_byte(caller: socket) -> None:
        sleep(0.8)
        caller.sendall(b"H")

    def seconds() -> float:
        began = monotonic()
        with pytest.raises(httpx2.ReadTimeout):
            post(server.client(seconds=1.0))
        return monotonic() - began

    server.says(one_byte)

    assert of_three(seconds, lambda found: found < 1.5) < 1.5
