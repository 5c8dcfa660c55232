"""
Voucherify's REST API, as much of it as a revocation needs.

Not Voucherify's Python SDK: it raises after a call was applied when the answer does not fit
its models, which invites a second deduction (docs/decisions/0005-own-voucherify-client.md).
Each method names the page of Voucherify's API reference that it follows.
"""

from collections.abc import Iterator
from typing import Any, Final

from schemas import read_timestamp
from worker.errors import RetryableError
from worker.http_client.answers import Call, Meaning, Verdict
from worker.job import Job
from worker.revocation.client import Answer, Changed, Json
from worker.voucherify.http import RefusedError, VoucherifyHttp, unreadable
from worker.voucherify.own import (
    CAMPAIGN,
    CUSTOMER,
    REDEMPTION,
    VOUCHER,
    change,
    one,
    page_of,
)
from worker.voucherify.paths import PAGE, segment


#: Refusals that say how things stand, by Voucherify's key (API reference: Errors).
_EXCEEDED: Final = frozenset({"gift_amount_exceeded", "loyalty_card_points_exceeded"})

#: Another rollback of the same redemption is under way (changelog of 1 July 2026).
_MULTIPLE_REQUESTS: Final = "multiple_requests"
MULTIPLE_REQUESTS_SECONDS: Final = 10.0


class VoucherifyApi:
    """The calls, by name; `worker.revocation.client` lists what they raise."""

    def __init__(self, http: VoucherifyHttp) -> None:
        self._http = http

    def holders(self, code: str, customer: str, job: Job) -> Iterator[Json] | None:
        """Follow: List referral code holders."""
        path = f"/v1/referrals/members/{segment(code)}/holders"
        query = {"filters[customer_id][conditions][$is]": customer}
        return self._pages(path, query, page_of(VOUCHER, code), job)

    def redeemables(self, customer: str, job: Job) -> Iterator[Json] | None:
        """Follow: List customer's redeemables."""
        path = f"/v1/customers/{segment(customer)}/redeemables"
        return self._pages(path, {}, page_of(CUSTOMER, customer), job)

    def transactions(self, card: str, job: Job) -> Iterator[Json] | None:
        """Follow: List voucher transactions."""
        path = f"/v1/vouchers/{segment(card)}/transactions"
        return self._pages(path, {}, page_of(VOUCHER, card), job)

    def activity(self, customer: str, since: str, job: Job) -> Iterator[Json] | None:
        """Follow: List customer activity. Of every type, from a time (ISO 8601) on."""
        path = f"/v1/customers/{segment(customer)}/activity"
        query = {"order": "-created_at", "start_date": since}
        return self._pages(path, query, page_of(CUSTOMER, customer), job)

    def voucher(self, voucher: str, job: Job) -> Json | None:
        """Follow: Get voucher."""
        path = f"/v1/vouchers/{segment(voucher)}"
        return self._http.read(path, {}, one(VOUCHER, voucher), job)

    def customer(self, customer: str, job: Job) -> Json | None:
        """Follow: Get customer."""
        path = f"/v1/customers/{segment(customer)}"
        return self._http.read(path, {}, one(CUSTOMER, customer), job)

    def campaign(self, campaign: str, job: Job) -> Json | None:
        """Follow: Get campaign."""
        path = f"/v1/campaigns/{segment(campaign)}"
        return self._http.read(path, {}, one(CAMPAIGN, campaign), job)

    def change_balance(self, card: str, amount: int, name: str, reason: str, job: Job) -> Changed:
        """Follow: Update voucher balance. Works for gift and loyalty cards; not idempotent."""
        body = {"amount": amount, "source_id": name, "reason": reason}
        path = f"/v1/vouchers/{segment(card)}/balance"

        def made(content: Json) -> bool:
            about = content.get("related_object")
            of_card = about is None or (isinstance(about, dict) and about.get("id") == card)
            return of_card and _whole(content.get("amount")) == amount and _has_balance(content)

        try:
            verdict = self._http.change("POST", path, body, change(VOUCHER, card, made), job)
        except RefusedError as error:
            if error.key in _EXCEEDED:
                return Changed(Answer.EXCEEDED)
            raise
        balance = _whole(verdict.content["balance"]) if verdict.meaning is Meaning.DONE else None
        return Changed(_answer(verdict), balance, outage=verdict.outage)

    def disable(self, voucher: str, job: Job) -> Answer:
        """Follow: Disable voucher."""
        return self._switch(voucher, "disable", active=False, job=job)

    def enable(self, voucher: str, job: Job) -> Answer:
        """Follow: Enable voucher."""
        return self._switch(voucher, "enable", active=True, job=job)

    def roll_back(self, redemption: str, reason: str, job: Job) -> Answer:
        """
        Follow: Rollback redemption.

        An answer with the result FAILURE is Voucherify's own, and says that nothing was done.
        """
        path = f"/v1/redemptions/{segment(redemption)}/rollback"

        def answered(content: Json) -> bool:
            about = content.get("redemption", redemption)
            name = about.get("id") if isinstance(about, dict) else about
            return name == redemption and content.get("result") in {"SUCCESS", "FAILURE"}

        call = change(REDEMPTION, redemption, answered)
        try:
            verdict = self._http.change("POST", path, {"reason": reason}, call, job)
        except RefusedError as error:
            if error.key == "already_rolled_back":
                return Answer.ALREADY
            if error.key == _MULTIPLE_REQUESTS:
                raise RetryableError(
                    error.reason,
                    f"another rollback of redemption {redemption} is under way",
                    retry_after_seconds=MULTIPLE_REQUESTS_SECONDS,
                ) from error
            raise
        if verdict.meaning is Meaning.DONE and verdict.content["result"] == "FAILURE":
            raise RefusedError(
                "voucherify_rollback_failed", "voucherify answered that the rollback failed", None
            )
        return _answer(verdict)

    def set_metadata(self, customer: str, metadata: Json, job: Job) -> Json | None:
        """
        Follow: Update customer.

        Returns:
            The customer as it is now; None if there is no such customer.

        Raises:
            RetryableError: as all calls; also if it is not known whether it was applied, for
                this call may be repeated.
        """

        def applied(content: Json) -> bool:
            now = content.get("metadata")
            return (
                content.get("id", customer) == customer
                and isinstance(now, dict)
                and all(_same(now.get(name), value) for name, value in metadata.items())
            )

        path = f"/v1/customers/{segment(customer)}"
        call = change(CUSTOMER, customer, applied)
        verdict = self._http.change("PUT", path, {"metadata": metadata}, call, job)
        if verdict.meaning is Meaning.UNKNOWN:
            raise no_answer(outage=verdict.outage)
        shown: Json = verdict.content
        return shown if verdict.meaning is Meaning.DONE else None

    def close(self) -> None:
        """Give up connections."""
        self._http.close()

    def _switch(self, voucher: str, word: str, *, active: bool, job: Job) -> Answer:
        def switched(content: Json) -> bool:
            named = voucher in {content.get("id"), content.get("code")}
            return named and content.get("active") is active

        path = f"/v1/vouchers/{segment(voucher)}/{word}"
        return _answer(
            self._http.change("POST", path, None, change(VOUCHER, voucher, switched), job)
        )

    def _pages(
        self, path: str, query: dict[str, Any], call: Call, job: Job
    ) -> Iterator[Json] | None:
        query = {"limit": PAGE, "order": "-id"} | query
        first = self._http.read(path, query, call, job)
        return None if first is None else self._rest(first, path, query, call, job)

    def _rest(
        self, page: Json | None, path: str, query: dict[str, Any], call: Call, job: Job
    ) -> Iterator[Json]:
        while True:
            if page is None:
                raise unreadable("to a later page of a list says that its owner is gone")
            items = [item for item in page["data"] if isinstance(item, dict)]
            yield from items
            if not page.get("has_more"):
                return
            after = page.get("more_starting_after") or (items[-1].get("id") if items else None)
            if not isinstance(after, str) or after == query.get("starting_after_id"):
                raise unreadable("does not say where its next page starts")
            query = query | {"starting_after_id": after}
            page = self._http.read(path, query, call, job)


def no_answer(*, outage: bool = True) -> RetryableError:
    """Build the error for a call that may be repeated and whose outcome is not known."""
    return RetryableError(
        "voucherify_no_answer",
        "it is not known whether a call was applied that may be repeated",
        outage=outage,
    )


def _answer(verdict: Verdict) -> Answer:
    match verdict.meaning:
        case Meaning.DONE:
            return Answer.APPLIED
        case Meaning.NOT_THERE:
            return Answer.NOT_FOUND
    return Answer.UNKNOWN


def _has_balance(content: Json) -> bool:
    return (
        content.get("object", "balance") == "balance" and _whole(content.get("balance")) is not None
    )


def _same(shown: Any, sent: Any) -> bool:
    """Say whether metadata shows what was sent; a time may be written in another way."""
    if isinstance(shown, str) and isinstance(sent, str) and (at := read_timestamp(shown)):
        return at == read_timestamp(sent)
    return bool(shown == sent)


def _whole(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
