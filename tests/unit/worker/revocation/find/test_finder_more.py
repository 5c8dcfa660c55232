from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.samples import reward
from tests.unit.worker.build import job, removal
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.learned import InMemory
from tests.unit.worker.money import Json, account, api_of, campaign, code_held, days, row
from tests.unit.worker.revocations import (
    ALL,
    ASSIGNED,
    CAMPAIGN,
    CLAW_BACK,
    CODE,
    NONE,
    REFEREE,
    REFERRER,
    referrer_left,
)
from tests.unit.worker.tiers import CREDITS, credited, grant, rewarded
from worker.errors import RetryableError
from worker.revocation.find.finder import PROMISE_SECONDS, Finder
from worker.revocation.find.needs import needs
from worker.revocation.findings import Code, Conversion, Findings, Promise, RewardKind
from worker.settings.policies import Policies


CARD = {
    "redeemable_id": "v_gift",
    "voucher_type": "GIFT_VOUCHER",
    "holder_role": "OWNER",
    "customer_id": REFEREE,
}


def _find(api: FakeApi, event: Any = None, policies: Policies = NONE) -> Findings:
    event = event or removal()
    return Finder(api, InMemory()).find(event, needs(event, policies), job())


def _since(api: FakeApi) -> list[str]:
    return [call for call in api.calls if call.startswith("activity")]


def test_what_is_not_needed_is_not_asked_for() -> None:
    """Without policies: two lists for a referee with no card, one for a referrer."""
    api, other = FakeApi(), FakeApi()

    _find(api)
    _find(other, referrer_left())

    assert api.calls == [f"redeemables {REFEREE}", f"holders {CODE} {REFEREE}"]
    assert other.calls == [f"holders {CODE} {REFERRER}"]


def test_everything_is_asked_for_where_all_policies_are_on() -> None:
    """The rewards are the referrer's, the conversions the referee's, each by one call."""
    reported = {"campaign_id": CAMPAIGN, "related_object_type": "redemption"}
    campaigns = [
        reported | {"related_object_id": "r_1", "date": ASSIGNED.isoformat()},
        reported | {"related_object_id": "ev_2", "related_object_type": "custom_event"},
        reported | {"related_object_id": "r_3", "campaign_id": "camp_b"},
        reported | {"related_object_id": None},
    ]
    api = FakeApi(
        customers={REFEREE: {"referrals": {"campaigns": campaigns}}},
        activities={REFERRER: [rewarded(reward={"voucher": {"id": "v_coupon"}})]},
    )

    found = _find(api, policies=ALL)

    assert found.conversions == (
        Conversion("r_1", CAMPAIGN, False, ASSIGNED),
        Conversion("ev_2", CAMPAIGN, True, None),
        Conversion("r_3", "camp_b", False, None),
    )
    assert [each.kind for each in found.referrer_rewards] == [RewardKind.COUPON]
    since = (ASSIGNED - timedelta(seconds=2)).isoformat()
    assert _since(api) == [f"activity {REFERRER} {since}"]


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


@pytest.mark.parametrize(
    ("rows", "shown", "calls"),
    [
        ([row()], campaign(reward(500)), ["campaign"]),
        ([row(at=days(3))], campaign(reward(500)), ["campaign"]),
        ([row(at=days(3))], campaign(reward(900)), ["campaign", "customer"]),
        ([row(at=days(3))], None, ["campaign", "customer"]),
        ([row()], None, ["campaign"]),
        ([row(source="API")], None, []),
        ([row(details={"redemption": {"id": "r_1"}})], None, ["customer"]),
        ([row(details={"order": {"id": "ord_1"}})], None, []),
        ([], None, []),
    ],
    ids=[
        "fits at the moment",
        "fits later",
        "fits not",
        "nothing promised, later",
        "nothing promised, at the moment",
        "by hand",
        "names a redemption",
        "names an order",
        "nothing",
    ],
)
def test_promise_and_conversions_are_read_only_where_they_matter(
    rows: list[Json], shown: Json | None, calls: list[str]
) -> None:
    """The ordinary removal needs neither, or the campaign alone."""
    api = api_of(account(*rows), campaign=shown)

    _find(api)

    read = [call.split()[0] for call in api.calls]
    assert read == ["redeemables", "holders", "transactions", *calls]


def test_a_campaign_is_read_once_for_many_removals() -> None:
    """Workers share what it promises for ten minutes, also if it promises nothing."""
    for shown in (campaign(reward(500)), None):
        learned, api = InMemory(), api_of(account(row()), campaign=shown)
        event = removal()
        for _ in range(3):
            found = Finder(api, learned).find(event, needs(event, NONE), job())
        assert api.calls.count(f"campaign {CAMPAIGN}") == 1
        assert (found.promise is not None) == (shown is not None)
    assert PROMISE_SECONDS == 600


@pytest.mark.parametrize(
    ("given", "amount"),
    [("500", 500), (500, 500), (500.0, 500), ("many", None), (500.5, None), (None, None)],
    ids=["text", "number", "float", "word", "fraction", "null"],
)
def test_what_the_campaign_in_the_event_promises(given: Any, amount: int | None) -> None:
    """A number in any form is read; what is none is no promise."""
    event = removal(referee_reward=reward(given))
    api = api_of(account(row()))

    found = Finder(api, InMemory()).find(event, needs(event, NONE), job())

    wanted = Promise(
        type="GIFT_VOUCHER", amount=amount, campaign="camp_samovarGiftCards", in_event=True
    )
    assert found.promise == (wanted if amount else None)


def test_the_referrers_card_is_read_only_for_what_is_taken() -> None:
    """A coupon, another referee's reward and one that no one knows need no card."""
    due = [rewarded(**CREDITS), credited()]
    others = [
        rewarded("g_2", redemption={"customer_id": "cust_other"}, **CREDITS),
        credited("g_2", "vtx_2", "v_second"),
        rewarded("g_3", redemption=None, **CREDITS),
        credited("g_3", "vtx_3", "v_third"),
        rewarded("g_4", at=ASSIGNED - timedelta(days=1), **CREDITS),
        credited("g_4", "vtx_4", "v_fourth"),
    ]
    api = FakeApi(activities={REFERRER: due + others}, listed={"v_card": [grant()]})

    found = _find(api, policies=CLAW_BACK)

    read = [call for call in api.calls if call.startswith("transactions")]
    assert read == ["transactions v_card"]
    assert [each.card.id for each in found.referrer_cards] == ["v_card"]


@pytest.mark.parametrize(
    ("role", "elsewhere", "refers"),
    [("REFEREE", 1, False), ("REFERRER", 0, True), ("OWNER", 0, False)],
)
def test_other_codes_of_the_customer_are_noted(role: str, elsewhere: int, *, refers: bool) -> None:
    """As a referee they are another way to a reward, and so are a code of their own."""
    api = api_of(codes=(code_held("v_other", role, days(3)),))

    found = _find(api)

    assert len(found.elsewhere) == elsewhere
    assert found.refers == refers
