"""One POST to a service of the shop, answered by each awkward answer."""

import httpx2
import pytest

from tests.awkward import AWKWARD, BY_NAME, Awkward, Kind
from tests.unit.worker.build import ADDRESS, SECRET, Answers, client, job
from worker.errors import PermanentError, RetryableError
from worker.http_client.outgoing import SignedPost


#: A status for "taken" with JSON or nothing: no one can know these from the service's own answer.
TAKEN = {
    "200, empty",
    "200, an empty object",
    "200, an empty list",
    "200, null",
    "200, a gateway's own JSON",
    "200, another API's empty list",
    "200, an error in a success",
    "201, empty",
    "201, an empty object",
    "202, empty",
    "204, empty",
}

#: A JSON object is how the service says no.
REFUSED = {
    "400, a gateway's own JSON",
    "401, a gateway's own JSON",
    "403, a gateway's own JSON",
    "404, a gateway's own JSON",
}


def _answered(answer: httpx2.Response | Exception) -> tuple[SignedPost, Answers]:
    transport = Answers(answer)
    return SignedPost("shop", ADDRESS, SECRET, client=client(transport)), transport


@pytest.mark.parametrize("awkward", AWKWARD, ids=str)
def test_each_awkward_answer_is_taken_refused_or_tried_again(awkward: Awkward) -> None:
    """What is not the service's own answer is tried again, with the same idempotency key."""
    post, transport = _answered(awkward.answer())
    if awkward.name in TAKEN:
        post.send({}, idempotency_key="k", job=job())
    elif awkward.name in REFUSED:
        with pytest.raises(PermanentError) as refused:
            post.send({}, idempotency_key="k", job=job())
        assert refused.value.reason == f"shop_answered_{awkward.status}"
    else:
        for _ in range(2):
            with pytest.raises(RetryableError):
                post.send({}, idempotency_key="k", job=job())
        assert [each.headers["idempotency-key"] for each in transport.requests] == ["k", "k"]


def test_the_table_names_answers_of_the_catalogue() -> None:
    """A name that is written wrong here would check nothing."""
    assert set(BY_NAME) >= TAKEN | REFUSED
    assert len(BY_NAME) == len(AWKWARD)


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        (
            "200, a captive portal's page",
            "shop_unreadable",
            "shop answered 200 with something that is not JSON",
        ),
        (
            "207, a proxy's page",
            "shop_answered_207",
            "shop answered 207, which does not mean taken",
        ),
        ("302, elsewhere", "shop_answered_302", "shop answered 302, which is not followed"),
        (
            "404, a load balancer's page",
            "shop_answered_404",
            "shop answered 404 without a JSON object of its own",
        ),
        ("503, empty", "shop_answered_503", "shop answered 503"),
        ("409, a proxy's page", "shop_answered_409", "shop answered 409"),
    ],
)
def test_an_operator_reads_why_an_answer_is_not_believed(
    name: str, reason: str, words: str
) -> None:
    """The sentence says what is wrong with the answer, in words that help to find who wrote it."""
    post, _ = _answered(BY_NAME[name].answer())

    with pytest.raises(RetryableError) as caught:
        post.send({}, idempotency_key="k", job=job())

    assert (caught.value.reason, str(caught.value)) == (reason, words)


@pytest.mark.parametrize("awkward", AWKWARD, ids=str)
def test_what_is_about_one_call_shuts_no_queue(awkward: Awkward) -> None:
    """Conflict, lock and limit are about one call; what another machine writes meets them all."""
    if awkward.name in TAKEN | REFUSED:
        return
    post, _ = _answered(awkward.answer())

    with pytest.raises(RetryableError) as caught:
        post.send({}, idempotency_key="k", job=job())

    one_call = awkward.status in {408, 409, 423, 425, 429} and "retry-after" not in awkward.headers
    assert caught.value.outage is not one_call
    paused = 7.0 if awkward.status == 429 and awkward.headers.get("retry-after") else None
    assert caught.value.pause_seconds == paused


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 422, 451])
@pytest.mark.parametrize(
    ("body", "final"),
    [
        (b'{"error":"unknown customer"}', True),
        (b" {} ", True),
        (b"[]", False),
        (b'"no"', False),
        (b"null", False),
        (b"no", False),
        (b"", False),
        (b'{"error":"unkn', False),
        (b"<html></html>", False),
    ],
)
def test_only_a_json_object_refuses_permanently(status: int, body: bytes, final: bool) -> None:
    """A 4xx is the service's own word if it comes with a JSON object, whatever its type is said."""
    post, _ = _answered(httpx2.Response(status, content=body))

    with pytest.raises(PermanentError if final else RetryableError):
        post.send({}, idempotency_key="k", job=job())


@pytest.mark.parametrize("status", [408, 409, 423, 425, 429, 500, 502, 503, 599])
def test_what_passes_is_tried_again_even_in_the_services_own_words(status: int) -> None:
    """A time-out, conflict, lock or limit, and any trouble of the service, ends no job."""
    post, _ = _answered(httpx2.Response(status, json={"error": "busy"}))

    with pytest.raises(RetryableError):
        post.send({}, idempotency_key="k", job=job())


@pytest.mark.parametrize("kind", [Kind.RESET, Kind.SILENCE])
def test_the_catalogue_has_answers_that_do_not_come(kind: Kind) -> None:
    """A table without them would not notice a call that is given up."""
    assert kind in {each.kind for each in AWKWARD}
