from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from tests.unit.worker.build import ADDRESS, SECRET, Answers, client, job
from worker.errors import PermanentError, RetryableError
from worker.http_client import ANSWER_SECONDS, CONNECT_SECONDS
from worker.http_client.calls import LONGEST_WAIT_SECONDS, header_word, retry_after
from worker.http_client.outgoing import SignedPost


NOW = datetime(2025, 3, 4, 12, 0, 0, tzinfo=UTC)


def _post(*answers: httpx2.Response | Exception) -> tuple[SignedPost, Answers]:
    transport = Answers(*answers)
    return SignedPost("shop", ADDRESS, SECRET, client=client(transport)), transport


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("120", 120.0),
        (" 120 ", 120.0),
        ("Tue, 04 Mar 2025 12:01:30 GMT", 90.0),
        ("Tue, 04 Mar 2025 13:01:30 +0100", 90.0),
        ("Tue, 04 Mar 2025 11:00:00 GMT", 0.0),  # gone by
        ("99999999", LONGEST_WAIT_SECONDS),
        ("9" * 400, LONGEST_WAIT_SECONDS),
        ("Tue, 04 Mar 2031 12:00:00 GMT", LONGEST_WAIT_SECONDS),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("١٢", None),
        ("Tue, 04 Mar 2025 12:01:30 -0000", None),  # says of itself that its zone is not known
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", None),
        ("1 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    """Seconds and dates are read, bounded to a day; nonsense is as good as no header."""
    assert retry_after(header, NOW) == seconds


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_no_retry_after_header_is_an_accident(header: str) -> None:
    """Any header gives no wait or one within the bounds."""
    wait = retry_after(header, NOW)

    assert wait is None or 0 <= wait <= LONGEST_WAIT_SECONDS


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("body", [b"", b" ", b"{}", b'{"taken": true}', b"[]", b"null", b'"ok"'])
def test_four_statuses_mean_taken(status: int, body: bytes) -> None:
    """With JSON or without a body they end the call well; the type that is said does not matter."""
    post, transport = _post(httpx2.Response(status, content=body))

    post.send({}, idempotency_key="k", job=job())

    assert len(transport.requests) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 203, 205, 206, 207, 226, 299])
def test_another_success_is_not_believed(status: int) -> None:
    """Plain words with a status for "taken", or JSON with another 2xx, are tried again."""
    post, _ = _post(httpx2.Response(status, json={}) if status > 202 else _words(status))

    with pytest.raises(RetryableError):
        post.send({}, idempotency_key="k", job=job())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *(
            (status, RetryableError)
            for status in (408, 409, 423, 425, 429, 500, 501, 502, 503, 504, 599)
        ),
        *((status, PermanentError) for status in (400, 401, 403, 404, 410, 413, 422, 431, 451)),
        *((status, RetryableError) for status in (300, 301, 302, 303, 307, 308)),
    ],
)
def test_other_answers_are_passing_or_final(status: int, kind: type[Exception]) -> None:
    """Each status is retryable or permanent, is itself the reason, and is asked once."""
    headers = {"Location": "https://elsewhere.test/"}
    post, transport = _post(httpx2.Response(status, headers=headers, json={"error": "x"}))

    with pytest.raises(kind) as caught:
        post.send({}, idempotency_key="k", job=job())

    assert getattr(caught.value, "reason", "") == f"shop_answered_{status}"
    assert [request.url.host for request in transport.requests] == ["shop.example.test"]


def _words(status: int) -> httpx2.Response:
    return httpx2.Response(status, text="OK")


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_is_asked_for_is_handed_on(status: int) -> None:
    """Retry-After of an answer becomes the error's wait."""
    post, _ = _post(httpx2.Response(status, headers={"Retry-After": "77"}))

    with pytest.raises(RetryableError) as caught:
        post.send({}, idempotency_key="k", job=job())

    assert caught.value.retry_after_seconds == 77


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (httpx2.ReadTimeout("https://shop/rh_1?secret"), "shop_timeout"),
        (httpx2.ReadError("https://shop/rh_1?secret"), "shop_unreachable"),
    ],
)
def test_a_broken_connection_is_tried_again(error: Exception, reason: str) -> None:
    """No failure of the transport is final, and none reports an address."""
    post, _ = _post(error)

    with pytest.raises(RetryableError) as caught:
        post.send({}, idempotency_key="k", job=job())

    assert caught.value.reason == reason
    assert "secret" not in str(caught.value)


def test_no_call_is_begun_that_could_outlast_the_lease() -> None:
    """With less time left than a call may take, nothing is sent and the job is tried again."""
    post, transport = _post()

    with pytest.raises(RetryableError) as caught:
        post.send({}, idempotency_key="k", job=job(CONNECT_SECONDS + ANSWER_SECONDS - 0.5))

    assert caught.value.reason == "out_of_time"
    assert transport.requests == []
    post.send({}, idempotency_key="k", job=job(CONNECT_SECONDS + ANSWER_SECONDS + 5))


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The receiving side's own library accepts the exact bytes sent, and no others."""
    post, transport = _post()

    post.send({"name": "Zoë ☕", "n": [1, None]}, idempotency_key="note-rh_1", job=job())

    (request,) = transport.requests
    headers = dict(request.headers)
    assert Webhook(SECRET).verify(request.content, headers) == {"name": "Zoë ☕", "n": [1, None]}
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == headers["idempotency-key"] == "note-rh_1"
    with pytest.raises(Exception, match="signature"):
        Webhook(SECRET).verify(request.content + b" ", headers)


def test_repeating_a_call_repeats_key_and_body_and_signs_anew() -> None:
    """A second try has the same idempotency key and bytes, and a timestamp of its own."""
    transport = Answers()
    post = SignedPost("shop", ADDRESS, SECRET, client=client(transport))

    for moment in (NOW, NOW + timedelta(hours=5)):
        post.send({"a": 1}, idempotency_key="k-1", job=job(at=moment))

    first, second = transport.requests
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == "k-1"
    assert first.content == second.content
    stamps = [int(request.headers["webhook-timestamp"]) for request in (first, second)]
    assert stamps[1] - stamps[0] == 5 * 3600
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_id_can_stand_in_a_header(text: str) -> None:
    """Line breaks, other scripts and endless ids make a harmless header of bounded length."""
    word = header_word(text)

    assert word.isascii()
    assert word.isprintable()
    assert " " not in word
    assert len(word) <= 255


def test_ids_as_voucherify_writes_them_stay_as_they_are_in_headers() -> None:
    """An ordinary key is sent literally, and two keys never become one."""
    assert header_word("revoke-rh_0f21.x~1") == "revoke-rh_0f21.x~1"
    odd = ["a\nb", "a b", "a%20b", "ä", "x" * 300, "x" * 301]
    assert len({header_word(text) for text in odd}) == len(odd)
