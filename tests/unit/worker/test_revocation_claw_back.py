from datetime import timedelta
from typing import Any

import pytest

from tests.samples import assignment_deleted
from tests.unit.worker.build import event_of
from tests.unit.worker.revocations import (
    ALL,
    ASSIGNED,
    HOLDER,
    NONE,
    REFERRER,
    REMOVED,
    addition,
    earned,
    found,
    referee_left,
    referrer_left,
)
from worker.errors import NeedsPersonError
from worker.revocation.decide import decide
from worker.revocation.findings import Card, RewardKind
from worker.revocation.steps import DisableVoucher, TakeBalance


MS = timedelta(milliseconds=1)
COUPON, CREDITS, POINTS = RewardKind.COUPON, RewardKind.CREDITS, RewardKind.POINTS


@pytest.mark.parametrize(
    ("kind", "perk", "card_type"),
    [(CREDITS, "E", "GIFT_VOUCHER"), (POINTS, "F", "LOYALTY_CARD")],
)
def test_what_the_referrer_earned_is_taken_from_the_referrers_card(
    kind: RewardKind, perk: str, card_type: str
) -> None:
    """Credits and points by the transaction that gave them; the card is looked at first."""
    plan = decide(referee_left(), found(referrer_rewards=(earned(kind),)), NONE)

    assert plan.steps == (
        TakeBalance(
            perk=perk,
            card=Card("v_referrersCard", card_type, None),
            granted=300,
            grant="vtx_tier1",
            name=f"rvk:{HOLDER}:{perk}:vtx_tier1",
            look_first=True,
            reason="what the referrer earned",
        ),
    )


def test_a_coupon_the_referrer_earned_is_switched_off_if_it_is_still_theirs() -> None:
    """Switching off is tied to the referrer, whoever the coupon belongs to by then."""
    rewards = (earned(COUPON, target="v_coupon"),)

    plan = decide(referee_left(), found(referrer_rewards=rewards), NONE)

    (step,) = plan.steps
    assert isinstance(step, DisableVoucher)
    assert (step.perk, step.voucher, step.only_if_owned_by) == ("D", "v_coupon", REFERRER)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"kind": RewardKind.MATERIAL}, "material reward cannot be taken back"),
        ({"kind": RewardKind.UNKNOWN}, "unknown reward cannot be taken back"),
        ({"kind": COUPON, "target": None}, "coupon reward cannot be taken back"),
        ({"target": None}, "credits reward cannot be taken back"),
        ({"transaction": None}, "credits reward cannot be taken back"),
        ({"amount": None}, "credits reward cannot be taken back"),
        ({"amount": 0}, "credits reward cannot be taken back"),
        ({"amount": -300}, "credits reward cannot be taken back"),
        ({"referee": None}, "not told which referee earned"),
        ({"at": None}, "cannot be read when"),
    ],
)
def test_what_is_not_clear_is_for_a_person(overrides: dict[str, Any], told: str) -> None:
    """Material, unlinked or half-told rewards are named with their activity and not touched."""
    rewards = (earned(**{"kind": CREDITS, **overrides}),)

    plan = decide(referee_left(), found(referrer_rewards=rewards), NONE)

    assert plan.steps == ()
    (sentence,) = plan.unresolved
    assert told in sentence
    assert "evcus_rewarded1" in sentence


def test_another_referees_reward_is_left_alone_when_one_referee_leaves() -> None:
    """Of two rewards the one that this referee earned is taken."""
    rewards = (
        earned(COUPON, referee="cust_other", target="v_c1"),
        earned(COUPON, target="v_c2"),
    )

    plan = decide(referee_left(), found(referrer_rewards=rewards), NONE)

    assert [getattr(step, "voucher", None) for step in plan.steps] == ["v_c2"]
    assert plan.unresolved == ()


def test_everything_is_taken_when_the_referrer_leaves() -> None:
    """Whoever earned it, told or not, it was earned with this code."""
    rewards = (
        earned(COUPON, referee="cust_other", target="v_c1"),
        earned(COUPON, referee=None, target="v_c2"),
    )

    plan = decide(referrer_left(), found(referrer_rewards=rewards), NONE)

    assert [getattr(step, "voucher", None) for step in plan.steps] == ["v_c1", "v_c2"]
    assert {getattr(step, "only_if_owned_by", None) for step in plan.steps} == {REFERRER}


@pytest.mark.parametrize(
    ("at", "taken"),
    [(ASSIGNED - MS, 0), (ASSIGNED, 1), (REMOVED, 1), (REMOVED + MS, 0)],
)
@pytest.mark.parametrize("event", [referee_left(), referrer_left()], ids=["referee", "referrer"])
def test_what_another_assignment_earned_is_left_alone(event: Any, at: Any, taken: int) -> None:
    """Rewards from before the assignment and after the removal are not this one's."""
    plan = decide(event, found(referrer_rewards=(earned(at=at),)), NONE)

    assert len(plan.steps) == taken
    assert plan.unresolved == ()


def test_without_the_time_of_the_assignment_no_reward_is_chosen() -> None:
    """No window, no guess."""
    document = assignment_deleted()
    document["data"]["holder"]["created_at"] = None

    with pytest.raises(NeedsPersonError, match=r"data\.holder\.created_at is missing"):
        decide(event_of(document), found(referrer_rewards=(earned(),)), NONE)


def test_switching_off_stands_before_money_and_the_mark_last() -> None:
    """With everything at once, the order is D, B, E, A, M for a referee."""
    rewards = (
        earned(CREDITS),
        earned(COUPON, id="evcus_2", target="v_coupon"),
    )
    things = found(additions=(addition(),), referrer_rewards=rewards, redemptions=("r_1",))

    plan = decide(referee_left(), things, ALL)

    assert [step.perk for step in plan.steps] == ["D", "B", "E", "A", "M"]
