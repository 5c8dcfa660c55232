"""Why no answer came to what was sent is said in words, over real sockets, by value."""

from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from tests.integration.worker.answering import Answer
from tests.integration.worker.unreachable import (
    TLS_ADVICE,
    Serve,
    cuts,
    ends,
    failed,
    impatient,
    not_sent,
    resets,
    serving,
)
from tests.unit.worker.build import job
from worker.backends.crm.hubspot.client import HubSpotClient
from worker.errors import RetryableError
from worker.http_client.answers import Call, Meaning
from worker.voucherify.http import VoucherifyHttp


ANY = Call(gives=lambda _: True, wrote=lambda *_: True)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that end with the test."""
    with serving() as start:
        yield start


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        (lambda _: None, "timeout", "did not answer in time: {} did not answer within 1 s"),
        (resets, "unreachable", "could not be reached: {} reset the connection" + TLS_ADVICE),
        (ends, "unreachable",
         "could not be reached: {} closed the connection without an answer" + TLS_ADVICE),
        (cuts, "unreachable", "could not be reached: the answer of {} was cut off"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "unreachable",
         "could not be reached: {} answered with something that is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "unreachable",
         "could not be reached: the answer of {} is not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "unreachable",
         "could not be reached: the answer of {} cannot be unpacked"),
    ],
    ids=["silence", "reset", "closed", "cut off", "another protocol", "broken", "not packed"],
)  # fmt: skip
def test_no_answer_to_what_was_sent(
    serve: Serve, answer: bytes | Answer, reason: str, words: str
) -> None:
    """What became of the call is not known; the words say how the answer failed to come."""
    server = serve(answer)

    error = failed(server.url)

    assert error.reason == f"crm_service_{reason}"
    assert str(error) == "crm_service " + words.format(server.place)
    assert not not_sent(error)
    assert len(server.requests) == 1


def test_each_backend_says_it(serve: Serve) -> None:
    """HubSpot's and Voucherify's errors say why too, whether a call reads or changes something."""
    away = serve()
    away.close()
    dead = f"could not be reached: {away.place} refused the connection"
    hubspot = HubSpotClient(away.url, "token", client=impatient())
    voucherify = VoucherifyHttp(away.url, "id", "token", client=impatient())
    calls: dict[str, list[Callable[[], object]]] = {
        "hubspot": [
            lambda: hubspot.read_property("perk"),
            lambda: hubspot.create_note({}, "marker", job()),
        ],
        "voucherify": [
            lambda: voucherify.read("/v1/vouchers/v_1", {}, ANY, job()),
            lambda: voucherify.change("POST", "/v1/vouchers/v_1/disable", None, ANY, job()),
        ],
    }

    for name, each in calls.items():
        for call in each:
            with pytest.raises(RetryableError, match=f"{name} {dead}") as caught:
                call()
            assert caught.value.reason == f"{name}_unreachable"


def test_a_change_that_may_have_been_made_says_why_it_is_not_known(
    serve: Serve,
) -> None:
    """A note's error says it; a change at Voucherify is unknown, and the log says why."""
    server = serve(cuts)
    why = f"the answer of {server.place} was cut off"
    hubspot = HubSpotClient(server.url, "token", client=impatient())
    voucherify = VoucherifyHttp(server.url, "id", "token", client=impatient())

    with pytest.raises(RetryableError, match=f"{why}$") as caught:
        hubspot.create_note({}, "marker", job())
    with capture_logs() as logs:
        verdict = voucherify.change("POST", "/v1/vouchers/v_1/disable", None, ANY, job())

    assert caught.value.reason == "hubspot_unknown_outcome"
    assert verdict.meaning is Meaning.UNKNOWN
    assert logs == [{"event": "voucherify.no_answer", "log_level": "warning", "why": why}]
