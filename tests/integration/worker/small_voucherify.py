"""
A Voucherify of a few lines, which shares nothing with the stand-in and knows no rule of it.

It lists what it received, in the shapes of the published specification, and moves balances.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2


Json = dict[str, Any]

ASSIGNED = "2026-03-01T10:00:00.000Z"
REMOVED = "2026-04-01T10:00:00.000Z"

#: What a call answers instead of what it should; None for what it should.
Answering = Callable[["SmallVoucherify", httpx2.Request], httpx2.Response]
Answers = list[httpx2.Response | Answering | None]


def card(kind: str, balance: int, campaign: str, owner: str = "cust_1", **more: Any) -> Json:
    """Build a card."""
    return {"type": kind, "balance": balance, "campaign": campaign, "owner": owner, **more}


def transaction(name: str, kind: str, amount: int, balance: int, at: str, **more: Any) -> Json:
    """Build a transaction; what is not one of its own fields is one of its details."""
    fields = ("source", "source_id", "reason", "related_transaction_id")
    own = {name: more.pop(name, None) for name in fields}
    unit = "amount" if kind.startswith("CREDITS") else "points"
    held = {unit: amount, "balance": balance, "total": 0, "object": "balance"}
    return {
        "id": name,
        "type": kind,
        "created_at": at,
        "details": {"balance": held, **more},
        **own,
    }


def not_found(kind: str, name: str) -> httpx2.Response:
    """Answer that there is no such thing, in Voucherify's own words."""
    return httpx2.Response(
        404,
        json={
            "code": 404,
            "key": "not_found",
            "message": "Resource not found",
            "details": f"Cannot find {kind} with id {name}",
            "resource_id": name,
            "resource_type": kind,
        },
    )


def applied(answer: httpx2.Response) -> Answering:
    """Do what was asked, and answer something else."""

    def do(shop: "SmallVoucherify", request: httpx2.Request) -> httpx2.Response:
        shop.answer(request)
        return answer

    return do


@dataclass
class SmallVoucherify:
    """Answers calls, and keeps a list of them: the method and the end of the path."""

    cards: dict[str, Json] = field(default_factory=dict)
    transactions: dict[str, list[Json]] = field(default_factory=dict)
    customers: dict[str, Json] = field(default_factory=dict)
    activity: dict[str, list[Json]] = field(default_factory=dict)
    campaign: Json | None = None
    holders: list[Json] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    reversed: bool = False
    instead: dict[str, Answers] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a call."""
        call = f"{request.method} {request.url.path.rsplit('/', 1)[1]}"
        self.calls.append(call)
        answers = self.instead.get(call)
        other = answers.pop(0) if answers else None
        if callable(other):
            return other(self, request)
        return other or self.answer(request)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer as Voucherify does."""
        match request.url.path.split("/")[2:]:
            case ["referrals", "members", code, *_]:
                return not_found("voucher", code) if code in self.gone else _list(self.holders)
            case ["redemptions", name, "rollback"]:
                return self._roll_back(name)
            case ["campaigns", name]:
                same = self.campaign and self.campaign["id"] == name
                if not same:
                    return not_found("campaign", name)
                return httpx2.Response(200, json=self.campaign)
            case ["customers", name, *what]:
                return self._customer(name, what, request)
            case ["vouchers", name, *what]:
                return self._voucher(name, what, request)
        raise AssertionError(request.url.path)

    def _customer(self, name: str, what: list[str], request: httpx2.Request) -> httpx2.Response:
        if name in self.gone:
            return not_found("customer", name)
        customer = self.customers.setdefault(name, {"id": name, "metadata": {}})
        match what:
            case []:
                if request.method == "PUT":
                    customer["metadata"] |= json.loads(request.content)["metadata"]
                return httpx2.Response(200, json=customer)
            case ["redeemables"]:
                return _list(
                    [self._redeemable(k) for k, v in self.cards.items() if v["owner"] == name]
                )
            case ["activity"]:
                return _list(self.activity.get(name, []))
        raise AssertionError(what)

    def _voucher(self, name: str, what: list[str], request: httpx2.Request) -> httpx2.Response:
        if name not in self.cards:
            return not_found("voucher", name)
        match what:
            case []:
                return httpx2.Response(200, json=self._show(name))
            case ["transactions"]:
                return _list(self.transactions.get(name, [])[::-1])
            case ["balance"]:
                return self._move(name, json.loads(request.content))
            case ["disable"]:
                self.cards[name]["active"] = False
                return httpx2.Response(200, json=self._show(name))
        raise AssertionError(what)

    def _roll_back(self, name: str) -> httpx2.Response:
        if self.reversed:
            # A campaign may take the referee's reward back by itself.
            for card_, listed in self.transactions.items():
                given, held = listed[-1], self.cards[card_]
                held["balance"] -= 500
                named = {"related_transaction_id": given["id"]}
                kind, now = "CREDITS_REMOVAL", held["balance"]
                listed.append(transaction("vtx_back", kind, -500, now, REMOVED, **named))
        return httpx2.Response(200, json={"id": "rr_1", "redemption": name, "result": "SUCCESS"})

    def _move(self, name: str, asked: Json) -> httpx2.Response:
        moved = self.cards[name]
        amount = asked["amount"]
        moved["balance"] += amount
        unit = "CREDITS" if moved["type"] == "GIFT_VOUCHER" else "POINTS"
        kind = f"{unit}_{'REMOVAL' if amount < 0 else 'ADDITION'}"
        listed = self.transactions.setdefault(name, [])
        named = {"source": "API", "source_id": asked["source_id"], "reason": asked["reason"]}
        number = f"vtx_made_{len(listed)}"
        listed.append(transaction(number, kind, amount, moved["balance"], REMOVED, **named))
        related = {"type": "voucher", "id": name}
        shown = {"object": "balance", "operation_type": "MANUAL", "related_object": related}
        return httpx2.Response(200, json={"amount": amount, "balance": moved["balance"], **shown})

    def _show(self, name: str) -> Json:
        shown = self.cards[name]
        field_ = "gift" if shown["type"] == "GIFT_VOUCHER" else "loyalty_card"
        return {
            "id": name,
            "object": "voucher",
            "type": shown["type"],
            field_: {"balance": shown["balance"]},
            "active": shown.get("active", True),
            "holder_id": shown["owner"],
            "campaign_id": shown["campaign"],
        }

    def _redeemable(self, name: str) -> Json:
        shown = self.cards[name]
        return {
            "id": f"rh_{name}",
            "created_at": shown.get("since", "2026-01-01T00:00:00.000Z"),
            "redeemable_id": name,
            "customer_id": shown["owner"],
            "holder_role": "OWNER",
            "campaign_id": shown["campaign"],
            "voucher_type": shown["type"],
            "redeemable": {"type": "voucher", "voucher": self._show(name)},
        }


def _list(items: list[Json]) -> httpx2.Response:
    shown = {"object": "list", "data_ref": "data", "data": items, "total": len(items)}
    return httpx2.Response(200, json={**shown, "has_more": False})
