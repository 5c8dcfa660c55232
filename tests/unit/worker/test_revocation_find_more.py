from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.worker.build import job, removal
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.revocations import (
    ALL,
    CODE,
    INSIDE,
    NONE,
    REFEREE,
    REFERRER,
    referrer_left,
)
from worker.errors import RetryableError
from worker.revocation.find import find
from worker.revocation.findings import Code, Findings, RewardKind
from worker.revocation.needs import needs
from worker.revocation.policies import Policies


CARD = {
    "redeemable_id": "v_gift",
    "voucher_type": "GIFT_VOUCHER",
    "holder_role": "OWNER",
    "customer_id": REFEREE,
}


def _find(api: FakeApi, event: Any = None, policies: Policies = NONE) -> Findings:
    event = event or removal()
    return find(event, needs(event, policies), api, job())


def test_what_is_not_needed_is_not_asked_for() -> None:
    """Without policies: two lists for a referee with no card, one for a referrer."""
    api, other = FakeApi(), FakeApi()

    _find(api)
    _find(other, referrer_left())

    assert api.calls == [f"redeemables {REFEREE}", f"holders {CODE} {REFEREE}"]
    assert other.calls == [f"holders {CODE} {REFERRER}"]


def test_everything_is_asked_for_where_all_policies_are_on() -> None:
    """Rewards are those of the referrer; redemptions those of the referee in this time."""
    told = {
        "campaign_id": "camp_samovarReferral2024",
        "related_object_type": "redemption",
    }
    campaigns = [
        told | {"related_object_id": "r_old", "date": "2024-12-01T00:00:00Z"},
        told | {"related_object_id": "r_now", "date": "2025-02-11T17:40:01Z"},
        told | {"related_object_id": "r_untold"},
        told | {"related_object_id": "r_later", "date": "2025-03-05T00:00:00Z"},
    ]
    rewarded = {
        "id": "evcus_1",
        "type": "customer.rewarded",
        "created_at": INSIDE.isoformat(),
        "data": {"referral_tier": {"id": "t"}, "reward": {"voucher": {"id": "v_coupon"}}},
    }
    api = FakeApi(
        customers={REFEREE: {"referrals": {"campaigns": campaigns}}},
        activities={"customer.rewarded": [rewarded]},
    )

    found = _find(api, policies=ALL)

    assert found.redemptions == ("r_now", "r_untold")
    assert [each.kind for each in found.referrer_rewards] == [RewardKind.COUPON]
    assert [call for call in api.calls if call.startswith("activity")] == [
        f"activity {REFERRER} {kind} camp_samovarReferral2024"
        for kind in (
            "customer.rewarded",
            "customer.voucher.gift.balance_added",
            "customer.voucher.loyalty_card.points_added",
        )
    ]


def test_the_code_of_a_referrer_is_read_as_it_is_now() -> None:
    """Not the event's copy of it: who owns it by now is what counts."""
    voucher = {"id": CODE, "active": True, "holder_id": "cust_new"}
    on = Policies(mark_customer=False)

    assert _find(FakeApi(vouchers={CODE: voucher}), referrer_left(), on).code == Code(
        CODE, True, frozenset({"cust_new"})
    )
    assert _find(FakeApi(), referrer_left(), on).code is None


def test_a_search_that_is_cut_short_finds_nothing_at_all() -> None:
    """A list that fails in its middle ends the search instead of being half a list."""

    def cut_short() -> Iterator[dict[str, Any]]:
        yield CARD
        raise RetryableError("voucherify_unreadable", "cut short", outage=True)

    with pytest.raises(RetryableError):
        _find(FakeApi(held=cut_short()))
