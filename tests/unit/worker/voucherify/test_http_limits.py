from dataclasses import replace

import httpx2
import pytest

from tests.unit.worker.build import job
from tests.unit.worker.voucherify.answering import NOW, OUTAGE, RETRY, error, http_of, kind_of, send
from worker.errors import PostponedError, RetryableError
from worker.http_client.calls import LONGEST_WAIT_SECONDS
from worker.voucherify.http import (
    ACCOUNT_PAUSE_SECONDS,
    BUSY_SECONDS,
    CYCLE_PAUSE_SECONDS,
    RATE_PAUSE_SECONDS,
)


def _epoch(seconds: int) -> str:
    return str(int(NOW.timestamp()) + seconds)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30.0),
        ({"Retry-After": "0"}, 0.1),
        ({"X-Rate-Limit-Retry": str(int(NOW.timestamp()) + 45)}, 45.0),
        ({"X-Rate-Limit-Retry": str(int(NOW.timestamp()) - 45)}, 0.1),
        ({"Retry-After": "30", "X-Rate-Limit-Retry": "1"}, 30.0),
        ({"X-Rate-Limit-Retry": "99999999999"}, LONGEST_WAIT_SECONDS),
        # Milliseconds: not what is documented.
        ({"X-Rate-Limit-Retry": "1741089600000"}, RATE_PAUSE_SECONDS),
        ({"X-Rate-Limit-Retry": "soon"}, RATE_PAUSE_SECONDS),
        ({"X-Rate-Limit-Type": "api_calls"}, RATE_PAUSE_SECONDS),
        ({"X-Rate-Limit-Type": "api_calls_cycle", "Retry-After": "3"}, CYCLE_PAUSE_SECONDS),
        ({}, RATE_PAUSE_SECONDS),
    ],
)
@pytest.mark.parametrize("call", ["read", "change"])
def test_a_rate_limit_says_how_long_everybody_waits(
    headers: dict[str, str], seconds: float, call: str
) -> None:
    """Retry-After goes before the epoch seconds; a spent cycle waits long; none waits years."""
    http, _ = http_of(error(429, headers=headers))

    with pytest.raises(RetryableError) as caught:
        send(http, call)

    assert caught.value.pause_seconds == pytest.approx(seconds)


@pytest.mark.parametrize("status", [401, 402, 403])
def test_keys_and_plan_pause_everybody(status: int) -> None:
    """Nothing is wrong with the job: all wait for an operator to fix the account."""
    http, _ = http_of(error(status))

    with pytest.raises(RetryableError) as caught:
        send(http, "read")

    assert caught.value.pause_seconds == ACCOUNT_PAUSE_SECONDS


@pytest.mark.parametrize("status", [401, 402, 403])
@pytest.mark.parametrize("call", ["read", "change"])
def test_a_firewalls_refusal_pauses_no_one(status: int, call: str) -> None:
    """Only Voucherify itself knows whether the keys are good; anybody else is down for a while."""
    http, _ = http_of(httpx2.Response(status, text="blocked"))

    if call == "change":
        send(http, call)
        return
    with pytest.raises(RetryableError) as caught:
        send(http, call)
    assert kind_of(caught.value) == OUTAGE


@pytest.mark.parametrize("status", [409, 423])
@pytest.mark.parametrize(
    ("headers", "seconds"), [({}, BUSY_SECONDS), ({"Retry-After": "40"}, 40.0)], ids=["", "said"]
)
def test_what_is_busy_is_tried_again_soon(
    status: int, headers: dict[str, str], seconds: float
) -> None:
    """A conflict or a lock is of this call alone, and no other job waits for it."""
    http, _ = http_of(error(status, headers=headers))

    with pytest.raises(RetryableError) as caught:
        send(http, "change")

    assert kind_of(caught.value) == RETRY
    assert caught.value.retry_after_seconds == seconds


@pytest.mark.parametrize("call", ["read", "change"])
def test_no_call_is_begun_late_or_without_leave(call: str) -> None:
    """With little of the lease left, or none of the budget, nothing is sent."""
    http, transport = http_of(httpx2.Response(200, json={"id": "v_1"}))

    def refuse() -> None:
        raise PostponedError("perks_budget", "none left", seconds=1)

    late, broke = job(5), job()
    object.__setattr__(broke, "count_call", refuse)
    with pytest.raises(RetryableError, match="lease is nearly over"):
        send(http, call, late)
    with pytest.raises(PostponedError):
        send(http, call, broke)
    assert transport.requests == []


@pytest.mark.parametrize("call", ["read", "change"])
@pytest.mark.parametrize(
    ("headers", "reported"),
    [
        ({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Retry": _epoch(20)}, [20.0]),
        # By the API's clock, which this machine's may be far from.
        (
            {
                "X-Rate-Limit-Remaining": "0",
                "X-Rate-Limit-Retry": _epoch(3_620),
                "Date": "Tue, 04 Mar 2025 13:00:00 GMT",
            },
            [20.0],
        ),
        ({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Retry": "99999999999"}, [3_600.0]),
        ({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Retry": _epoch(-5)}, []),
        ({"X-Rate-Limit-Remaining": "0"}, []),
        ({"X-Rate-Limit-Remaining": "1", "X-Rate-Limit-Retry": _epoch(20)}, []),
        ({"X-Rate-Limit-Remaining": "none"}, []),
        ({}, []),
    ],
)
def test_a_limit_that_is_used_up_is_reported_and_the_answer_still_counts(
    call: str, headers: dict[str, str], reported: list[float]
) -> None:
    """Others may use the same keys: when the API says that nothing is left, no job begins."""
    heard: list[float] = []
    http, _ = http_of(httpx2.Response(200, json={"id": "v_1"}, headers=headers))

    send(http, call, replace(job(), limit_reached=heard.append))

    assert heard == reported
