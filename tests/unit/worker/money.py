"""What Voucherify's API would list of a customer's cards, and what is decided over it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from schemas import HolderAssignmentDeleted
from tests.samples import reward
from tests.unit.worker.build import job
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.learned import InMemory
from tests.unit.worker.revocations import (
    ASSIGNED,
    CAMPAIGN,
    CODE,
    GIFT,
    MOMENT,
    NONE,
    REFEREE,
    REFERRER,
    referee_left,
)
from worker.revocation.cards import Card
from worker.revocation.decide.plan import decide
from worker.revocation.find.finder import Finder
from worker.revocation.find.needs import needs
from worker.revocation.steps import Plan, TakeBalance
from worker.settings.policies import Policies


Json = dict[str, Any]

#: A card that the customer has had for long.
LONG_AGO = ASSIGNED - timedelta(days=90)

#: The redemption by which the referee came.
CONVERSION = "r_conversion"

#: What the campaign promises its referees, as an event has it.
CREDITS = reward("500")
POINTS = reward("250", kind="LOYALTY_CARD", card_campaign="camp_club")


def days(number: float) -> datetime:
    """Return a time so many days after the assignment."""
    return ASSIGNED + timedelta(days=number)


def row(
    kind: str = "CREDITS_ADDITION",
    amount: float = 500,
    at: datetime = MOMENT,
    *,
    details: Json | None = None,
    **more: Any,
) -> Json:
    """
    Build a transaction, as the API lists it; `more` are further fields of it.

    `details` stand beside the balance, which `account` completes.
    """
    unit = "amount" if kind.startswith("CREDITS") else "points"
    return {
        "id": None,
        "type": kind,
        "source": None,
        "source_id": None,
        "reason": None,
        "related_transaction_id": None,
        "created_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "details": {"balance": {unit: amount}, **(details or {})},
        **more,
    }


def of_order(name: str = CONVERSION, **more: Any) -> Json:
    """Name a redemption and its order as the cause."""
    return {"redemption": {"id": name}, "order": {"id": "ord_1"}, **more}


def points(
    amount: int = 250, at: datetime = MOMENT, *, kind: str = "ADDITION", **causes: Any
) -> Json:
    """Build an addition of points, with what it names as its cause."""
    return row(f"POINTS_{kind}", amount, at, details=causes)


@dataclass(frozen=True)
class Account:
    """A card, how its customer holds it, and its transactions, newest first."""

    card: Card
    held: Json
    rows: list[Json]


def account(
    *rows: Json,
    card: Card = GIFT,
    own: float = 0,
    since: datetime = LONG_AGO,
    customer: str = REFEREE,
) -> Account:
    """
    Build a card that had so much of its own before its transactions, which come oldest first.

    Ids that are not given are `vtx_1` and so on; balances that are not given are the sums.
    """
    balance, listed = own, []
    for number, each in enumerate(rows, 1):
        details = each["details"]
        if isinstance(details, dict):
            reported = details["balance"]
            balance += reported.get("amount", 0) or reported.get("points", 0) or 0
            details = details | {"balance": {"balance": balance, "object": "balance"} | reported}
        listed.append(each | {"id": each["id"] or f"vtx_{number}", "details": details})
    field = "gift" if card.type == "GIFT_VOUCHER" else "loyalty_card"
    held = {
        "id": f"rh_of_{card.id}",
        "redeemable_id": card.id,
        "redeemable_object": "voucher",
        "voucher_type": card.type,
        "campaign_id": card.campaign,
        "customer_id": customer,
        "holder_role": "OWNER",
        "created_at": since.isoformat(),
        "redeemable": {"type": "voucher", "voucher": {field: {"balance": balance}}},
    }
    return Account(card, held, listed[::-1])


def code_held(code: str, role: str, at: datetime) -> Json:
    """Build how the customer holds a referral code."""
    return {
        "id": f"rh_of_{code}",
        "redeemable_id": code,
        "voucher_type": "DISCOUNT_VOUCHER",
        "customer_id": REFEREE,
        "holder_role": role,
        "created_at": at.isoformat(),
    }


def conversion(
    name: str = CONVERSION,
    *,
    kind: str = "redemption",
    at: datetime = ASSIGNED,
    campaign: str = CAMPAIGN,
) -> Json:
    """Build one of a customer's `referrals.campaigns`."""
    return {
        "campaign_id": campaign,
        "referrer_id": REFERRER,
        "related_object_id": name,
        "related_object_type": kind,
        "date": at.isoformat(),
    }


def api_of(
    *accounts: Account,
    converted: tuple[Json, ...] = (),
    codes: tuple[Json, ...] = (),
    campaign: Json | None = None,
    activities: tuple[Json, ...] = (),
) -> FakeApi:
    """Build the API with the cards of the referee and of the referrer."""
    return FakeApi(
        held=[each.held for each in accounts if each.held["customer_id"] == REFEREE] + [*codes],
        listed={each.card.id: each.rows for each in accounts},
        customers={REFEREE: {"id": REFEREE, "referrals": {"campaigns": list(converted)}}},
        campaigns={CAMPAIGN: campaign} if campaign else {},
        activities={REFERRER: list(activities)},
        vouchers={CODE: {"id": CODE, "active": True, "holder_id": REFERRER}},
    )


def decided(
    api: FakeApi,
    *,
    promise: Json | None = None,
    event: HolderAssignmentDeleted | None = None,
    policies: Policies = NONE,
) -> Plan:
    """Read and decide; `promise` is the event's `referee_reward`."""
    event = event or referee_left(referee_reward=promise)
    found = Finder(api, InMemory()).find(event, needs(event, policies), job())
    return decide(event, found, policies)


def taken(plan: Plan) -> dict[str, int]:
    """Name how much is taken back, by the transaction that gave it; 0 is something too."""
    return {step.grant: step.due for step in plan.steps if isinstance(step, TakeBalance)}


def campaign(reward: Json | None = None, *, edited: datetime = LONG_AGO) -> Json:
    """Build what "Get campaign" gives, with what it promises now."""
    program = {"conversion_event_type": "redemption", "referee_reward": reward}
    return {"id": CAMPAIGN, "referral_program": program, "updated_at": edited.isoformat()}
