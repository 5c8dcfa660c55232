"""Event in, balances out, against a Voucherify of a few lines that knows no rule of the product."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

import httpx2
import pytest

from inbox.store.client import StoreClient
from schemas import HolderAssignmentDeleted, load_envelope, load_event, parse_body
from tests.integration.worker.ledger import Ledger
from tests.integration.worker.small_voucherify import (
    ASSIGNED,
    REMOVED,
    Answers,
    Json,
    SmallVoucherify,
    applied,
    card,
    transaction,
)
from tests.unit.worker.learned import InMemory
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.errors import JobError, PermanentError
from worker.run.job import ClaimedJob
from worker.settings.policies import Policies
from worker.voucherify.http import VoucherifyHttp
from worker.voucherify.rest import VoucherifyApi


MOMENT: Final = "2026-03-01T10:00:00.040Z"
LATER: Final = "2026-03-10T10:00:00.000Z"
GIFT, CLUB = "GIFT_VOUCHER", "LOYALTY_CARD"
CREDITS_500: Final[Json] = {
    "type": GIFT,
    "amount": "500",
    "related_object_parent": {"id": "camp_gift", "object": "campaign"},
}
POINTS_250: Final[Json] = {"type": CLUB, "amount": 250, "related_object_parent": {"id": "camp_loy"}}
POINTS_100: Final[Json] = {**POINTS_250, "amount": "100"}
OWN: Final[Json] = {"source": "API", "source_id": "order-1"}
CLAW_BACK: Final = Policies(claw_back_referrer=True)
ROLL_BACK: Final = Policies(roll_back_redemption=True)


def _event(reward: Json | None) -> HolderAssignmentDeleted:
    kind = "customer.holder.assignment.deleted"
    program = {"conversion_event_type": "redemption", "referee_reward": reward}
    document = {
        "id": "whs_1",
        "project_id": "proj_1",
        "created_at": REMOVED,
        "type": kind,
        "data": {
            "holder": {
                "id": "rh_1",
                "customer_id": "cust_1",
                "holder_role": "REFEREE",
                "redeemable_id": "v_code",
                "campaign_id": "camp_ref",
                "campaign_type": "REFERRAL_PROGRAM",
                "voucher_type": "DISCOUNT_VOUCHER",
                "created_at": ASSIGNED,
            },
            "voucher": {"id": "v_code", "type": "DISCOUNT_VOUCHER", "holder_id": "cust_ref"},
            "campaign": {"id": "camp_ref", "referral_program": program},
            "customer": {"id": "cust_1"},
        },
        "source": {"id": "wh_1", "object": "webhook"},
        "event": {"id": "evcus_1", "type": kind, "created_at": REMOVED, "entity_id": "cust_1"},
    }
    event = load_event(load_envelope(parse_body(json.dumps(document).encode())))
    assert isinstance(event, HolderAssignmentDeleted)
    return event


def _text(status: int = 404) -> httpx2.Response:
    """Answer as a load balancer does."""
    return httpx2.Response(status, text="no backend", headers={"content-type": "text/plain"})


def _gift(*rows: Json, balance: int | None = None, campaign: str = "camp_gift") -> dict[str, Any]:
    held = rows[-1]["details"]["balance"]["balance"] if balance is None else balance
    return {"cards": {"v_1": card(GIFT, held, campaign)}, "transactions": {"v_1": [*rows]}}


def _club(*rows: Json) -> dict[str, Any]:
    held = rows[-1]["details"]["balance"]["balance"]
    return {"cards": {"v_1": card(CLUB, held, "camp_loy")}, "transactions": {"v_1": [*rows]}}


def _given(balance: int = 500, at: str = MOMENT, **details: Any) -> Json:
    return transaction("vtx_1", "CREDITS_ADDITION", 500, balance, at, **details)


def _own(amount: int) -> Json:
    unit = "CREDITS_ADDITION"
    return transaction("vtx_0", unit, amount, amount, "2026-01-01T00:00:00Z", **OWN)


def _points(name: str, amount: int, balance: int, at: str = MOMENT, **details: Any) -> Json:
    kind = details.pop("kind", "POINTS_ADDITION")
    return transaction(name, kind, amount, balance, at, **details)


def _converted(what: str, kind: str) -> dict[str, Json]:
    came = {
        "campaign_id": "camp_ref",
        "referrer_id": "cust_ref",
        "related_object_id": what,
        "related_object_type": kind,
        "date": LATER,
    }
    referrals = {"total": 1, "campaigns": [came]}
    return {"cust_1": {"id": "cust_1", "metadata": {}, "referrals": referrals}}


def _rewarded(referee: Json, **announced: Any) -> dict[str, Any]:
    """Build a referrer whose card of 90,000 got what an activity reports."""
    data = {
        "referral_tier": {"id": "tier_1", "campaign_id": "camp_ref"},
        "voucher": {"id": "v_code", "type": "DISCOUNT_VOUCHER"},
        "campaign": {"id": "camp_ref"},
        "reward": {"id": "rew_1", "type": "CAMPAIGN"},
        "balance": None,
        **referee,
    }
    credited = announced.pop("credited", 300)
    data |= announced
    rewarded = {"id": "a_1", "type": "customer.rewarded"}
    reported = {"id": "a_2", "type": "customer.voucher.gift.balance_added"}
    added = {
        "voucher": {"id": "v_1", "type": GIFT},
        "balance": {"amount": credited},
        "transaction": {"id": "vtx_1"},
    }
    both: Json = {"group_id": "g_1", "created_at": MOMENT}
    listed = [{**rewarded, **both, "data": {"data": data}}]
    if credited:
        listed.append({**reported, **both, "data": {"data": added}})
    given = transaction("vtx_1", "CREDITS_ADDITION", credited or 300, 90_000, MOMENT)
    return {
        "cards": {"v_1": card(GIFT, 90_000, "camp_gift", "cust_ref")},
        "transactions": {"v_1": [given]},
        "activity": {"cust_ref": listed},
    }


_BY: Final[Json] = {"redemption": {"id": "r_1", "customer_id": "cust_1"}}


def _converted_card() -> dict[str, Any]:
    return _gift(_given()) | {"customers": _converted("r_conv", "redemption")}


def _error(status: int, key: str) -> httpx2.Response:
    """Answer with an error of Voucherify's own."""
    return httpx2.Response(status, json={"code": status, "key": key, "message": "No"})


@dataclass(frozen=True)
class Case:
    """What Voucherify has, what the event promises, and how it must end."""

    shop: dict[str, Any]
    left: int
    ends: str
    promise: Json | None = None
    instead: Callable[[], dict[str, Answers]] = field(default=dict)
    policies: Policies = field(default_factory=Policies)


_STILL: Final[Json] = {"id": "rh_1", "customer_id": "cust_1", "created_at": ASSIGNED}
_TWICE: Final = _gift(_own(500), _given(1000))

CASES: Final[dict[str, Case]] = {
    # A. Whose answer it is.
    "a proxy's 404 for the redeemables": Case(
        _gift(_given()), 0, "took back 500", CREDITS_500, lambda: {"GET redeemables": [_text()]}
    ),
    "a proxy's 404 for the transactions": Case(
        _gift(_given()), 0, "took back 500", CREDITS_500, lambda: {"GET transactions": [_text()]}
    ),
    "an empty 404 for the holders": Case(
        _gift(_given()), 0, "took back 500", CREDITS_500,
        lambda: {"GET holders": [httpx2.Response(404)]},
    ),
    "a proxy's 404 for the holders of who is still assigned": Case(
        _gift(_given()) | {"holders": [_STILL]}, 500, "PERSON.*still listed", CREDITS_500,
        lambda: {"GET holders": [_text()]},
    ),
    "applied and answered 502, then a proxy's 404 twice": Case(
        _TWICE, 500, "took back 500", CREDITS_500,
        lambda: {
            "POST balance": [applied(_text(502))],
            "GET transactions": [None, _text(), _text()],
        },
    ),
    "applied and answered 502, then JSON about something else": Case(
        _TWICE, 500, "took back 500", CREDITS_500,
        lambda: {
            "POST balance": [applied(_text(502))],
            "GET transactions": [None, httpx2.Response(404, json={"message": "no route"})],
        },
    ),
    "applied and answered 200 with a page": Case(
        _TWICE, 500, "took back 500", CREDITS_500,
        lambda: {"POST balance": [applied(httpx2.Response(200, text="<html>"))]},
    ),
    "applied and answered 202 with nothing": Case(
        _TWICE, 500, "took back 500", CREDITS_500,
        lambda: {"POST balance": [applied(httpx2.Response(202))]},
    ),
    "not applied and answered 202 with nothing": Case(
        _TWICE, 500, "took back 500", CREDITS_500,
        lambda: {"POST balance": [httpx2.Response(202)]},
    ),
    "a proxy's 404 for the mark": Case(
        _gift(_given()), 0, "marked the customer", CREDITS_500, lambda: {"PUT cust_1": [_text()]}
    ),
    # B. What proves that it was the reward.
    "points by an earning rule": Case(
        _club(_points("vtx_1", 120, 620, LATER, kind="POINTS_ACCRUAL", source="Automation",
                      event={"type": "customer.custom_event"}, earning_rule={"id": "ern_1"},
                      custom_event={"id": "evcus_x"})),
        620, "nothing to take back",
    ),
    "points for entering a segment": Case(
        _club(_points("vtx_1", 50, 50, LATER, kind="POINTS_ACCRUAL", event={"type": "x"},
                      earning_rule={"id": "ern_1"}, segment={"name": "birthday"})),
        50, "nothing to take back",
    ),
    "points by a rule that the transaction does not name": Case(
        _club(_points("vtx_1", 50, 50, LATER, kind="POINTS_ACCRUAL")), 50, "nothing to take back"
    ),
    "something was promised and something else added": Case(
        _gift(transaction("vtx_1", "CREDITS_ADDITION", 4000, 4000, LATER), campaign="camp_b"),
        4000, "PERSON.*250 points.*is not there.*was not promised", POINTS_250,
    ),
    "a discount was promised": Case(
        _gift(transaction("vtx_1", "CREDITS_ADDITION", 1000, 1000, LATER)),
        1000, "nothing to take back", {"type": "DISCOUNT_VOUCHER"},
    ),
    "as much by a rule as was promised": Case(
        _club(_points("vtx_1", 250, 250),
              _points("vtx_2", 250, 500, LATER, kind="POINTS_ACCRUAL", earning_rule={"id": "e"})),
        250, "took back 250", POINTS_250,
    ),
    "the conversion's own redemption is named": Case(
        _gift(_given(at=LATER, redemption={"id": "r_conv"}, order={"id": "ord_1"}))
        | {"customers": _converted("r_conv", "redemption")},
        0, "took back 500",
    ),
    "the conversion's own custom event is named": Case(
        _gift(_given(at=LATER, custom_event={"id": "e_conv"}))
        | {"customers": _converted("e_conv", "event")},
        0, "took back 500",
    ),
    "another redemption is named": Case(
        _gift(_given(at=LATER, redemption={"id": "r_tea"}, order={"id": "ord_1"}))
        | {"customers": _converted("r_conv", "redemption")},
        500, "nothing to take back",
    ),
    "stamped just before the assignment": Case(
        _gift(_given(at="2026-03-01T09:59:59.600Z")), 0, "took back 500", CREDITS_500
    ),
    "a card that began with its amount": Case(
        {"cards": {"v_1": card(GIFT, 500, "camp_gift", since=MOMENT)}}, 0, "took back 500",
        CREDITS_500,
    ),
    "a card that was bought the day before": Case(
        {"cards": {"v_1": card(GIFT, 500, "camp_gift", since="2026-02-28T10:00:00.000Z")}},
        500, "nothing to take back", CREDITS_500,
    ),
    "weeks later, and nobody says what was promised": Case(
        _gift(_given(at=LATER)), 500, "PERSON.*may be the reward, and nothing proves it"
    ),
    # C. What became of it.
    "it expired": Case(
        _club(_points("vtx_0", 500, 500, "2026-01-01T00:00:00Z", **OWN),
              _points("vtx_1", 100, 600),
              _points("vtx_2", -100, 500, LATER, kind="POINTS_EXPIRATION")),
        500, "took back 0 .*expired by transaction vtx_2", POINTS_100,
    ),
    "Voucherify took it back itself": Case(
        _gift(_own(700), _given(1200), transaction("vtx_2", "CREDITS_REMOVAL", -500, 700, REMOVED,
                                                   related_transaction_id="vtx_1")),
        700, "took back 0 .*already by transaction vtx_2", CREDITS_500,
    ),
    "somebody took it back in the dashboard": Case(
        _gift(_own(700), _given(1200), transaction("vtx_2", "CREDITS_REMOVAL", -500, 700, REMOVED,
                                                   source="voucherify-web-ui", reason="left")),
        700, "took back 0 .*already by transaction vtx_2", CREDITS_500,
    ),
    "spent, then own money was paid in": Case(
        _gift(_given(), transaction("vtx_2", "CREDITS_REDEMPTION", -500, 0, LATER,
                                    redemption={"id": "r_2"}, order={"id": "ord_2"}),
              transaction("vtx_3", "CREDITS_ADDITION", 900, 900, LATER, **OWN)),
        900, "took back 0 .*500 spent", CREDITS_500,
    ),
    "points were spent, then own points came": Case(
        _club(_points("vtx_1", 250, 250),
              _points("vtx_2", -250, 0, LATER, kind="POINTS_REDEMPTION", redemption={"id": "r_2"}),
              _points("vtx_3", 900, 900, LATER, **OWN)),
        900, "took back 0 .*250 spent", POINTS_250,
    ),
    "moved to another card": Case(
        _club(_points("vtx_1", 250, 250),
              _points("vtx_2", -250, 0, LATER, kind="POINTS_TRANSFER_OUT",
                      destination_voucher={"id": "v_other"})),
        0, "PERSON.*250 of the reward were moved to card v_other", POINTS_250,
    ),
    # D. What the referrer earned.
    "a referrer's card without an amount is never switched off": Case(
        _rewarded(_BY, credited=0,
                  reward={"type": "CAMPAIGN", "voucher": {"id": "v_1", "type": GIFT}}),
        90_000, "PERSON.*credits reward on voucher v_1 cannot be taken back",
        policies=CLAW_BACK,
    ),
    "credits beside points of nought": Case(
        _rewarded(_BY, balance={"amount": 300, "points": 0}), 89_700, "took back 300",
        policies=CLAW_BACK,
    ),
    "the referee is named by the redemption's customer": Case(
        _rewarded({"redemption": {"id": "r_1", "customer": {"id": "cust_1"}}},
                  balance={"amount": 300}),
        89_700, "took back 300", policies=CLAW_BACK,
    ),
    "the referee is named by the custom event's customer": Case(
        _rewarded({"custom_event": {"id": "e_1", "customer": {"id": "cust_1"}}},
                  balance={"amount": 300}),
        89_700, "took back 300", policies=CLAW_BACK,
    ),
    "the fifth of five left": Case(
        _rewarded(_BY, credited=10_000, balance={"amount": 10_000},
                  referral_tier={"id": "t", "campaign_id": "camp_ref", "banner": "5 friends",
                                 "parameters": {"min_redemptions": 5}}),
        90_000, 'PERSON.*"5 friends".*10000 for 5 referees', policies=CLAW_BACK,
    ),
    "one of the first four left": Case(
        _rewarded({"redemption": {"id": "r_5", "customer_id": "cust_5"}}, credited=10_000,
                  balance={"amount": 10_000},
                  referral_tier={"id": "t", "campaign_id": "camp_ref", "banner": "5 friends",
                                 "parameters": {"min_redemptions": 5}}),
        90_000, 'PERSON.*"5 friends".*10000 for 5 referees', policies=CLAW_BACK,
    ),
    # E. The order, and the mark.
    "a rollback by which Voucherify takes the reward back": Case(
        _converted_card() | {"reversed": True}, 0, "rolled back redemption r_conv, took back 0",
        CREDITS_500, policies=ROLL_BACK,
    ),
    "a rollback by which it does not": Case(
        _converted_card(), 0, "rolled back redemption r_conv, took back 500", CREDITS_500,
        policies=ROLL_BACK,
    ),
    "another rollback of the same redemption is under way": Case(
        _converted_card(), 0, "rolled back redemption r_conv, took back 500", CREDITS_500,
        lambda: {"POST rollback": [_error(400, "multiple_requests")]}, ROLL_BACK,
    ),
    "a rollback that must be its parent's": Case(
        _converted_card(), 500, "PERSON.*r_conv cannot be rolled back.*invalid_redemption_parent",
        CREDITS_500, lambda: {"POST rollback": [_error(400, "invalid_redemption_parent")]},
        ROLL_BACK,
    ),
    "a rollback that failed": Case(
        _converted_card(), 500, "PERSON.*r_conv cannot be rolled back", CREDITS_500,
        lambda: {"POST rollback": [httpx2.Response(200, json={
            "id": "rr_1", "redemption": "r_conv", "result": "FAILURE"})]},
        ROLL_BACK,
    ),
    "a rollback that a proxy answered with 404": Case(
        _converted_card(), 0, "rolled back redemption r_conv, took back 500", CREDITS_500,
        lambda: {"POST rollback": [_text()]}, ROLL_BACK,
    ),
    "a customer who came by a custom event": Case(
        _gift(_given()) | {"customers": _converted("e_conv", "event")}, 0,
        "took back 500.*nothing to roll back: the customer converted by a custom event",
        CREDITS_500, policies=ROLL_BACK,
    ),
    "only defined metadata is allowed": Case(
        _gift(_given()), 0, "took back 500.*not marked.*invalid_payload", CREDITS_500,
        lambda: {"PUT cust_1": [_error(400, "invalid_payload")]},
    ),
    # What was deleted.
    "the customer was deleted": Case(
        _gift(_given()) | {"gone": ["cust_1"]}, 500, "the customer no longer exists", CREDITS_500
    ),
    "the code was deleted": Case(
        _gift(_given()) | {"gone": ["v_code"]}, 0, "took back 500", CREDITS_500
    ),
    "customer and code are unknown": Case(
        _gift(_given()) | {"gone": ["v_code", "cust_1"]}, 500,
        "PERSON.*neither this customer nor this code", CREDITS_500,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_ends_as_it_must(store: StoreClient, name: str) -> None:
    """The right amount is on the card at the end, and the job says what was done and why."""
    case = CASES[name]
    shop = SmallVoucherify(**_copied(case.shop), instead=case.instead())
    ledger = Ledger(store)
    client = httpx2.Client(transport=httpx2.MockTransport(shop))
    perks = VoucherifyPerks(
        VoucherifyApi(VoucherifyHttp("http://shop", "id", "token", client=client)),
        ledger,
        case.policies,
        InMemory(),
    )

    said = _work(perks, _event(case.promise), ledger)

    assert re.search(case.ends, said)
    assert said.startswith("PERSON") == case.ends.startswith("PERSON")
    assert shop.cards["v_1"]["balance"] == case.left
    assert shop.cards["v_1"].get("active", True)
    if "marked the customer" in said:
        assert shop.customers["cust_1"]["metadata"]["referral_removed_at"].startswith("2026-04-01")


def _copied(document: dict[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(document))
    return copy


def _work(perks: VoucherifyPerks, event: HolderAssignmentDeleted, ledger: Ledger) -> str:
    """Run the job until it ends, and say how."""
    for tries in range(1, 13):
        job = ClaimedJob(
            id="0" * 32 + ":revoke_referral_perks",
            delivery="0" * 32,
            deadline=monotonic() + 300,
            now=lambda: datetime.now(UTC),
            tries=tries,
            again=tries > 1,
        )
        try:
            return perks.revoke(event, job)
        except PermanentError as error:
            return f"PERSON: {error}"
        except JobError:
            # Calls whose answers did not come are over by the next try.
            ledger.pass_time(400)
    raise AssertionError("the job did not end")
