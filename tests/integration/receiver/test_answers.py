import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from inbox.admin.queries import Admin
from inbox.store.client import StoreClient
from receiver.server.leftover import MOST_BYTES
from tests.integration.receiver.conftest import PATH, MakeApp, Send, assert_error, signed


class Unreadable(io.RawIOBase):
    """A body that no one may read."""

    def read(self, size: int = -1) -> bytes:
        """Fail."""
        raise AssertionError(f"{size} bytes of the body were read")


def body_stream(stream: io.IOBase, length: int) -> dict[str, Any]:
    """Hand a body to the receiver as a server does, whatever the stream can do."""
    return {"wsgi.input": stream, "CONTENT_LENGTH": str(length)}


def test_a_signed_body_is_accepted(client: FlaskClient, send: Send, desk: Admin) -> None:
    """202 with the delivery's id; the store holds the body byte for byte and has one job."""
    body = b'{"a": 1, "n": 1.50}\n'

    answer = send(client, body)

    assert answer.status_code == 202
    assert answer.mimetype == "application/json"
    delivery = answer.json["delivery"] if answer.json else ""
    assert answer.json == {"delivery": delivery, "duplicate": False}
    assert desk.body(delivery) == body
    assert [queue.messages for queue in desk.stats().queues] == [1]


def test_the_same_body_again_is_a_duplicate(client: FlaskClient, send: Send, desk: Admin) -> None:
    """A repetition gets the same id and enqueues nothing."""
    first, second = send(client, b"{}").json, send(client, b"{}").json

    assert first == {"delivery": (first or {})["delivery"], "duplicate": False}
    assert second == {"delivery": (first or {})["delivery"], "duplicate": True}
    assert [queue.messages for queue in desk.stats().queues] == [1]


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b"[]", b"\xff\x00\xfe", b'{"a":', b"null", b"{" * 9999]
)
def test_poison_with_a_right_signature_is_accepted(
    client: FlaskClient, send: Send, body: bytes
) -> None:
    """No content is a reason to refuse."""
    assert send(client, body).status_code == 202


def test_the_content_type_does_not_matter(client: FlaskClient, send: Send) -> None:
    """A body called a form is taken as bytes like any other."""
    for form in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        assert send(client, b"a=1&b=2", {"Content-Type": form}).status_code == 202


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "X-Voucherify-Signature is missing"),
        (signed(b"{ }"), "does not fit the body under any secret"),
        ({"X-Voucherify-Signature": ""}, "does not fit the body under any secret"),
        (signed(b"{}", "whsec-of-somebody-else-1"), "does not fit the body under any secret"),
    ],
)
def test_a_missing_or_wrong_signature_is_refused(
    client: FlaskClient, headers: dict[str, str], message: str, store: StoreClient
) -> None:
    """401 says which of the two it is; nothing is stored."""
    answer = client.post(PATH, data=b"{}", headers=headers)

    assert_error(answer, 401, "bad_signature")
    assert message in answer.text
    assert store.dbsize() == 0


def test_any_of_the_secrets_may_have_signed(make_app: MakeApp) -> None:
    """While secrets rotate, the old one still counts, and the metric says which was used."""
    old = "whsec-made-up-and-old-0001"
    client = make_app(VOUCHERIFY_WEBHOOK_SECRETS=f"whsec-made-up-and-new-1,{old}").test_client()

    assert client.post(PATH, data=b"{}", headers=signed(b"{}", old)).status_code == 202

    assert 'perkhook_signatures_verified_total{position="1"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("length", [1023, 1024])
def test_a_body_of_exactly_the_most_bytes_is_accepted(
    make_app: MakeApp, send: Send, length: int
) -> None:
    """MAX_BODY_BYTES itself is allowed."""
    assert send(make_app(MAX_BODY_BYTES="1024").test_client(), b"x" * length).status_code == 202


@pytest.mark.parametrize("signature", [signed(b"x" * 1025), {}])
def test_one_byte_more_is_refused_whatever_the_signature(
    make_app: MakeApp, signature: dict[str, str], store: StoreClient
) -> None:
    """413 comes before 401, and ends the connection, for the rest is not read."""
    client = make_app(MAX_BODY_BYTES="1024").test_client()

    answer = client.post(PATH, data=b"x" * 1025, headers=signature)

    assert_error(answer, 413, "body_too_large")
    assert "1024 bytes (MAX_BODY_BYTES)" in answer.text
    assert answer.headers["Connection"] == "close"
    assert store.dbsize() == 0


def test_a_body_that_says_it_is_too_long_is_not_read(client: FlaskClient) -> None:
    """The length alone is enough to refuse what is far too long."""
    answer = client.post(PATH, environ_overrides=body_stream(Unreadable(), 50_000_000))

    assert_error(answer, 413, "body_too_large")


@pytest.mark.parametrize(("length", "read"), [(5000, 5000), (20_000_000, 1025 + 1024 + MOST_BYTES)])
def test_a_body_without_a_length_is_read_to_a_limit(
    make_app: MakeApp, store: StoreClient, length: int, read: int
) -> None:
    """The rest of a chunked body is thrown away, so that its sender reads the 413; not forever."""
    client = make_app(MAX_BODY_BYTES="1024").test_client()
    stream = io.BytesIO(b"x" * length)
    headers = {"Transfer-Encoding": "chunked"}

    answer = client.post(
        PATH, input_stream=stream, headers=headers, environ_base={"wsgi.input_terminated": True}
    )

    assert_error(answer, 413, "body_too_large")
    assert 0 <= stream.tell() - read < 65_536
    assert store.dbsize() == 0


@pytest.mark.parametrize("path", [PATH, "/nothing"])
def test_a_sender_that_asks_first_is_not_read(client: FlaskClient, path: str) -> None:
    """Reading would make it send what is refused anyway (Expect: 100-continue)."""
    overrides = body_stream(Unreadable(), 2_000_000) | {"HTTP_EXPECT": "100-continue"}

    assert client.post(path, environ_overrides=overrides).status_code in {404, 413}


class Trickle(io.RawIOBase):
    """A body that comes in pieces smaller than asked for."""

    def __init__(self, body: bytes) -> None:
        self._left = [body[n : n + 3] for n in range(0, len(body), 3)]

    def read(self, size: int = -1) -> bytes:
        """Return the next piece."""
        assert size
        return self._left.pop(0) if self._left else b""


def test_a_body_in_pieces_is_put_together(client: FlaskClient) -> None:
    """A read that gives less than asked for is not the end."""
    body = b'{"in":"pieces"}'

    answer = client.post(
        PATH, environ_overrides=body_stream(Trickle(body), len(body)), headers=signed(body)
    )

    assert answer.status_code == 202


def test_a_body_shorter_than_it_says_is_not_accepted(
    client: FlaskClient, store: StoreClient
) -> None:
    """A sender that hung up never learned the answer, and sends the webhook again."""
    answer = client.post(
        PATH, environ_overrides=body_stream(io.BytesIO(b"{}"), 9), headers=signed(b"{}")
    )

    assert_error(answer, 400, "incomplete_body")
    assert store.dbsize() == 0


def test_a_stranger_is_refused_before_anything_is_read(make_app: MakeApp) -> None:
    """403 needs no byte of the body, and comes before 413 and 401."""
    client = make_app(ALLOWED_IPS="eu1").test_client()

    for length in (2, 50_000_000):
        answer = client.post(PATH, environ_overrides=body_stream(Unreadable(), length))
        assert_error(answer, 403, "address_not_allowed")
        assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize(
    ("hops", "forwarded_for", "status"),
    [
        ("0", "34.247.197.22", 403),
        ("1", "34.247.197.22", 202),
        ("1", "34.247.197.22, 203.0.113.5", 403),
        ("1", "203.0.113.5, 34.247.197.22", 202),
        ("1", "1.2.3.4," * 1000 + "34.247.197.22", 202),
        ("1", "34.247.197.22\t", 202),
        ("1", "34.247.197.22:51234", 202),
        ("1", "34.247.197.22:51234, 203.0.113.5:51234", 403),
        ("1", "203.0.113.5:1, [::ffff:34.247.197.22]:51234", 202),
        ("1", "\x7f<b>", 403),
        ("2", "34.247.197.22", 403),
    ],
)
def test_allowed_addresses_are_seen_through_proxies(
    make_app: MakeApp, send: Send, hops: str, forwarded_for: str, status: int
) -> None:
    """Only what a trusted proxy saw counts."""
    client = make_app(ALLOWED_IPS="eu1", TRUSTED_PROXY_HOPS=hops).test_client()

    assert send(client, b"{}", {"X-Forwarded-For": forwarded_for}).status_code == status


@pytest.mark.parametrize(
    ("lines", "status"),
    [(("203.0.113.5", "34.247.197.22:51234"), 202), (("34.247.197.22:51234", "203.0.113.5"), 403)],
)
def test_several_header_lines_are_one_list(
    make_app: MakeApp, lines: tuple[str, ...], status: int
) -> None:
    """A proxy may add a line of its own: the last line is the nearest (RFC 9110, 5.3)."""
    client = make_app(ALLOWED_IPS="eu1", TRUSTED_PROXY_HOPS="1").test_client()
    headers = [*signed(b"{}").items(), *(("X-Forwarded-For", line) for line in lines)]

    assert client.post(PATH, data=b"{}", headers=headers).status_code == status
