from typing import Any

import pytest

from tests.samples import reward
from tests.unit.worker.revocations import (
    CLUB,
    CODE,
    GIFT,
    HOLDER,
    NONE,
    REFEREE,
    REFERRER,
    addition,
    found,
    referee_left,
    referrer_left,
)
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.decide import MOST_LOOKS, STILL_ASSIGNED_WAIT_SECONDS, decide
from worker.revocation.findings import Addition, Card, Code, Presence
from worker.revocation.policies import Policies
from worker.revocation.steps import DisableVoucher, MarkCustomer, RollBack, Step, TakeBalance


def _own(perk: str = "B", card: Card = GIFT, granted: int = 500) -> TakeBalance:
    return TakeBalance(
        perk=perk,
        card=card,
        granted=granted,
        grant="vtx_1",
        name=f"rvk:{HOLDER}:{perk}",
        look_first=False,
        reason="the referee's reward",
    )


MARK = MarkCustomer(customer=REFEREE, reason="referral removed")


@pytest.mark.parametrize(
    ("given", "promised", "steps", "unsure"),
    [
        ([], None, [], None),
        ([addition()], None, [_own()], None),
        ([addition(card=CLUB, amount=250)], None, [_own("C", CLUB, 250)], None),
        # The campaign was edited since: what was really given is what counts.
        ([addition()], reward("900"), [_own()], None),
        ([addition(), addition("vtx_2", 300)], None, [], "several additions"),
        ([addition(), addition("vtx_2", 300)], reward("500"), [_own()], None),
        ([addition(), addition("vtx_2", 300)], reward(500), [_own()], None),
        ([addition(), addition("vtx_2", 300)], reward("900"), [], "several additions"),
        ([addition(), addition("vtx_2")], reward("500"), [], "several additions"),
        ([addition(), addition("vtx_2", card=CLUB)], reward("500"), [_own()], None),
        (
            [addition(), addition("vtx_2", 300)],
            reward("500", card_campaign="camp_other"),
            [],
            "several additions",
        ),
        ([addition(automatic=False)], None, [], None),
        ([addition(automatic=False)], reward("900"), [], None),
        ([addition(automatic=False)], reward("500"), [], "made by hand"),
        ([addition(), addition("vtx_2", automatic=False)], None, [_own()], None),
        ([addition(), addition("vtx_2", automatic=False)], reward("500"), [_own()], None),
        ([addition()], reward("500", kind="TICKET"), [], "neither credit, points nor a discount"),
        ([], reward("500", kind="TICKET"), [], "neither credit, points nor a discount"),
    ],
)
def test_what_of_the_additions_is_the_reward(
    given: list[Addition], promised: dict[str, Any] | None, steps: list[Step], unsure: str | None
) -> None:
    """One automatic addition is taken; of several only the promised one; by hand never."""
    event = referee_left(referee_reward=promised)

    plan = decide(event, found(additions=tuple(given)), Policies())

    assert list(plan.steps) == [*steps, MARK]
    assert bool(plan.unresolved) == (unsure is not None)
    if unsure:
        assert unsure in plan.unresolved[0]
        assert HOLDER in plan.unresolved[0]


def test_a_take_back_that_stands_on_the_card_is_looked_at_before_anything_is_sent() -> None:
    """A ledger that lost its memory does not take twice: the step says to look first."""
    removals = frozenset({f"rvk:{HOLDER}:B", "somebody else's"})

    plan = decide(referee_left(), found(additions=(addition(),), removals=removals), NONE)

    (step,) = plan.steps
    assert isinstance(step, TakeBalance)
    assert step.look_first


@pytest.mark.parametrize(
    ("presence", "referee_steps", "referrer_steps"),
    [
        (Presence.GONE, ["B", "M"], ["H", "M"]),
        # What the old assignment gave is owed; the code and the mark belong to the new one.
        (Presence.ASSIGNED_AGAIN, ["B"], []),
        (Presence.CODE_GONE, ["B", "M"], ["M"]),
    ],
)
def test_where_the_assignment_stands_decides(
    presence: Presence, referee_steps: list[str], referrer_steps: list[str]
) -> None:
    """Each presence that leads to a plan, for both roles."""
    code = None if presence is Presence.CODE_GONE else Code(CODE, True, frozenset({REFERRER}))

    of_referee = decide(referee_left(), found(presence, additions=(addition(),)), Policies())
    of_referrer = decide(referrer_left(), found(presence, code=code), Policies())

    assert [step.perk for step in of_referee.steps] == referee_steps
    assert [step.perk for step in of_referrer.steps] == referrer_steps
    assert of_referee.reason.startswith(f"assignment {presence.value}: ")


def test_an_assignment_that_is_still_listed_is_looked_at_some_times_more() -> None:
    """A replica may lag; after some looks a person is asked."""
    still = found(Presence.STILL_ASSIGNED)

    for looks in range(1, MOST_LOOKS):
        with pytest.raises(RetryableError) as caught:
            decide(referee_left(), still, Policies(), looks=looks)
        assert caught.value.reason == "still_assigned"
        assert caught.value.retry_after_seconds == STILL_ASSIGNED_WAIT_SECONDS
        assert not caught.value.outage
    with pytest.raises(NeedsPersonError, match="was it really removed"):
        decide(referee_left(), still, Policies(), looks=MOST_LOOKS)


def test_keys_of_another_project_settle_nothing() -> None:
    """If neither customer nor code is known, nothing is called done."""
    with pytest.raises(NeedsPersonError, match="another project or region") as caught:
        decide(referee_left(), found(Presence.NOTHING_KNOWN), Policies())

    assert REFEREE in str(caught.value)
    assert CODE in str(caught.value)


@pytest.mark.parametrize(
    ("code", "disabled"),
    [
        (Code("v_now", True, frozenset({REFERRER})), True),
        (Code("v_now", True, frozenset()), True),
        (Code("v_now", True, frozenset({REFERRER, "cust_other"})), False),
        (Code("v_now", True, frozenset({"cust_other"})), False),
        (Code("v_now", False, frozenset({REFERRER})), True),
        (None, False),
    ],
)
def test_only_a_code_that_nobody_else_has_is_switched_off(
    code: Code | None, disabled: bool
) -> None:
    """A code that was published to somebody else or is gone is left alone."""
    plan = decide(referrer_left(), found(code=code), Policies(mark_customer=False))

    wanted = DisableVoucher(
        perk="H", voucher="v_now", only_if_owned_by=REFERRER, reason="the ex-referrer's code"
    )
    assert plan.steps == ((wanted,) if disabled else ())


@pytest.mark.parametrize(
    ("redemptions", "rolled_back", "unsure"),
    [((), 0, 0), (("r_1",), 1, 0), (("r_1", "r_2"), 0, 1)],
)
def test_one_redemption_is_rolled_back_and_several_are_for_a_person(
    redemptions: tuple[str, ...], rolled_back: int, unsure: int
) -> None:
    """An order is cancelled only if it is clear which."""
    plan = decide(referee_left(), found(redemptions=redemptions), NONE)

    assert len([step for step in plan.steps if isinstance(step, RollBack)]) == rolled_back
    assert len(plan.unresolved) == unsure
    if unsure:
        assert "r_1, r_2" in plan.unresolved[0]
