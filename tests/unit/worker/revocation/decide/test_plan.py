from datetime import timedelta
from typing import Any

import pytest

from inbox.model.effect import Perk
from tests.unit.worker.money import CREDITS, account, api_of, days, decided, row
from tests.unit.worker.revocations import (
    ASSIGNED,
    CAMPAIGN,
    CODE,
    GIFT,
    HOLDER,
    NONE,
    REFEREE,
    REFERRER,
    REMOVED,
    found,
    referee_left,
    referrer_left,
)
from worker.errors import NeedsPersonError, RetryableError
from worker.revocation.cards import Change, Statement
from worker.revocation.decide.plan import MOST_CHECKS, STILL_ASSIGNED_WAIT_SECONDS, decide
from worker.revocation.findings import Code, Conversion, Presence
from worker.revocation.read.statement import statement_of
from worker.revocation.steps import DisableVoucher, MarkCustomer, RollBack, TakeBalance
from worker.settings.policies import Policies


ROLLS_BACK = Policies(roll_back_redemption=True, disable_referrer_code=False, mark_customer=False)
MS = timedelta(milliseconds=1)


def rewarded_card(*rows: Any) -> Statement:
    """Build a card on which the referee's reward is, by no promise at the moment."""
    made = account(row(), *rows)
    return statement_of(made.card, made.held, made.rows, whole=True, read_at=REMOVED)


def test_the_reward_is_taken_by_its_transaction_under_a_name_of_its_own() -> None:
    """The step holds all that doing it once needs, and what was read of the card."""
    plan = decide(referee_left(), found(statements=(rewarded_card(),)), NONE)

    assert plan.steps == (
        TakeBalance(
            perk=Perk.GIFT_CREDITS,
            card=GIFT,
            granted=500,
            due=500,
            grant="vtx_1",
            name=f"rvk:{HOLDER}:gift_credits",
            balance=500,
            read_at=REMOVED,
            reason="the referee's reward: it was added at the moment of the assignment",
        ),
    )


@pytest.mark.parametrize("after", [[], [row("CREDITS_REDEMPTION", -100, days(5))]])
def test_a_take_back_that_stands_on_the_card_is_found(after: list[Any]) -> None:
    """A ledger that lost its memory does not take twice, whatever is not certain by then."""
    ours = row(
        "CREDITS_REMOVAL", -500, days(4), source_id=f"rvk:{HOLDER}:gift_credits", id="vtx_ours"
    )
    unread = row("CREDITS_REMOVAL", -5, days(6)) | {"details": None}

    plan = decided(api_of(account(row(), ours, *after, unread, own=400)), promise=CREDITS)

    (step,) = plan.steps
    assert isinstance(step, TakeBalance)
    assert step.found == Change(f"rvk:{HOLDER}:gift_credits", "vtx_ours", 500)
    assert plan.unresolved == ()


@pytest.mark.parametrize(
    ("presence", "referee_steps", "referrer_steps"),
    [
        (Presence.GONE, ["gift_credits", "customer_mark"], ["referral_code", "customer_mark"]),
        # What the old assignment gave is still to be taken; code and mark belong to the new one.
        (Presence.ASSIGNED_AGAIN, ["gift_credits"], []),
        (Presence.CODE_GONE, ["gift_credits", "customer_mark"], ["customer_mark"]),
    ],
)
def test_where_the_assignment_stands_decides(
    presence: Presence, referee_steps: list[str], referrer_steps: list[str]
) -> None:
    """Each presence that leads to a plan, for both roles."""
    code = None if presence is Presence.CODE_GONE else Code(CODE, True, frozenset({REFERRER}))

    of_referee = decide(referee_left(), found(presence, statements=(rewarded_card(),)), Policies())
    of_referrer = decide(referrer_left(), found(presence, code=code), Policies())

    assert [step.perk for step in of_referee.steps] == referee_steps
    assert [step.perk for step in of_referrer.steps] == referrer_steps
    assert of_referee.reason.startswith(f"assignment {presence.value}: ")


def test_an_assignment_that_is_still_listed_is_checked_some_times_more() -> None:
    """A replica may lag; after some checks a person is asked."""
    still = found(Presence.STILL_ASSIGNED)

    for checks in range(1, MOST_CHECKS):
        with pytest.raises(RetryableError) as caught:
            decide(referee_left(), still, Policies(), checks=checks)
        assert caught.value.reason == "still_assigned"
        assert caught.value.retry_after_seconds == STILL_ASSIGNED_WAIT_SECONDS
        assert not caught.value.outage
    with pytest.raises(NeedsPersonError, match="was it really removed"):
        decide(referee_left(), still, Policies(), checks=MOST_CHECKS)


def test_keys_of_another_project_complete_nothing() -> None:
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
    ids=["own", "nobody's", "shared", "another's", "off already", "gone"],
)
def test_only_a_code_that_no_other_customer_has_is_switched_off(
    code: Code | None, disabled: bool
) -> None:
    """A code that was published to someone else or is gone is left alone."""
    plan = decide(referrer_left(), found(code=code), Policies(mark_customer=False))

    wanted = DisableVoucher(
        perk=Perk.REFERRAL_CODE,
        voucher="v_now",
        only_if_owned_by=REFERRER,
        reason="the ex-referrer's code",
    )
    assert plan.steps == ((wanted,) if disabled else ())


def _came(name: str = "r_1", at: Any = ASSIGNED, **more: Any) -> Conversion:
    return Conversion(name, more.get("campaign", CAMPAIGN), more.get("by_event", False), at)


@pytest.mark.parametrize(
    ("conversions", "rolled_back", "unsure", "remark"),
    [
        ((_came(),), "r_1", "", ""),
        ((_came(at=None),), "r_1", "", ""),
        ((_came(at=ASSIGNED - timedelta(hours=23)),), "r_1", "", ""),
        ((_came(at=ASSIGNED - timedelta(hours=25)),), None, "", "lists no redemption"),
        ((_came(at=REMOVED),), "r_1", "", ""),
        ((_came(at=REMOVED + MS),), None, "", "lists no redemption"),
        ((_came(), _came("r_2", campaign="camp_b")), "r_1", "", ""),
        ((_came(), _came("r_old", at=ASSIGNED - timedelta(days=60))), "r_1", "", ""),
        ((_came(), _came("ev_1", by_event=True)), "r_1", "", ""),
        ((_came("ev_1", by_event=True),), None, "", "by a custom event"),
        ((_came(), _came("r_2")), None, "r_1, r_2", ""),
        ((), None, "", "lists no redemption"),
    ],
    ids=[
        "one",
        "one without a time",
        "one a little before",
        "one of long before",
        "one at the removal",
        "one after it",
        "another campaign's",
        "an earlier assignment's",
        "and an event",
        "an event",
        "two",
        "none",
    ],
)
def test_one_redemption_is_rolled_back_and_several_are_for_a_person(
    conversions: tuple[Conversion, ...], rolled_back: str | None, unsure: str, remark: str
) -> None:
    """An order is cancelled only if it is clear which, and what is not done is said."""
    plan = decide(referee_left(), found(conversions=conversions), ROLLS_BACK)

    done = [step.redemption for step in plan.steps if isinstance(step, RollBack)]
    assert done == ([rolled_back] if rolled_back else [])
    assert [unsure in each and HOLDER in each for each in plan.unresolved] == [True] * bool(unsure)
    assert [remark in each for each in plan.remarks] == [True] * bool(remark)


def test_the_policy_alone_rolls_anything_back() -> None:
    """Conversions that were read for a proof cancel no order."""
    plan = decide(referee_left(), found(conversions=(_came(),)), NONE)

    assert (plan.steps, plan.remarks) == ((), ())


@pytest.mark.parametrize(("exists", "marked"), [(True, True), (False, False)])
def test_a_customer_who_is_gone_is_not_marked(*, exists: bool, marked: bool) -> None:
    """The outcome says so instead."""
    plan = decide(referee_left(), found(customer_exists=exists), Policies())

    mark = MarkCustomer(customer=REFEREE, reason="referral removed")
    assert plan.steps == ((mark,) if marked else ())
    assert plan.remarks == (() if exists else ("the customer no longer exists in Voucherify",))
