"""The reading calls of Voucherify's REST API: addresses, queries, and what answers them."""

from typing import Any, Final, NamedTuple
from urllib.parse import quote

from worker.errors import PermanentError
from worker.http_client.answers import Call
from worker.voucherify.own import CAMPAIGN, CUSTOMER, VOUCHER, one, page, page_of


#: Entries of a page, the most that the API allows ("Pagination").
PAGE: Final = 100

#: No id comes near this, and servers refuse addresses of some kilobytes.
_LONGEST_SEGMENT: Final = 2000


class Read(NamedTuple):
    """
    One call that reads.

    Attributes:
        path: below the API's address.
        query: the query's names and values.
        call: what Voucherify's own answers to it are.
    """

    path: str
    query: dict[str, Any]
    call: Call


def voucher(voucher: str) -> Read:
    """Follow: Get voucher."""
    return Read(f"/v1/vouchers/{segment(voucher)}", {}, one(VOUCHER, voucher))


def customer(customer: str) -> Read:
    """Follow: Get customer."""
    return Read(f"/v1/customers/{segment(customer)}", {}, one(CUSTOMER, customer))


def campaign(campaign: str) -> Read:
    """Follow: Get campaign."""
    return Read(f"/v1/campaigns/{segment(campaign)}", {}, one(CAMPAIGN, campaign))


def holders(code: str, customer: str = "") -> Read:
    """Follow: List referral code holders. Of all customers, or of one."""
    query = {"filters[customer_id][conditions][$is]": customer} if customer else {}
    path = f"/v1/referrals/members/{segment(code)}/holders"
    return Read(path, {**_newest("-id"), **query}, page_of(VOUCHER, code))


def redeemables(customer: str) -> Read:
    """Follow: List customer's redeemables."""
    path = f"/v1/customers/{segment(customer)}/redeemables"
    return Read(path, _newest("-id"), page_of(CUSTOMER, customer))


def transactions(card: str) -> Read:
    """Follow: List voucher transactions."""
    path = f"/v1/vouchers/{segment(card)}/transactions"
    return Read(path, _newest("-id"), page_of(VOUCHER, card))


def activity(customer: str, since: str) -> Read:
    """Follow: List customer activity. Of every type, from a time (ISO 8601) on if it is given."""
    path = f"/v1/customers/{segment(customer)}/activity"
    query = {"start_date": since} if since else {}
    return Read(path, {**_newest("-created_at"), **query}, page_of(CUSTOMER, customer))


def campaigns(number: int) -> Read:
    """Follow: List campaigns. One page of the referral programmes."""
    query = {"limit": PAGE, "page": number, "campaign_type": "REFERRAL_PROGRAM"}
    return Read("/v1/campaigns", query, page("campaigns"))


def any_campaign() -> Read:
    """Follow: List campaigns. One of any type, as the cheapest call that tests the API."""
    return Read("/v1/campaigns", {"limit": 1}, page("campaigns"))


def codes(campaign: str, number: int, after: str) -> Read:
    """Follow: List vouchers. One page of a campaign's, oldest first, made after a time if given."""
    query = {"limit": PAGE, "page": number, "campaign_id": campaign, "order": "created_at"}
    later = {"created_at[after]": after} if after else {}
    return Read("/v1/vouchers", {**query, **later}, page("vouchers"))


def segment(text: str) -> str:
    """Return an id as one segment of a path; raises PermanentError for an impossible one."""
    segment = quote(text, safe="")
    if len(segment) > _LONGEST_SEGMENT:
        raise PermanentError("voucherify_impossible_id", "an id is too long for an address")
    # "." and ".." would be taken as steps in the path and lead to another address.
    return segment if segment.strip(".") else segment.replace(".", "%2E")


def _newest(order: str) -> dict[str, Any]:
    return {"limit": PAGE, "order": order}
