import json
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from tests.integration.worker.shop import Shop, event_in
from tests.unit.worker.build import job
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.decide.plan import MOST_CHECKS


GIFT: dict[str, Any] = {"type": "GIFT_VOUCHER", "amount": 500}


def test_without_the_time_of_the_assignment_a_person_decides(
    shop: Shop, perks: VoucherifyPerks
) -> None:
    """No window, no guess."""
    referee = shop.scenario(reward=GIFT)["referees"][0]
    document = json.loads(shop.removal(referee["holder"]))
    document["data"]["holder"]["created_at"] = None

    with pytest.raises(NeedsPersonError, match=r"data\.holder\.created_at is missing"):
        perks.revoke(event_in(json.dumps(document).encode()), job())

    assert shop.requests("voucherify", "POST") == []


def test_a_customer_who_is_gone_is_reported_as_such(shop: Shop, perks: VoucherifyPerks) -> None:
    """Without the customer nothing is left to take; without the code too, a person is asked."""
    scene = shop.scenario(reward=GIFT)
    referee = scene["referees"][0]
    body = shop.removal(referee["holder"]).replace(referee["customer"].encode(), b"cust_gone1")

    assert perks.revoke(event_in(body), job()) == (
        "nothing to take back: assignment gone: it gave nothing that can be taken back, "
        "the customer no longer exists in Voucherify"
    )

    nowhere = body.replace(scene["code"]["id"].encode(), b"v_gone")
    with pytest.raises(NeedsPersonError, match="another project or region"):
        perks.revoke(event_in(nowhere), job())


def test_an_assignment_that_is_there_again_keeps_the_mark_and_its_reward_is_due(
    shop: Shop, perks: VoucherifyPerks
) -> None:
    """The old assignment's reward is taken, the new one's stays."""
    scene = shop.scenario(reward=GIFT)
    referee = scene["referees"][0]
    event = shop.removal_event(referee["holder"])
    shop.api(
        "POST",
        f"/v1/referrals/members/{scene['code']['id']}/holders",
        {"holders": [{"id": referee["customer"]}]},
    )
    assert shop.balance(referee["card"]["id"]) == 2000

    assert perks.revoke(event, job()) == f"took back 500 from card {referee['card']['id']}"
    assert shop.balance(referee["card"]["id"]) == 1500


def test_an_assignment_that_is_still_listed_is_not_taken_from(
    shop: Shop, perks: VoucherifyPerks
) -> None:
    """An assignment which stands is checked four times, however many tries fail; then asked."""
    kept, left = shop.scenario(reward=GIFT, referees=2)["referees"]
    body = shop.removal(left["holder"])
    for old, new in ((left["holder"], kept["holder"]), (left["customer"], kept["customer"])):
        body = body.replace(old.encode(), new.encode())
    event = event_in(body)

    for _ in range(MOST_CHECKS - 1):
        with pytest.raises(RetryableError, match="still listed on the code"):
            perks.revoke(event, replace(job(), tries=9))
    with pytest.raises(NeedsPersonError, match="after 4 checks: was it really removed"):
        perks.revoke(event, job())

    assert shop.balance(kept["card"]["id"]) == 1500


def test_a_referrers_code_is_switched_off_once(
    shop: Shop, perks: VoucherifyPerks, sent: list[httpx2.Request]
) -> None:
    """The event of a referrer ends with the code off, the referees' cards untouched."""
    scene = shop.scenario(reward=GIFT)
    referee, referrer = scene["referees"][0], scene["referrer"]
    document = json.loads(shop.removal(referee["holder"]))
    document["data"]["holder"] |= {
        "id": "rh_gone",
        "holder_role": "REFERRER",
        "customer_id": referrer["customer"],
    }
    event = event_in(json.dumps(document).encode())

    # The referrer's own holding is older than the event's and stays listed.
    outcomes = {perks.revoke(event, job()) for _ in range(2)}

    assert outcomes == {f"switched off voucher {scene['code']['id']}"}
    assert [each.url.path for each in sent if each.method == "POST"] == [
        f"/v1/vouchers/{scene['code']['id']}/disable"
    ]
    assert shop.balance(referee["card"]["id"]) == 1500
