"""
The calls of Voucherify's REST API that a revocation makes.

Not by Voucherify's Python SDK: it raises after a call was applied when the answer does not fit
its models, which invites a second deduction (docs/decisions/0005-own-voucherify-client.md).
Each changing call names the page of Voucherify's API reference that it follows; the reading ones
do so in `worker.voucherify.reads`.
"""

from collections.abc import Iterator
from typing import Any, Final

from worker.errors import RetryableError
from worker.http_client.answers import Meaning, Verdict
from worker.job import Job
from worker.voucherify import reads
from worker.voucherify.answer import Answer, Changed, no_answer
from worker.voucherify.http import RefusedError, VoucherifyHttp, unreadable
from worker.voucherify.own import CUSTOMER, REDEMPTION, VOUCHER, change
from worker.voucherify.pages import entries
from worker.voucherify.reads import Read, segment
from worker.voucherify.values import Json, moment, whole


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
        """Return the code's holders who are this customer, where the API filters."""
        return self._entries(reads.holders(code, customer), job)

    def redeemables(self, customer: str, job: Job) -> Iterator[Json] | None:
        """Return what the customer holds."""
        return self._entries(reads.redeemables(customer), job)

    def transactions(self, card: str, job: Job) -> Iterator[Json] | None:
        """Return the card's transactions."""
        return self._entries(reads.transactions(card), job)

    def activity(self, customer: str, since: str, job: Job) -> Iterator[Json] | None:
        """Return the customer's activity."""
        return self._entries(reads.activity(customer, since), job)

    def voucher(self, voucher: str, job: Job) -> Json | None:
        """Return the voucher."""
        return self._http.read(*reads.voucher(voucher), job)

    def customer(self, customer: str, job: Job) -> Json | None:
        """Return the customer."""
        return self._http.read(*reads.customer(customer), job)

    def campaign(self, campaign: str, job: Job) -> Json | None:
        """Return the campaign."""
        return self._http.read(*reads.campaign(campaign), job)

    def change_balance(self, card: str, amount: int, name: str, reason: str, job: Job) -> Changed:
        """Follow: Update voucher balance. Works for gift and loyalty cards; not idempotent."""
        body = {"amount": amount, "source_id": name, "reason": reason}
        path = f"/v1/vouchers/{segment(card)}/balance"

        def made(content: Json) -> bool:
            about = content.get("related_object")
            of_card = about is None or (isinstance(about, dict) and about.get("id") == card)
            return of_card and whole(content.get("amount")) == amount and _has_balance(content)

        try:
            verdict = self._http.change("POST", path, body, change(VOUCHER, card, made), job)
        except RefusedError as error:
            if error.key in _EXCEEDED:
                return Changed(Answer.EXCEEDED)
            raise
        balance = whole(verdict.content["balance"]) if verdict.meaning is Meaning.DONE else None
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

        The result FAILURE is Voucherify's own answer: nothing was done.
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
            RetryableError: as all calls, and if it is not known whether it was applied: this call
                may be repeated.
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
        """Close the connections."""
        self._http.close()

    def _switch(self, voucher: str, word: str, *, active: bool, job: Job) -> Answer:
        def switched(content: Json) -> bool:
            named = voucher in {content.get("id"), content.get("code")}
            return named and content.get("active") is active

        path = f"/v1/vouchers/{segment(voucher)}/{word}"
        return _answer(
            self._http.change("POST", path, None, change(VOUCHER, voucher, switched), job)
        )

    def _entries(self, first: Read, job: Job) -> Iterator[Json] | None:
        found = entries(lambda each: self._http.read(*each, job), first, unreadable)
        return None if found is None else (each for each in found if isinstance(each, dict))


def _answer(verdict: Verdict) -> Answer:
    match verdict.meaning:
        case Meaning.DONE:
            return Answer.APPLIED
        case Meaning.NOT_THERE:
            return Answer.NOT_FOUND
    return Answer.UNKNOWN


def _has_balance(content: Json) -> bool:
    return (
        content.get("object", "balance") == "balance" and whole(content.get("balance")) is not None
    )


def _same(shown: Any, sent: Any) -> bool:
    """Return whether metadata shows what was sent; a time may be written in another way."""
    at = moment(shown)
    return bool(shown == sent) or (at is not None and at == moment(sent))
