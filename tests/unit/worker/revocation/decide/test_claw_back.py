from datetime import timedelta
from typing import Any

import pytest

from inbox.model.effect import Perk
from tests.samples import assignment_deleted
from tests.unit.worker.build import event_of
from tests.unit.worker.money import account, row
from tests.unit.worker.revocations import (
    ALL,
    ASSIGNED,
    CAMPAIGN,
    HOLDER,
    INSIDE,
    NONE,
    REFERRER,
    REMOVED,
    earned,
    found,
    referee_left,
    referrer_left,
)
from worker.errors import NeedsPersonError
from worker.revocation.cards import Card, Change, Statement
from worker.revocation.decide.plan import decide
from worker.revocation.evidence.due import cards_of
from worker.revocation.findings import Conversion, Findings, RewardKind
from worker.revocation.read.statement import statement_of
from worker.revocation.steps import DisableVoucher, TakeBalance


MS = timedelta(milliseconds=1)
COUPON, CREDITS, POINTS = RewardKind.COUPON, RewardKind.CREDITS, RewardKind.POINTS


def card_of(kind: RewardKind, *rows: Any) -> Statement:
    """Build the referrer's card on which the reward is, and what came after."""
    name = {CREDITS: "GIFT_VOUCHER", POINTS: "LOYALTY_CARD"}[kind]
    unit = {CREDITS: "CREDITS", POINTS: "POINTS"}[kind]
    given = row(f"{unit}_ADDITION", 300, INSIDE, id="vtx_tier1")
    made = account(given, *rows, card=Card("v_referrersCard", name, None))
    return statement_of(made.card, {}, made.rows, whole=True, read_at=REMOVED)


def with_card(kind: RewardKind = CREDITS, *rows: Any, **overrides: Any) -> Findings:
    """Build what was found where the referrer got credits or points."""
    rewards = (earned(kind, **overrides),)
    return found(referrer_rewards=rewards, referrer_cards=(card_of(kind, *rows),))


@pytest.mark.parametrize(
    ("kind", "perk", "card_type"),
    [
        (CREDITS, Perk.REFERRER_CREDITS, "GIFT_VOUCHER"),
        (POINTS, Perk.REFERRER_POINTS, "LOYALTY_CARD"),
    ],
)
def test_what_the_referrer_earned_is_taken_from_the_referrers_card(
    kind: RewardKind, perk: Perk, card_type: str
) -> None:
    """Credits and points by the transaction that gave them, as the card was read."""
    plan = decide(referee_left(), with_card(kind), NONE)

    assert plan.steps == (
        TakeBalance(
            perk=perk,
            card=Card("v_referrersCard", card_type, None),
            granted=300,
            due=300,
            grant="vtx_tier1",
            name=f"rvk:{HOLDER}:{perk}:vtx_tier1",
            balance=300,
            read_at=REMOVED,
            reason="what the referrer earned",
        ),
    )


def test_from_a_card_that_is_gone_nothing_is_read() -> None:
    """The step stands, so that the outcome says what was not taken."""
    plan = decide(referee_left(), found(referrer_rewards=(earned(),)), NONE)

    (step,) = plan.steps
    assert isinstance(step, TakeBalance)
    assert (step.due, step.balance, step.read_at) == (300, None, None)


@pytest.mark.parametrize("holder", [HOLDER, "rh_ofTheReferrer"])
def test_what_was_taken_back_when_someone_else_left_is_found(holder: str) -> None:
    """The referee and later the referrer may leave: one reward is taken back once."""
    name = f"rvk:{holder}:referrer_credits:vtx_tier1"
    ours = row("CREDITS_REMOVAL", -300, REMOVED, id="vtx_ours", source_id=name)

    plan = decide(referee_left(), with_card(CREDITS, ours), NONE)

    (step,) = plan.steps
    assert isinstance(step, TakeBalance)
    assert step.found == Change(name, "vtx_ours", 300)


def test_a_taking_back_that_was_undone_is_no_taking_back() -> None:
    """Giving back carries the same name behind a word of its own."""
    undone = row(amount=300, at=REMOVED, source_id=f"undo:rvk:{HOLDER}:referrer_credits:vtx_tier1")

    plan = decide(referee_left(), with_card(CREDITS, undone), NONE)

    (step,) = plan.steps
    assert isinstance(step, TakeBalance)
    assert step.found is None


def test_a_coupon_the_referrer_earned_is_switched_off_if_it_is_still_theirs() -> None:
    """Switching off is tied to the referrer, even if another customer owns the coupon by then."""
    rewards = (earned(COUPON, target="v_coupon"),)

    plan = decide(referee_left(), found(referrer_rewards=rewards), NONE)

    (step,) = plan.steps
    assert isinstance(step, DisableVoucher)
    assert (step.perk, step.voucher, step.only_if_owned_by) == (
        "referrer_coupon",
        "v_coupon",
        REFERRER,
    )


@pytest.mark.parametrize(
    ("overrides", "reported"),
    [
        ({"kind": RewardKind.MATERIAL}, "material reward on voucher v_referrersCard cannot be"),
        ({"kind": RewardKind.UNKNOWN}, "unknown reward on voucher v_referrersCard cannot be"),
        ({"kind": COUPON, "target": None}, "coupon reward cannot be taken back"),
        ({"target": None}, "credits reward cannot be taken back"),
        ({"transaction": None}, "credits reward on voucher v_referrersCard cannot be"),
        ({"amount": None}, "credits reward on voucher v_referrersCard cannot be"),
        ({"amount": 0}, "credits reward on voucher v_referrersCard cannot be"),
        ({"amount": -300}, "credits reward on voucher v_referrersCard cannot be"),
        ({"referee": None}, "not said which referee earned"),
        ({"at": None}, "cannot be read when"),
        ({"named_campaign": False}, "not said which campaign"),
        ({"milestone": True, "count": 5, "tier": "Five"},
         'the tier "Five" gave one reward of 300 for 5 referees together'),
        ({"milestone": True, "tier": "Five"}, "gave one reward of 300 for several referees"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_for_a_person(overrides: dict[str, Any], reported: str) -> None:
    """Material, unlinked or half-described rewards are named with their activity, not touched."""
    things = found(referrer_rewards=(earned(**{"kind": CREDITS, **overrides}),))

    plan = decide(referee_left(), things, NONE)

    assert plan.steps == ()
    (sentence,) = plan.unresolved
    assert reported in sentence
    assert "evcus_rewarded1" in sentence


def test_another_referees_reward_is_left_alone_when_one_referee_leaves() -> None:
    """Of two rewards the one that this referee earned is taken; what is odd there asks no one."""
    rewards = (
        earned(COUPON, referee="cust_other", target="v_c1", at=None, named_campaign=False),
        earned(COUPON, target="v_c2"),
    )

    plan = decide(referee_left(), found(referrer_rewards=rewards), NONE)

    assert [getattr(step, "voucher", None) for step in plan.steps] == ["v_c2"]
    assert plan.unresolved == ()


def test_everything_is_taken_when_the_referrer_leaves() -> None:
    """No matter who earned it, named or not, it was earned with this code."""
    rewards = (
        earned(COUPON, referee="cust_other", target="v_c1", count=5),
        earned(COUPON, referee=None, target="v_c2"),
        earned(COUPON, target="v_c3", rolled_back=True),
    )

    plan = decide(referrer_left(), found(referrer_rewards=rewards), NONE)

    assert [getattr(step, "voucher", None) for step in plan.steps] == ["v_c1", "v_c2"]
    assert {getattr(step, "only_if_owned_by", None) for step in plan.steps} == {REFERRER}


@pytest.mark.parametrize(
    ("at", "taken"),
    [
        (ASSIGNED - timedelta(seconds=3), 0),
        (ASSIGNED - MS, 1),
        (ASSIGNED, 1),
        (REMOVED, 1),
        (REMOVED + MS, 0),
    ],
    ids=["before", "just before", "at once", "at the removal", "after"],
)
@pytest.mark.parametrize("event", [referee_left(), referrer_left()], ids=["referee", "referrer"])
def test_what_another_assignment_earned_is_left_alone(event: Any, at: Any, taken: int) -> None:
    """Rewards from before the assignment and after the removal are not this one's."""
    things = found(referrer_rewards=(earned(COUPON, at=at),))

    plan = decide(event, things, NONE)

    assert len(plan.steps) == taken
    assert plan.unresolved == ()
    assert (
        cards_of(event, (earned(at=at),), ASSIGNED)
        == [Card("v_referrersCard", "GIFT_VOUCHER", None)][:taken]
    )


def test_without_the_time_of_the_assignment_no_reward_is_chosen() -> None:
    """No window, no guess."""
    document = assignment_deleted()
    document["data"]["holder"]["created_at"] = None

    with pytest.raises(NeedsPersonError, match=r"data\.holder\.created_at is missing"):
        decide(event_of(document), found(referrer_rewards=(earned(),)), NONE)


def test_switching_off_stands_before_rollback_and_money_and_the_mark_last() -> None:
    """With everything at once, the order is D, A, B, E, M for a referee."""
    own = account(row())
    things = found(
        statements=(statement_of(own.card, own.held, own.rows, whole=True),),
        referrer_rewards=(earned(CREDITS), earned(COUPON, id="evcus_2", target="v_coupon")),
        referrer_cards=(card_of(CREDITS),),
        conversions=(Conversion("r_1", CAMPAIGN, False, ASSIGNED),),
    )

    plan = decide(referee_left(), things, ALL)

    assert [step.perk for step in plan.steps] == [
        "referrer_coupon",
        "order_discount",
        "gift_credits",
        "referrer_credits",
        "customer_mark",
    ]
