"""A balance change that is answered by 2xx, but not as this call is, may have been made or not."""

from typing import Any

import pytest

from tests.integration.worker.ledger import Ledger
from tests.integration.worker.shop import Shop
from tests.unit.worker.build import job
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.errors import RetryableError


OWN = {"amount": -500, "balance": 1000, "object": "balance", "related_object": {"id": "{card}"}}
FOREIGN: tuple[Any, ...] = (
    {},
    [],
    None,
    "<html>",
    {**OWN, "amount": -499},
    {**OWN, "balance": None},
    {**OWN, "object": "voucher"},
    {**OWN, "related_object": {"id": "v_other"}},
)


@pytest.mark.parametrize("body", FOREIGN, ids=str)
@pytest.mark.parametrize("applied", [True, False])
def test_it_is_searched_after_15_s_and_sent_again_only_after_300_s(
    shop: Shop, perks: VoucherifyPerks, ledger: Ledger, *, body: Any, applied: bool
) -> None:
    """What was applied is found at the first search; what was not is sent once more, late."""
    referee = shop.scenario(own=1000)["referees"][0]
    card, event = referee["card"]["id"], shop.removal_event(referee["holder"])
    if isinstance(body, dict) and body.get("related_object") == {"id": "{card}"}:
        body = {**body, "related_object": {"id": card}}
    fault = {"status": 200, "body": body, "apply": applied}
    shop.faults("voucherify", {"method": "POST", "path": "*/balance", "times": 1, **fault})

    waits = []
    for seconds in (0, 15, 280):
        ledger.pass_time(seconds)
        try:
            perks.revoke(event, job())
        except RetryableError as error:
            assert error.reason == "voucherify_unknown_outcome"  # noqa: PT017
            waits.append(error.retry_after_seconds)
    posts = len(shop.requests("voucherify", "POST"))

    assert waits[0] == 15
    assert (len(waits), posts) == (1 if applied else 3, 1)
    ledger.pass_time(6)
    assert perks.revoke(event, job()) == f"took back 500 from card {card}"
    assert shop.take_backs(card) == [(-500, f"rvk:{referee['holder']}:gift_credits")]
    assert shop.balance(card) == 1000


def test_an_answer_that_is_the_calls_own_is_believed(shop: Shop, perks: VoucherifyPerks) -> None:
    """The same body with what was asked for confirms the change, and nothing is read after it."""
    referee = shop.scenario(own=1000)["referees"][0]
    card, event = referee["card"]["id"], shop.removal_event(referee["holder"])
    body = {**OWN, "related_object": {"id": card}}
    fault = {"status": 200, "body": body, "apply": True}
    shop.faults("voucherify", {"method": "POST", "path": "*/balance", "times": 1, **fault})

    assert perks.revoke(event, job()) == f"took back 500 from card {card}"
    assert shop.requests("voucherify")[-1]["method"] == "POST"
