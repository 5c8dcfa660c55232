"""What may be the reward and is not proved to be it: a person decides, with all ids."""

from datetime import timedelta
from typing import Any

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
from tests.unit.worker.revocations import CLUB, HOLDER, MOMENT, REFEREE
from worker.revocation.cards import Card


MS = timedelta(milliseconds=1)
OTHER = Card("v_other", "GIFT_VOUCHER", "camp_other")
TICKET = reward("5", kind="TICKET")


CONVERTED_BY_EVENT = conversion("ev_signup", kind="custom_event")


def _unread(**more: Any) -> Json:
    return row(**{"details": None, "id": "vtx_odd", **more}) | {"details": None}


@pytest.mark.parametrize(
    ("accounts", "promise", "converted", "ids"),
    [
        ([account(row("CREDITS_ADDITION", 4000), card=OTHER)], POINTS, None, ["vtx_1", "v_other"]),
        ([account(row(amount=499))], CREDITS, None, ["vtx_1"]),
        ([account(points(500), card=CLUB)], CREDITS, None, ["vtx_1", "v_club"]),
        ([account(row(), card=OTHER)], CREDITS, None, ["vtx_1", "v_other"]),
        ([account(row(), row(at=MOMENT + MS))], CREDITS, None, ["vtx_1", "vtx_2"]),
        ([account(row(at=days(3)), row(at=days(5)))], CREDITS, None, ["vtx_1", "vtx_2"]),
        ([account(row(at=days(9)))], None, None, ["vtx_1"]),
        ([account(row()), account(points(), card=CLUB)], None, None, ["v_gift", "v_club"]),
        ([account(row(source="API"))], CREDITS, None, ["vtx_1"]),
        ([account(row(source="Migration"))], CREDITS, None, ["vtx_1"]),
        ([account(row(source="Migration"))], None, None, ["vtx_1"]),
        ([account(row(details={"order": {"id": "ord_1"}}))], None, None, ["vtx_1"]),
        ([account(row(details=of_order("r_unlisted")))], None, None, ["vtx_1"]),
        ([account(row(details=of_order(), id="vtx_a"), row(details=of_order(), id="vtx_b"))], None,
         conversion(), ["vtx_a", "vtx_b"]),
        ([account(points(50, kind="ACCRUAL", custom_event={"id": "ev_signup"}), card=CLUB)], None,
         CONVERTED_BY_EVENT, ["vtx_1"]),
        ([account(own=1000, since=MOMENT)], None, None, ["opening:v_gift", "1000"]),
        ([account(own=1000, since=MOMENT)], CREDITS, None, ["opening:v_gift"]),
        ([account(own=500, since=days(4))], CREDITS, None, ["opening:v_gift"]),
        ([account(row(), row(at=days(1)))], TICKET, None, ["vtx_1", "unknown type"]),
        ([account()], TICKET, None, ["unknown type"]),
        ([], TICKET, None, ["unknown type"]),
        ([account(_unread())], CREDITS, None, ["vtx_odd", "v_gift"]),
        ([account(_unread(id=None, kind="POINTS_ADDITION"))], None, None, ["v_gift"]),
        ([account(_unread(kind="POINTS_REDEMPTION"), since=MOMENT)], None, None, ["vtx_odd"]),
        ([account(row() | {"created_at": "soon"})], CREDITS, None, ["vtx_1"]),
    ],
    ids=[
        "credits of another campaign, points are promised",
        "one cent less than promised",
        "points, credits are promised",
        "credits on a card of another campaign",
        "fits twice at the moment",
        "fits twice, never at the moment",
        "days later, without a promise",
        "two cards at the moment, without a promise",
        "fits, and was added by hand",
        "fits, by a channel that nobody knows",
        "at the moment, by a channel that nobody knows",
        "at the moment, for an order",
        "at the moment, for a redemption that no conversion names",
        "two name the conversion",
        "an accrual without a rule names the conversion",
        "a card was published with an amount, without a promise",
        "a card was published with another amount than promised",
        "a card was published with it, days later",
        "an unknown type is promised",
        "an unknown type is promised, and nothing was added",
        "an unknown type is promised, and there is no card",
        "an addition that cannot be read",
        "an addition without an id",
        "a new card whose transactions cannot be read",
        "an addition without a time",
    ],
)  # fmt: skip
def test_what_is_not_proved_and_not_ruled_out_is_for_a_person(
    accounts: list[Account], promise: Json | None, converted: Json | None, ids: list[str]
) -> None:
    """Nothing is taken, and a person gets the assignment, the transactions and the cards."""
    api = api_of(*accounts, converted=(converted,) if converted else ())

    plan = decided(api, promise=promise)

    assert taken(plan) == {}
    (sentence,) = plan.unresolved
    for each in (*ids, HOLDER, REFEREE):
        assert each in sentence
