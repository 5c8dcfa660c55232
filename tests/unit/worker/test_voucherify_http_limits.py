from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from tests.unit.worker.build import Answers, client, job
from worker.errors import PostponedError, RetryableError
from worker.outgoing import LONGEST_WAIT_SECONDS
from worker.perks.voucherify.http import (
    ACCOUNT_PAUSE_SECONDS,
    CYCLE_PAUSE_SECONDS,
    RATE_PAUSE_SECONDS,
    VoucherifyHttp,
)
from worker.services import Job


NOW = datetime(2025, 3, 4, 12, 0, 0, tzinfo=UTC)
OUTAGE, PAUSE, FINAL = "outage", "pause", "final"


def _epoch(seconds: int) -> str:
    return str(int(NOW.timestamp()) + seconds)


def _http(*answers: httpx.Response | Exception) -> tuple[VoucherifyHttp, Answers]:
    transport = Answers(*answers)
    made = VoucherifyHttp(
        "https://api.example.test/", "id-1", "token-1", client=client(transport), clock=lambda: NOW
    )
    return made, transport


def _send(http: VoucherifyHttp, call: str, given: Job | None = None) -> None:
    if call == "read":
        http.read("/v1/x", {}, given or job())
    else:
        http.change("POST", "/v1/x", {"amount": -5}, given or job())


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
    http, _ = _http(httpx.Response(429, headers=headers))

    with pytest.raises(RetryableError) as caught:
        _send(http, call)

    assert caught.value.pause_seconds == pytest.approx(seconds)


@pytest.mark.parametrize("status", [401, 402, 403])
def test_keys_and_plan_pause_everybody(status: int) -> None:
    """Nothing is wrong with the job: all wait for an operator to mend the account."""
    http, _ = _http(httpx.Response(status))

    with pytest.raises(RetryableError) as caught:
        http.read("/v1/x", {}, job())

    assert caught.value.pause_seconds == ACCOUNT_PAUSE_SECONDS


@pytest.mark.parametrize("call", ["read", "change"])
def test_no_call_is_begun_late_or_without_leave(call: str) -> None:
    """With little of the lease left, or none of the budget, nothing is sent."""
    http, transport = _http(httpx.Response(200, json={}))

    def refuse() -> None:
        raise PostponedError("perks_budget", "none left", seconds=1)

    late, broke = job(5), job()
    object.__setattr__(broke, "count_call", refuse)
    with pytest.raises(RetryableError, match="lease is nearly over"):
        _send(http, call, late)
    with pytest.raises(PostponedError):
        _send(http, call, broke)
    assert transport.requests == []


@pytest.mark.parametrize("call", ["read", "change"])
@pytest.mark.parametrize(
    ("headers", "told"),
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
def test_a_limit_that_is_used_up_is_told_and_the_answer_still_counts(
    call: str, headers: dict[str, str], told: list[float]
) -> None:
    """Others may use the same keys: when the API says that nothing is left, no job begins."""
    heard: list[float] = []
    http, _ = _http(httpx.Response(200, json={}, headers=headers))

    _send(http, call, replace(job(), limit_reached=heard.append))

    assert heard == told
