"""What a referrer earned: taken only if it is known whose it is and what is left of it."""

import pytest

from tests.unit.worker.money import (
    CONVERSION,
    Json,
    conversion,
    row,
    taken,
)
from tests.unit.worker.revocations import (
    HOLDER,
    INSIDE,
    REFEREE,
    referrer_left,
)
from tests.unit.worker.tiers import (
    COUPON,
    CREDITS,
    GIFT,
    credited,
    grant,
    off,
    plan_of,
    reversed_,
    rewarded,
)
from worker.revocation.cards import Card


POINTS = Card("v_points", "LOYALTY_CARD", "camp_points")
FIFTH = {"parameters": {"minimum_unique_referee_redemptions": 5}, "banner": "Five friends"}
NEW_CARD = {"type": "CAMPAIGN", "voucher": {"id": "v_new", "type": "GIFT_VOUCHER"}}
OF_90_000 = {"parameters": {"campaign": {"balance": 90_000}}}
NEW_POINTS = {"type": "CAMPAIGN", "voucher": {"id": "v_new", "type": "LOYALTY_CARD"}}


@pytest.mark.parametrize(
    ("activities", "ids"),
    [
        ([rewarded(reward=NEW_CARD)], ["v_new", "credits"]),
        ([rewarded(reward=NEW_POINTS)], ["v_new", "points"]),
        ([rewarded(reward=NEW_CARD | OF_90_000)], ["v_new"]),
        ([rewarded(**CREDITS)], ["credits"]),
        ([rewarded(**CREDITS), credited("g_2")], ["credits"]),
        ([rewarded(**CREDITS), credited(amount=299)], ["credits"]),
        ([rewarded(reward={"type": "MATERIAL", "product": {"id": "p"}})], ["material"]),
        ([rewarded()], ["unknown"]),
        ([rewarded(reward=COUPON, redemption=None)], ["which referee"]),
        ([rewarded(reward=COUPON) | {"created_at": None}], ["when"]),
        ([rewarded(reward=COUPON, tier={"campaign_id": None}, campaign=None, voucher=None)],
         ["which campaign"]),
        ([rewarded(tier=FIFTH, **CREDITS), credited()], ["Five friends", "300", "5"]),
        ([rewarded(tier=FIFTH, redemption={"customer_id": "cust_fifth"}, **CREDITS), credited()],
         ["Five friends", "300", "5"]),
        ([rewarded(tier={"parameters": {"a": [{"b": 3.0}]}, "banner": None}, reward=COUPON)],
         ["tier_1", "3"]),
        ([rewarded(tier={"parameters": {"a": {"b": 3.0}}, "banner": None}, reward=COUPON)],
         ["tier_1", "3"]),
    ],
    ids=[
        "a new gift card",
        "a new loyalty card",
        "a new gift card with its amount",
        "credits of which no card is known",
        "credits of another request",
        "credits of another amount",
        "a thing",
        "nothing is said of it",
        "no referee is named",
        "no time",
        "no campaign is named",
        "this one was the fifth",
        "this one was among the first four",
        "a list in a tier's parameters",
        "a tier without a name",
    ],
)  # fmt: skip
def test_what_is_not_known_of_a_reward_is_for_a_person(
    activities: list[Json], ids: list[str]
) -> None:
    """Neither a card nor a whole milestone is touched; activity and assignment are named."""
    plan = plan_of(*activities, rows=(grant(),))

    assert plan.steps == ()
    (sentence,) = plan.unresolved
    for each in (*ids, "evcus_g_1", HOLDER, REFEREE):
        assert each in sentence


@pytest.mark.parametrize(
    ("data", "due"),
    [
        ({}, True),
        ({"redemption": {"id": "r", "customer": {"id": REFEREE}}}, True),
        ({"redemption": None, "custom_event": {"id": "e", "customer": {"id": REFEREE}}}, True),
        ({"redemption": {"id": "r", "customer_id": "cust_other"}}, False),
        ({"redemption": {"id": "r", "customer": {"id": "cust_other"}}}, False),
        ({"redemption": None, "custom_event": {"customer": {"id": "cust_other"}}}, False),
        ({"campaign": {"id": "camp_b"}, "referral_tier": {"id": "t", "campaign_id": "camp_b"}},
         False),
        ({"campaign": None, "referral_tier": {"id": "t"}}, True),
        ({"referral_tier": None}, False),
    ],
    ids=[
        "by the redemption",
        "by the redemption's customer",
        "by the custom event",
        "another referee's redemption",
        "another customer's redemption",
        "another referee's event",
        "another campaign",
        "the code names the campaign",
        "no referral",
    ],
)  # fmt: skip
def test_a_reward_is_of_the_customer_in_the_data(data: Json, *, due: bool) -> None:
    """Referee and campaign are read wherever the specification puts them, and no one is asked."""
    plan = plan_of(rewarded(reward=COUPON, **data))

    assert off(plan) == (["v_coupon"] if due else [])
    assert plan.unresolved == ()


@pytest.mark.parametrize(
    ("balance", "card", "amount"),
    [
        ({"amount": 300, "points": 0}, GIFT, 300),
        ({"amount": 0, "points": 40}, POINTS, 40),
        ({"amount": 300.0, "points": None}, GIFT, 300),
        ({"points": 40}, POINTS, 40),
    ],
    ids=["credits beside 0 points", "points beside 0 credits", "a float", "points"],
)
def test_credits_and_points_are_distinguished(balance: Json, card: Card, amount: int) -> None:
    """A 0 beside another amount says nothing, in the activity and on the card."""
    given = row("CREDITS_ADDITION" if card is GIFT else "POINTS_ADDITION", 0, INSIDE, id="vtx_1")
    given["details"]["balance"] = dict(balance)
    activities = (rewarded(balance=balance), credited(card=card.id, **balance))

    plan = plan_of(*activities, rows=(given,), card=card, own=900)

    assert (taken(plan), plan.unresolved) == ({"vtx_1": amount}, ())


def test_a_reward_that_its_card_does_not_show_is_for_a_person() -> None:
    """The activity names a transaction that is not there: no one knows what it gave."""
    plan = plan_of(rewarded(**CREDITS), credited(), rows=(grant(name="vtx_else"),))

    assert taken(plan) == {}
    assert "vtx_1" in plan.unresolved[0]


def test_what_voucherify_rolled_back_is_said_and_not_taken() -> None:
    """A reward that it took back itself is neither taken again nor asked about."""
    plan = plan_of(rewarded(reward=COUPON), reversed_())
    other = plan_of(rewarded(reward=COUPON), reversed_("r_other"))

    assert (plan.steps, plan.unresolved) == ((), ())
    assert "evcus_g_1" in plan.remarks[0]
    assert off(other) == ["v_coupon"]


def test_the_first_of_some_referees_is_not_passed_over_in_silence() -> None:
    """A tier that does not say how many it counts may have counted this conversion."""
    fifth = rewarded(redemption={"id": "r_5", "customer_id": "cust_fifth"}, **CREDITS)

    counted = plan_of(fifth, credited(), rows=(grant(),), converted=(conversion(CONVERSION),))
    not_converted = plan_of(fifth, credited(), rows=(grant(),))

    assert "evcus_g_1" in counted.unresolved[0]
    assert (counted.steps, not_converted.steps) == ((), ())
    assert not_converted.unresolved == ()


def test_everything_is_taken_once_the_referrer_leaves() -> None:
    """No matter who earned it, and how many it took, it was earned with this code."""
    plan = plan_of(
        rewarded(tier=FIFTH, **CREDITS),
        rewarded("g_2", redemption=None, reward=COUPON),
        credited(),
        rows=(grant(),),
        event=referrer_left(),
    )

    assert taken(plan) == {"vtx_1": 300}
    assert off(plan) == ["v_coupon"]
    assert plan.unresolved == ()
