"""What is taken as the referral's reward only on positive proof, from what the API lists."""

from datetime import timedelta

import pytest

from tests.samples import reward
from tests.unit.worker.money import (
    CREDITS,
    POINTS,
    Account,
    Json,
    account,
    api_of,
    conversion,
    days,
    decided,
    of_order,
    points,
    row,
    taken,
)
from tests.unit.worker.revocations import ASSIGNED, CLUB, MOMENT


MS = timedelta(milliseconds=1)
RULE: Json = {"earning_rule": {"id": "ern_1"}, "event": {"type": "customer.custom_event"}}
SEGMENT: Json = {"event": {"type": "customer.segment.entered"}, "segment": {"name": "birthday"}}
TIER: Json = {"loyalty_tier": {"id": "lt_1"}}
DISCOUNT = reward("1000", kind="DISCOUNT_VOUCHER")


@pytest.mark.parametrize(
    ("accounts", "promise"),
    [
        ([account(points(120, kind="ACCRUAL", **RULE), card=CLUB)], None),
        ([account(row("POINTS_ACCRUAL", 120, source="Automation", details=RULE), card=CLUB)], None),
        ([account(points(50, kind="ACCRUAL", **SEGMENT), card=CLUB)], None),
        ([account(points(50, kind="ACCRUAL", **TIER), card=CLUB)], None),
        ([account(points(50, kind="ACCRUAL"), card=CLUB)], None),
        ([account(points(250, kind="ACCRUAL", **RULE), card=CLUB)], POINTS),
        ([account(points(50, kind="ADDITION", **RULE), card=CLUB)], None),
        ([account(points(50, custom_event={"id": "ev_1"}, **RULE), card=CLUB)], None),
        ([account(row("CREDITS_ADDITION", 1000))], DISCOUNT),
        ([account(row("CREDITS_ADDITION", 40, details=of_order()))], DISCOUNT),
        ([account(points(40, kind="ACCRUAL", **RULE), card=CLUB), account(row())], DISCOUNT),
        ([account(row(source="API", source_id="topup-1", reason="Top-up"))], None),
        ([account(row(source="voucherify-web-ui", reason="Sorry"), own=100)], None),
        ([account(row(at=days(-1)), own=100)], None),
        (
            [account(row("CREDITS_REFUND", 500, details=of_order("r_own", rollback={"id": "rr"})))],
            None,
        ),
        ([account(row("CREDITS_ADDITION", 500, details=of_order(rollback={"id": "rr"})))], None),
        ([account(points(90, kind="TRANSFER_IN"), card=CLUB)], None),
        ([account(points(23, kind="X"), row("PENDING_POINTS_ACTIVATION", 23), card=CLUB)], None),
        ([account()], CREDITS),
        ([account(own=2000)], CREDITS),
        ([], CREDITS),
    ],
    ids=[
        "points of an earning rule",
        "points of an automation's rule",
        "points for a birthday",
        "points of a loyalty tier",
        "an accrual without a rule",
        "an accrual of just what is promised",
        "an addition that names a rule",
        "a rule on a custom event",
        "a discount is promised",
        "a discount is promised, and the order gave credits",
        "a discount is promised, and two cards were added to",
        "a top-up over the API",
        "an apology from the dashboard",
        "a day before",
        "a refund",
        "an addition that gives back an order",
        "a transfer from another card",
        "pending points",
        "nothing was added",
        "only own money",
        "no card",
    ],
)
def test_what_something_else_explains_is_the_customers_own(
    accounts: list[Account], promise: Json | None
) -> None:
    """Nothing is taken, and no one is asked, where Voucherify itself names another reason."""
    api = api_of(*accounts, converted=(conversion("r_someOther"),))

    plan = decided(api, promise=promise)

    assert (taken(plan), plan.unresolved) == ({}, ())


CONVERTED_BY_EVENT = conversion("ev_signup", kind="custom_event")


@pytest.mark.parametrize(
    ("accounts", "promise", "converted", "wanted"),
    [
        ([account(row(details=of_order()))], None, conversion(), {"vtx_1": 500}),
        ([account(row(at=days(9), details=of_order()))], None, conversion(), {"vtx_1": 500}),
        ([account(row("CREDITS_ADDITION", 1200, details=of_order()))], CREDITS, conversion(),
         {"vtx_1": 1200}),
        ([account(points(70, custom_event={"id": "ev_signup"}), card=CLUB)], None,
         CONVERTED_BY_EVENT, {"vtx_1": 70}),
        ([account(row(details=of_order()), row(amount=300, at=MOMENT))], None, conversion(),
         {"vtx_1": 500}),
        ([account(points(), points(at=days(2), kind="ACCRUAL", **RULE), card=CLUB)], POINTS,
         None, {"vtx_1": 250}),
        ([account(row())], CREDITS, None, {"vtx_1": 500}),
        ([account(row(source="Automation"))], CREDITS, None, {"vtx_1": 500}),
        ([account(row(amount=500.0))], reward(500), None, {"vtx_1": 500}),
        ([account(row(at=days(9)))], CREDITS, None, {"vtx_1": 500}),
        ([account(row(at=ASSIGNED - 400 * MS))], CREDITS, None, {"vtx_1": 500}),
        ([account(row(at=ASSIGNED - 400 * MS))], None, None, {"vtx_1": 500}),
        ([account(row(), row(amount=300, at=days(2), source="API"))], CREDITS, None,
         {"vtx_1": 500}),
        ([account(row()), account(points(), card=CLUB)], CREDITS, None, {"vtx_1": 500}),
        ([account(row(), row(at=days(5)))], CREDITS, None, {"vtx_1": 500}),
        ([account(row())], None, None, {"vtx_1": 500}),
        ([account(points(at=days(5)), card=CLUB)], None, conversion("r_x", at=days(5)),
         {"vtx_1": 250}),
        ([account(row(details={"event": {"type": "customer.rewarded"}}))], None, None,
         {"vtx_1": 500}),
        ([account(own=500, since=MOMENT)], CREDITS, None, {"opening:v_gift": 500}),
        ([account(row("CREDITS_REDEMPTION", -200, days(2)), own=500, since=MOMENT)], CREDITS,
         None, {"opening:v_gift": 300}),
    ],
    ids=[
        "names the conversion's redemption",
        "names it days later",
        "names it, and the promise was edited since",
        "names the conversion's custom event",
        "names it, beside another addition",
        "fits, beside an accrual of as much by a rule",
        "fits",
        "fits, by an automation",
        "fits, in floats",
        "fits, days later",
        "fits, stamped just before the assignment",
        "stamped just before, without a promise",
        "fits, beside a top-up",
        "fits, beside points on another card",
        "fits twice, once at the moment",
        "at the moment of the assignment, without a promise",
        "at the moment of the conversion, without a promise",
        "at the moment, of a rewarding",
        "a card was published with it at the moment",
        "a card was published with it, and some was spent",
    ],
)  # fmt: skip
def test_what_is_proved_is_taken(
    accounts: list[Account], promise: Json | None, converted: Json | None, wanted: dict[str, int]
) -> None:
    """Each proof is enough by itself, and only the reward is taken by it."""
    api = api_of(*accounts, converted=(converted,) if converted else ())

    plan = decided(api, promise=promise)

    assert (taken(plan), plan.unresolved) == (wanted, ())
