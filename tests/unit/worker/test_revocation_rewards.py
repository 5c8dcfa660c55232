from typing import Any

import pytest

from tests.unit.worker.revocations import INSIDE
from worker.revocation.findings import ReferrerReward, RewardKind
from worker.revocation.reading import rewards_of


AT = "2025-02-14T17:40:02.118Z"
SHARED_CODE = {"id": "v_theSharedCode", "type": "DISCOUNT_VOUCHER"}


def _rewarded(group: str = "g_1", **overrides: Any) -> dict[str, Any]:
    data = {
        "voucher": SHARED_CODE,
        "referral_tier": {"id": "tier_1"},
        "reward": {"type": "CAMPAIGN"},
        "balance": None,
        "redemption": {"id": "r_1", "customer_id": "cust_referee"},
    }
    return {
        "id": f"evcus_{group}",
        "type": "customer.rewarded",
        "group_id": group,
        "created_at": AT,
        "data": data | overrides,
    }


def _credited(
    group: str = "g_1", transaction: str = "vtx_1", card: str = "v_card", **balance: int
) -> dict[str, Any]:
    data = {
        "voucher": {"id": card},
        "balance": balance or {"amount": 300},
        "transaction": {"id": transaction},
    }
    kind = "customer.voucher.gift.balance_added"
    return {"id": "evcus_x", "type": kind, "group_id": group, "data": data}


def _reward(**overrides: Any) -> ReferrerReward:
    wanted: dict[str, Any] = {
        "id": "evcus_g_1",
        "kind": RewardKind.CREDITS,
        "target": "v_card",
        "transaction": "vtx_1",
        "amount": 300,
        "referee": "cust_referee",
        "at": INSIDE,
    }
    return ReferrerReward(**{**wanted, **overrides})


NOT_JOINED = {"target": None, "transaction": None}
COUPON = {"type": "CAMPAIGN", "voucher": {"id": "v_coupon"}}


@pytest.mark.parametrize(
    ("activities", "wanted"),
    [
        ([_rewarded(balance={"amount": 300}), _credited()], _reward()),
        (
            [_credited(points=40), _rewarded(balance={"points": 40})],
            _reward(kind=RewardKind.POINTS, amount=40),
        ),
        ([_rewarded(balance={"amount": 300})], _reward(**NOT_JOINED)),
        ([_rewarded(balance={"amount": 300}), _credited("g_2")], _reward(**NOT_JOINED)),
        ([_rewarded(balance={"amount": 300}), _credited(amount=299)], _reward(**NOT_JOINED)),
        # Two tiers were reached by one redemption.
        (
            [
                _rewarded(balance={"amount": 300}),
                _credited(),
                _credited(transaction="vtx_2", card="v_other", amount=40),
            ],
            _reward(),
        ),
        (
            [_rewarded(balance={"amount": 300}), _credited(), _credited(transaction="vtx_2")],
            _reward(**NOT_JOINED),
        ),
        (
            [_rewarded(reward=COUPON)],
            _reward(kind=RewardKind.COUPON, target="v_coupon", transaction=None, amount=None),
        ),
        (
            [_rewarded(reward={"type": "MATERIAL", "product": {"id": "p"}})],
            _reward(kind=RewardKind.MATERIAL, amount=None, **NOT_JOINED),
        ),
        # The activity's own voucher is the code that all referees share: never a target.
        ([_rewarded()], _reward(kind=RewardKind.UNKNOWN, amount=None, **NOT_JOINED)),
        (
            [_rewarded(redemption=None, reward=COUPON)],
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
    """What the rewarding tells is joined by its group to the crediting, or stays untold."""
    assert list(rewards_of(activities)) == [wanted]


def test_the_shared_code_is_never_the_target_of_a_reward() -> None:
    """Whatever the reward is, the voucher that the activity names is left out."""
    for reward in (None, {}, {"type": "CAMPAIGN"}, {"type": "NEW"}, COUPON):
        for balance in (None, {}, {"amount": 300}, {"points": 3}):
            (found,) = rewards_of([_rewarded(reward=reward, balance=balance)])
            assert found.target != SHARED_CODE["id"]


def test_what_no_referral_tier_gave_is_no_reward_of_a_referrer() -> None:
    """Loyalty programs reward as well; without a tier it is not ours."""
    assert list(rewards_of([_rewarded(referral_tier=None), _credited()])) == []


def test_an_activity_may_be_nested_once_more() -> None:
    """The reference leaves open how deep the event's object stands."""
    flat = _rewarded(reward=COUPON)

    assert list(rewards_of([flat | {"data": {"data": flat["data"]}}])) == list(rewards_of([flat]))
