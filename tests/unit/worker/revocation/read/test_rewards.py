from typing import Any

import pytest

from tests.unit.worker.revocations import CAMPAIGN, INSIDE, REFEREE
from tests.unit.worker.tiers import COUPON, SHARED_CODE, credited, reversed_, rewarded
from worker.revocation.findings import ReferrerReward, RewardKind
from worker.revocation.read.rewards import rewards_of


def _reward(**overrides: Any) -> ReferrerReward:
    wanted: dict[str, Any] = {
        "id": "evcus_g_1",
        "kind": RewardKind.CREDITS,
        "target": "v_card",
        "transaction": "vtx_1",
        "amount": 300,
        "referee": REFEREE,
        "at": INSIDE,
        "tier": "Friends",
    }
    return ReferrerReward(**{**wanted, **overrides})


NOT_JOINED = {"target": None, "transaction": None}
CREDITS = {"amount": 300}
NEW_CARD = {"type": "CAMPAIGN", "voucher": {"id": "v_card", "type": "GIFT_VOUCHER"}}
OF_900 = {"parameters": {"campaign": {"balance": 900}}}


@pytest.mark.parametrize(
    ("activities", "wanted"),
    [
        ([rewarded(balance=CREDITS), credited()], _reward()),
        (
            [credited(points=40), rewarded(balance={"points": 40})],
            _reward(kind=RewardKind.POINTS, amount=40),
        ),
        ([rewarded(balance=CREDITS)], _reward(**NOT_JOINED)),
        ([rewarded(balance=CREDITS), credited("g_2")], _reward(**NOT_JOINED)),
        ([rewarded(balance=CREDITS), credited(amount=299)], _reward(**NOT_JOINED)),
        # Two tiers were reached by one redemption.
        (
            [
                rewarded(balance=CREDITS),
                credited(),
                credited(transaction="vtx_2", card="v_other", amount=40),
            ],
            _reward(),
        ),
        (
            # Of two equal additions of one request, either may be this one's.
            [rewarded(balance=CREDITS), credited(transaction="vtx_2"), credited()],
            _reward(),
        ),
        (
            [rewarded(reward=NEW_CARD), credited(kind="GIFT_VOUCHER"), credited(card="v_2")],
            _reward(),
        ),
        (
            [rewarded(reward=NEW_CARD)],
            _reward(transaction=None, amount=None),
        ),
        (
            [rewarded(reward=NEW_CARD | OF_900)],
            _reward(transaction=None, amount=900),
        ),
        (
            [rewarded(reward=NEW_CARD, balance=CREDITS), credited(card="v_2")],
            _reward(transaction=None),
        ),
        (
            [rewarded(balance={"amount": 300, "points": 0}), credited(amount=300, points=0)],
            _reward(),
        ),
        (
            [rewarded(reward=COUPON)],
            _reward(kind=RewardKind.COUPON, target="v_coupon", transaction=None, amount=None),
        ),
        (
            [rewarded(reward={"type": "MATERIAL", "product": {"id": "p"}})],
            _reward(kind=RewardKind.MATERIAL, amount=None, **NOT_JOINED),
        ),
        # The activity's own voucher is the code that all referees share: never a target.
        ([rewarded()], _reward(kind=RewardKind.UNKNOWN, amount=None, **NOT_JOINED)),
        (
            [rewarded(redemption=None, reward=COUPON)],
            _reward(
                kind=RewardKind.COUPON,
                target="v_coupon",
                transaction=None,
                amount=None,
                referee=None,
            ),
        ),
    ],
)
def test_a_reward_is_read_with_its_card_and_transaction(
    activities: list[dict[str, Any]], wanted: ReferrerReward
) -> None:
    """What the rewarding says is joined by its group to the crediting, or stays unsaid."""
    assert rewards_of(activities, CAMPAIGN) == [wanted]


def test_the_shared_code_is_never_the_target_of_a_reward() -> None:
    """Whatever the reward is, the voucher that the activity names is left out."""
    for reward in (None, {}, {"type": "CAMPAIGN"}, {"type": "NEW"}, COUPON):
        for balance in (None, {}, {"amount": 300}, {"points": 3}):
            (found,) = rewards_of([rewarded(reward=reward, balance=balance)], CAMPAIGN)
            assert found.target != SHARED_CODE["id"]


def test_what_no_referral_tier_gave_is_no_reward_of_a_referrer() -> None:
    """Loyalty programs reward as well; without a tier it is not ours."""
    assert rewards_of([rewarded(referral_tier=None), credited()], CAMPAIGN) == []


def test_an_activity_may_be_nested_once_more() -> None:
    """The reference leaves open how deep the event's object stands."""
    flat = rewarded(reward=COUPON)

    nested = flat | {"data": {"data": flat["data"]}}

    assert rewards_of([nested], CAMPAIGN) == rewards_of([flat], CAMPAIGN)


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"minimum": 5}, 5),
        ({"a": {"b": [1, {"c": 5.0}]}}, 5),
        ({"minimum": 1}, None),
        ({"minimum": 0}, None),
        ({"minimum": "5"}, None),
        ({"on": True}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
    ids=str,
)
def test_a_tier_says_how_many_referees_it_counts(parameters: Any, count: int | None) -> None:
    """Where it stands is left open, so any number above 1 counts."""
    (found,) = rewards_of([rewarded(tier={"parameters": parameters})], CAMPAIGN)

    assert found.count == count


def test_two_equal_rewards_of_one_request_have_two_transactions() -> None:
    """In whatever order they are listed, each gets the same one every time."""
    both = [rewarded(balance=CREDITS) | {"id": each} for each in ("evcus_a", "evcus_b")]
    paid = [credited(), credited(transaction="vtx_2"), credited()]

    for activities in ([*both, *paid], [*paid[::-1], *both[::-1]]):
        found = rewards_of(activities, CAMPAIGN)
        assert [(each.id, each.transaction) for each in found] == [
            ("evcus_a", "vtx_1"),
            ("evcus_b", "vtx_2"),
        ]


@pytest.mark.parametrize(
    ("reversal", "data", "back"),
    [
        (reversed_(), {}, True),
        (reversed_("r_other"), {}, False),
        (reversed_(reward="rew_2"), {}, False),
        (reversed_("ev_1"), {"redemption": None, "custom_event": {"id": "ev_1"}}, True),
        (reversed_() | {"data": None}, {}, False),
    ],
    ids=["of this conversion", "of another", "another reward", "of an event", "of nothing"],
)
def test_what_voucherify_rolled_back_is_known(
    reversal: dict[str, Any], data: dict[str, Any], *, back: bool
) -> None:
    """By the conversion that had earned it, and by the reward if it is named."""
    (found,) = rewards_of([rewarded(reward=COUPON, **data), reversal], CAMPAIGN)

    assert found.rolled_back == back


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({}, [True]),
        ({"campaign": None, "voucher": None}, [True]),
        ({"referral_tier": {"id": "t"}, "voucher": None}, [True]),
        ({"referral_tier": {"id": "t"}, "campaign": None}, [True]),
        ({"referral_tier": {"id": "t"}, "campaign": None, "voucher": None}, [False]),
        (
            {"referral_tier": {"id": "t"}, "campaign": None, "voucher": {"campaign_id": "camp_b"}},
            [False],
        ),
        ({"referral_tier": {"id": "t", "campaign_id": "camp_b"}, "campaign": None}, []),
    ],
    ids=["all", "by the tier", "by the campaign", "by the code", "by none", "by a card", "another"],
)
def test_which_campaign_gave_a_reward(data: dict[str, Any], named: list[bool]) -> None:
    """Another campaign's is none of ours, and what names none is kept and said to be so."""
    found = rewards_of([rewarded(reward=COUPON, **data)], CAMPAIGN)

    assert [each.named_campaign for each in found] == named
