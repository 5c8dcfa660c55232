"""What a campaign promises now, which may be another reward than it promised then."""

from datetime import timedelta
from typing import Any

import pytest

from tests.samples import reward
from tests.unit.worker.money import (
    LONG_AGO,
    Account,
    Json,
    account,
    api_of,
    campaign,
    code_held,
    conversion,
    days,
    decided,
    row,
    taken,
)
from tests.unit.worker.revocations import (
    ASSIGNED,
    CAMPAIGN,
    CLUB,
    MOMENT,
    REFEREE,
    REMOVED,
)
from worker.revocation.cards import Card


CREDITS = reward(500)
SECOND = Card("v_second", "GIFT_VOUCHER", "camp_samovarGiftCards")
DISCOUNT = {"type": "DISCOUNT_VOUCHER", "amount": None}


def of_order(name: str) -> Json:
    """Name a redemption as the cause."""
    return {"redemption": {"id": name}}


@pytest.mark.parametrize(
    ("rows", "shown", "wanted", "person"),
    [
        ([row()], campaign(CREDITS), {"vtx_1": 500}, None),
        ([row(at=days(9))], campaign(CREDITS), {"vtx_1": 500}, None),
        ([row(at=days(9))], campaign(CREDITS, edited=days(10)), {"vtx_1": 500}, None),
        ([row(at=days(9))], campaign(reward("500")), {"vtx_1": 500}, None),
        ([row(at=days(9))], campaign(reward(500.0)), {"vtx_1": 500}, None),
        ([row()], campaign(reward(900), edited=days(10)), {"vtx_1": 500}, None),
        ([row()], campaign(DISCOUNT, edited=days(10)), {"vtx_1": 500}, None),
        ([row()], campaign(DISCOUNT), {}, None),
        ([row()], campaign(reward(900)), {}, "since before that"),
        ([row(at=days(9))], campaign(reward(900)), {}, "nothing proves it"),
        ([row(at=days(9))], campaign(reward(900), edited=days(10)), {}, "nothing proves it"),
        ([row(at=days(9))], campaign(), {}, "nothing proves it"),
        ([row(at=days(9))], None, {}, "nothing proves it"),
        ([row()], campaign(), {"vtx_1": 500}, None),
        ([row()], campaign({"type": None, "amount": None}), {"vtx_1": 500}, None),
        ([row()], campaign({"type": "TICKET", "amount": 1}), {}, "unknown type"),
        ([row()], campaign(reward(900)) | {"updated_at": None, "created_at": None},
         {"vtx_1": 500}, None),
        ([row()], campaign(reward(900)) | {"updated_at": None, "created_at": LONG_AGO.isoformat()},
         {}, "since before that"),
    ],
    ids=[
        "fits at the moment",
        "fits days later",
        "fits though it was edited since",
        "the amount is a text",
        "the amount is a float",
        "edited since, and another amount was given",
        "edited since to a discount",
        "always a discount",
        "always another amount",
        "another amount, days later",
        "another amount and edited, days later",
        "no reward, days later",
        "no campaign, days later",
        "no reward, at the moment",
        "a reward without type and amount",
        "a type that nobody knows",
        "never dated, and another amount was given",
        "made before, never edited",
    ],
)  # fmt: skip
def test_the_campaign_as_it_is_now_confirms_and_contradicts_only_if_it_was_so_then(
    rows: list[Json], shown: Json | None, wanted: dict[str, int], person: str | None
) -> None:
    """The event promises nothing; a campaign edited since the assignment contradicts nothing."""
    plan = decided(api_of(account(*rows), campaign=shown))

    assert taken(plan) == wanted
    assert [person in each for each in plan.unresolved if person] == ([True] if person else [])
    assert bool(plan.unresolved) == bool(person)


def _code(at: Any) -> Json:
    return code_held("v_otherCode", "REFEREE", at)


@pytest.mark.parametrize(
    ("accounts", "codes", "converted", "wanted"),
    [
        ([account(row())], [_code(days(-30))], [], {"vtx_1": 500}),
        ([account(row())], [_code(days(5))], [], {"vtx_1": 500}),
        ([account(row(at=days(3)))], [_code(days(5))], [], {"vtx_1": 500}),
        ([account(row(at=days(5)))], [_code(days(5))], [], None),
        ([account(row(at=days(6)))], [_code(days(5))], [], None),
        ([account(row())], [_code(ASSIGNED)], [], None),
        ([account(row(id="vtx_a"), row(id="vtx_b", at=days(5)))], [_code(days(5))], [],
         {"vtx_a": 500}),
        ([account(row(at=days(5), details=of_order("r_this")))], [_code(days(5))],
         [conversion("r_this"), conversion("r_other", campaign="camp_b")], {"vtx_1": 500}),
        ([account(row(at=days(5), details=of_order("r_other")))], [_code(days(5))],
         [conversion("r_this"), conversion("r_other", campaign="camp_b")], {}),
        ([account(row(at=days(6)))], [_code(days(-30))],
         [conversion("r_other", at=days(6), campaign="camp_b")], None),
        ([account(row(at=days(6)))], [_code(days(-30))], [conversion("r_this", at=days(6))],
         {"vtx_1": 500}),
    ],
    ids=[
        "another code long before",
        "another code later",
        "another code later than the reward",
        "the other code's own moment",
        "after the other code",
        "both at once",
        "each its own",
        "names this conversion at the other's moment",
        "names the other conversion",
        "at the conversion of the code that was there before",
        "at the conversion of this code",
    ],
)  # fmt: skip
def test_what_another_code_gave_is_not_taken(
    accounts: list[Account], codes: list[Json], converted: list[Json], wanted: dict[str, int] | None
) -> None:
    """Of a customer that two codes referred, what may be the other's reward is for a person."""
    api = api_of(*accounts, codes=tuple(codes), converted=tuple(converted))

    plan = decided(api, promise=CREDITS)

    assert taken(plan) == (wanted or {})
    assert bool(plan.unresolved) == (wanted is None)


REFERS = code_held("v_ownCode", "REFERRER", days(-30))


@pytest.mark.parametrize(
    ("at", "converted", "promise", "wanted"),
    [
        (MOMENT, [], CREDITS, {"vtx_1": 500}),
        (MOMENT, [], None, {"vtx_1": 500}),
        (days(6), [conversion("r_this", at=days(6))], CREDITS, {"vtx_1": 500}),
        (days(6), [], CREDITS, None),
        (days(6), [conversion("r_this")], CREDITS, None),
        (REMOVED, [], CREDITS, None),
    ],
    ids=[
        "at the assignment",
        "at the assignment, without a promise",
        "at the conversion",
        "days later",
        "days after the conversion",
        "at the removal",
    ],
)
def test_what_a_customer_may_have_earned_as_a_referrer_is_not_taken(
    at: Any, converted: list[Json], promise: Json | None, wanted: dict[str, int] | None
) -> None:
    """Who refers others may get the same for them, so only the moment proves it."""
    api = api_of(account(row(at=at)), codes=(REFERS,), converted=tuple(converted))

    plan = decided(api, promise=promise)

    assert taken(plan) == (wanted or {})
    assert bool(plan.unresolved) == (wanted is None)


@pytest.mark.parametrize(
    ("accounts", "wanted"),
    [
        ([account(row()), account(row(at=days(5)), card=SECOND)], {"vtx_1": 500}),
        ([account(row(id="a")), account(row(id="b"), card=SECOND)], None),
        ([account(row(id="a", at=days(3))), account(row(id="b", at=days(3)), card=SECOND)], None),
        ([account(row(at=days(-1), id="a")), account(row(id="b"), card=SECOND)], {"b": 500}),
        ([account(row()), account(row("POINTS_ADDITION", 500), card=CLUB)], {"vtx_1": 500}),
    ],
    ids=["one at the moment", "both at the moment", "neither", "one before", "other unit"],
)
def test_of_two_cards_the_one_with_the_reward_is_taken_from(
    accounts: list[Account], wanted: dict[str, int] | None
) -> None:
    """Which card it is, the promise or else the moment says; or a person."""
    plan = decided(api_of(*accounts), promise=CREDITS)

    assert taken(plan) == (wanted or {})
    assert bool(plan.unresolved) == (wanted is None)


@pytest.mark.parametrize(
    ("seconds", "counts"),
    [(-2.1, False), (-2, True), (0, True), (10, True), (10.1, False)],
    ids=["too early", "just before", "at once", "soon after", "too late"],
)
def test_the_moment_is_seconds_long(seconds: float, *, counts: bool) -> None:
    """Without any promise, what comes within seconds of the assignment is the reward."""
    at = ASSIGNED + timedelta(seconds=seconds)

    assert bool(taken(decided(api_of(account(row(at=at)))))) == counts


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (days(-0.5), False),
        (REMOVED - timedelta(seconds=3), True),
        (REMOVED + timedelta(milliseconds=1), False),
    ],
    ids=["before", "shortly before the removal", "after"],
)
def test_the_window_ends_with_the_removal(at: Any, *, counts: bool) -> None:
    """What fits and came before the assignment or after its removal is another one's."""
    plan = decided(api_of(account(row(at=at))), promise=CREDITS)

    assert bool(taken(plan)) == counts
    assert plan.unresolved == ()


@pytest.mark.parametrize("promise", [CREDITS, None], ids=["promised", "at a moment"])
@pytest.mark.parametrize("before", [0, 1.9])
def test_what_came_as_the_assignment_ended_is_for_a_person(before: float, promise: Any) -> None:
    """The customer may be assigned again at once, and the next one's reward is not this one's."""
    at = REMOVED - timedelta(seconds=before)
    plan = decided(api_of(account(row(at=at))), promise=promise)

    assert taken(plan) == {}
    [words] = plan.unresolved
    assert "as the assignment ended" in words or promise is None


def test_what_is_not_needed_is_not_read() -> None:
    """A reward that the event promises needs neither the campaign nor the customer."""
    api = api_of(account(row()))

    decided(api, promise=CREDITS)

    read = {call.split()[0] for call in api.calls}
    assert read == {"redeemables", "holders", "transactions"}
    assert f"customer {REFEREE}" not in api.calls
    assert f"campaign {CAMPAIGN}" not in api.calls
