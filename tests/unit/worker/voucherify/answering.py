"""Answers of Voucherify's, and of what may stand in between."""

from datetime import UTC, datetime
from typing import Any

import httpx2

from tests.unit.worker.build import Answers, client, job
from worker.errors import JobError, PermanentError, RetryableError
from worker.http_client.answers import Call
from worker.job import Job
from worker.voucherify.http import VoucherifyHttp
from worker.voucherify.own import VOUCHER, change, one
from worker.voucherify.rest import VoucherifyApi


NOW = datetime(2025, 3, 4, 12, 0, 0, tzinfo=UTC)
OUTAGE, PAUSE, FINAL, RETRY = "outage", "pause", "final", "retry"

#: A call that reads voucher v_1, and one that changes it.
READ = one(VOUCHER, "v_1")
CHANGE = change(VOUCHER, "v_1", lambda content: content.get("id") == "v_1")


def http_of(*answers: httpx2.Response | Exception) -> tuple[VoucherifyHttp, Answers]:
    """Make the client over answers from memory."""
    transport = Answers(*answers)
    made = VoucherifyHttp(
        "https://api.example.test/", "id-1", "token-1", client=client(transport), clock=lambda: NOW
    )
    return made, transport


def api_of(*answers: httpx2.Response | Exception) -> tuple[VoucherifyApi, Answers]:
    """Make the API over answers from memory."""
    http, transport = http_of(*answers)
    return VoucherifyApi(http), transport


def error(status: int, key: str = "a_key", **more: Any) -> httpx2.Response:
    """Build an error as Voucherify writes it; `more` goes into its body, or is `headers`."""
    headers = more.pop("headers", None)
    body = {"code": status, "key": key, "message": "words", "details": "secret words"}
    return httpx2.Response(status, json=body | more, headers=headers)


def missing(kind: str, name: str, **more: Any) -> httpx2.Response:
    """Build the error that a thing does not exist."""
    named = {"resource_id": name, "resource_type": kind}
    return error(404, **{"key": "not_found", **named, **more})


def page(*ids: str, **more: Any) -> httpx2.Response:
    """Build a page of a list."""
    data = [{"id": each} for each in ids]
    return httpx2.Response(200, json={"object": "list", "data": data} | more)


def kind_of(failed: JobError) -> str:
    """Name what follows from an error."""
    if isinstance(failed, PermanentError):
        return FINAL
    assert isinstance(failed, RetryableError)
    return PAUSE if failed.pause_seconds is not None else OUTAGE if failed.outage else RETRY


def send(http: VoucherifyHttp, method: str, given: Job | None = None, call: Call = CHANGE) -> None:
    """Read or change."""
    if method == "read":
        http.read("/v1/x", {}, READ, given or job())
    else:
        http.change("POST", "/v1/x", {"amount": -5}, call, given or job())
