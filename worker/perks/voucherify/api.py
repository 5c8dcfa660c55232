"""
Voucherify's REST API, as much of it as a revocation needs.

Not Voucherify's Python SDK: it raises after a call was applied when the answer does not fit
its models, which invites a second deduction (docs/decisions/0005-own-voucherify-client.md).
Each method names the page of Voucherify's API reference that it follows.
"""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from worker.errors import PermanentError
from worker.perks.voucherify.http import VoucherifyHttp, unreadable
from worker.revocation.client import Answer, Json
from worker.services import Job


PAGE: Final = 100

#: No id comes near this, and servers refuse addresses of some kilobytes.
_LONGEST_SEGMENT: Final = 2000


class VoucherifyApi:
    """The calls, by name; what they raise is told in `worker.revocation.client`."""

    def __init__(self, http: VoucherifyHttp) -> None:
        self._http = http

    def holders(self, code: str, customer: str, job: Job) -> Iterator[Json] | None:
        """Follow: List referral code holders."""
        path = f"/v1/referrals/members/{segment(code)}/holders"
        return self._pages(path, {"filters[customer_id][conditions][$is]": customer}, job)

    def redeemables(self, customer: str, job: Job) -> Iterator[Json] | None:
        """Follow: List customer's redeemables."""
        return self._pages(f"/v1/customers/{segment(customer)}/redeemables", {}, job)

    def transactions(self, card: str, job: Job) -> Iterator[Json] | None:
        """Follow: List voucher transactions."""
        return self._pages(f"/v1/vouchers/{segment(card)}/transactions", {}, job)

    def activity(self, customer: str, kind: str, campaign: str, job: Job) -> Iterator[Json] | None:
        """Follow: List customer activity."""
        path = f"/v1/customers/{segment(customer)}/activity"
        query = {"order": "-created_at", "type": kind}
        if kind == "customer.rewarded":
            # The transaction of a reward belongs to the card's campaign, not to the referral's.
            query["campaign_id"] = campaign
        return self._pages(path, query, job)

    def voucher(self, voucher: str, job: Job) -> Json | None:
        """Follow: Get voucher."""
        return self._http.read(f"/v1/vouchers/{segment(voucher)}", {}, job)

    def customer(self, customer: str, job: Job) -> Json | None:
        """Follow: Get customer."""
        return self._http.read(f"/v1/customers/{segment(customer)}", {}, job)

    def change_balance(self, card: str, amount: int, name: str, reason: str, job: Job) -> Answer:
        """Follow: Update voucher balance. Works for gift and loyalty cards; not idempotent."""
        body = {"amount": amount, "source_id": name, "reason": reason}
        return self._http.change("POST", f"/v1/vouchers/{segment(card)}/balance", body, job)

    def disable(self, voucher: str, job: Job) -> Answer:
        """Follow: Disable voucher."""
        return self._http.change("POST", f"/v1/vouchers/{segment(voucher)}/disable", None, job)

    def enable(self, voucher: str, job: Job) -> Answer:
        """Follow: Enable voucher."""
        return self._http.change("POST", f"/v1/vouchers/{segment(voucher)}/enable", None, job)

    def roll_back(self, redemption: str, reason: str, job: Job) -> Answer:
        """Follow: Rollback redemption."""
        path = f"/v1/redemptions/{segment(redemption)}/rollback"
        return self._http.change("POST", path, {"reason": reason}, job)

    def set_metadata(self, customer: str, metadata: Json, job: Job) -> Answer:
        """Follow: Update customer."""
        path = f"/v1/customers/{segment(customer)}"
        return self._http.change("PUT", path, {"metadata": metadata}, job)

    def close(self) -> None:
        """Give up connections."""
        self._http.close()

    def _pages(self, path: str, query: dict[str, Any], job: Job) -> Iterator[Json] | None:
        query = {"limit": PAGE, "order": "-id"} | query
        first = self._http.read(path, query, job)
        return None if first is None else self._rest(first, path, query, job)

    def _rest(self, page: Json, path: str, query: dict[str, Any], job: Job) -> Iterator[Json]:
        while True:
            data = page.get("data")
            # Read as an empty list, an answer that is none would say that nothing was given,
            # or not taken back yet.
            if not isinstance(data, list):
                raise unreadable("is not a list")
            items = [item for item in data if isinstance(item, dict)]
            yield from items
            if not page.get("has_more"):
                return
            after = page.get("more_starting_after") or (items[-1].get("id") if items else None)
            if not isinstance(after, str) or after == query.get("starting_after_id"):
                raise unreadable("does not say where its next page starts")
            query = query | {"starting_after_id": after}
            page = self._http.read(path, query, job) or {}


def segment(text: str) -> str:
    """Write an id so that it stands in a path as one step; raises PermanentError."""
    segment = quote(text, safe="")
    if len(segment) > _LONGEST_SEGMENT:
        raise PermanentError("voucherify_impossible_id", "an id is too long to be asked for")
    # "." and ".." would be taken as steps in the path and lead to another address.
    return segment if segment.strip(".") else segment.replace(".", "%2E")
