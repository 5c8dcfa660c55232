"""
Bodies of the shapes that Voucherify's reference of webhook events describes, all made up.

The same seed gives the same bodies. No id, name or text comes twice by more than chance, so that a
dictionary made of them holds what every shop's bodies share and nothing of one shop's.
"""

import json
from typing import Any, Final

from bench.dictionary.parts import CARD, DISCOUNT, GIFT, Shop, as_stored


#: Event types and how often each is made. Assignments are what perkhook is for.
_TYPES: Final = {
    "customer.holder.assignment.deleted": 40,
    "customer.holder.assignment.created": 20,
    "customer.deleted": 6,
    "customer.updated": 5,
    "customer.created": 3,
    "customer.rewarded": 3,
    "customer.reward_redemptions.completed": 2,
    "customer.voucher.gift.balance_added": 3,
    "customer.voucher.loyalty_card.points_added": 3,
    "customer.redemption.succeeded": 5,
    "customer.publication.succeeded": 3,
    "customer.segment.entered": 2,
    "customer.order.paid": 3,
    "voucher.disabled": 1,
    "voucher.published": 1,
}


def bodies(seed: int, shops: int, each: int) -> list[bytes]:
    """Make so many bodies of so many shops."""
    return [body for shop in range(shops) for body in _Bodies(seed * 10_007 + shop).many(each)]


class _Bodies(Shop):
    def many(self, number: int) -> list[bytes]:
        types = self.random.choices([*_TYPES], [*_TYPES.values()], k=number)
        return [self.body(event_type) for event_type in types]

    def body(self, event_type: str) -> bytes:
        customer = self.customer()
        moment = self.moment()
        data = self.data(event_type, customer)
        document = {
            "id": self.hex_id("whs"),
            "project_id": self.project,
            "created_at": self.moment() if self.maybe(0.5) else moment,
            "type": event_type,
            "data": as_stored(data) if self.maybe(0.85) else data,
            "source": {"id": self.webhook, "object": "webhook", "target_url": self.target},
            "event": {
                "id": self.hex_id("evcus" if event_type.startswith("customer.") else "ev"),
                "type": event_type,
                "created_at": moment,
                "entity_id": customer["id"],
                "group_id": self.hex_id("v", "-"),
                "event_source": self.event_source(),
            },
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    def data(  # noqa: PLR0911 - one a shape
        self, event_type: str, customer: dict[str, Any]
    ) -> dict[str, Any]:
        match event_type.rpartition("customer.")[2].split("."):
            case ["holder", "assignment", _]:
                return self.assignment(customer)
            case ["deleted" | "updated" | "created"]:
                return {"customer": self.whole_customer(customer)}
            case ["rewarded"]:
                return self.about(customer) | self.rewarded()
            case ["reward_redemptions", _]:
                return self.about(customer) | self.reward_redemption(customer)
            case ["voucher", card, _]:
                kind = GIFT if card == "gift" else CARD
                return self.about(customer, kind) | self.balance(kind)
            case ["redemption", _]:
                return self.about(customer) | {"redemption": self.redemption(customer)}
            case ["publication", _]:
                return self.about(customer) | {"publication": self.publication(customer)}
            case ["order", _]:
                return {"customer": customer, "order": self.order(customer)}
            case ["segment", _]:
                segment = {"id": self.id("seg", 24), "name": self.title(), "object": "segment"}
                return {"customer": customer, "segment": segment}
        return {"voucher": self.voucher(DISCOUNT), "customer": customer}

    def about(self, customer: dict[str, Any], kind: str | None = None) -> dict[str, Any]:
        return {
            "customer": customer,
            "campaign": self.campaign(),
            "voucher": self.voucher(kind or self.kind),
        }

    def assignment(self, customer: dict[str, Any]) -> dict[str, Any]:
        voucher = self.voucher(self.kind)
        role = self.random.choices(("REFEREE", "REFERRER", "OWNER"), (8, 1, 1))[0]
        holder = {
            "id": self.hex_id("rh"),
            "created_at": self.moment(),
            "redeemable_id": voucher["id"],
            "redeemable_object": "voucher",
            "campaign_id": self.campaign_id,
            "campaign_type": self.one_of("REFERRAL_PROGRAM", "REFERRAL_PROGRAM", None),
            "voucher_type": self.kind,
            "publication_id": self.id("pub", 24) if self.maybe(0.2) else None,
            "customer_id": customer["id"],
            "holder_role": role,
            "object": "redeemable_holder",
        }
        return {"holder": holder, "voucher": voucher, "campaign": self.campaign()} | {
            "customer": customer
        }

    def redemption(self, customer: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.id("r", 18),
            "customer_id": customer["id"],
            "tracking_id": self.id("track", 24),
            "date": self.moment(),
            "amount": self.number(),
            "result": "SUCCESS",
            "status": "SUCCEEDED",
            "order": self.order(customer),
            "customer": customer,
            "related_object_type": "voucher",
            "related_object_id": self.id("v", 32),
            "object": "redemption",
        }

    def order(self, customer: dict[str, Any]) -> dict[str, Any]:
        amount = self.number()
        return {
            "id": self.id("ord", 24),
            "source_id": self.one_of(None, str(self.number())),
            "created_at": self.moment(),
            "updated_at": self.moment(),
            "status": self.one_of("PAID", "CREATED", "FULFILLED"),
            "amount": amount,
            "initial_amount": amount,
            "discount_amount": 0,
            "applied_discount_amount": 0,
            "total_amount": amount,
            "total_discount_amount": 0,
            "total_applied_discount_amount": 0,
            "items": [
                {"sku_id": self.id("sku", 18), "product_id": self.id("prod", 18)}
                | {"related_object": "sku", "quantity": 1, "price": amount, "amount": amount}
                | {"subtotal_amount": amount, "object": "order_item"}
            ],
            "metadata": {},
            "customer": {"id": customer["id"], "object": "customer"},
            "customer_id": customer["id"],
            "referrer_id": None,
            "object": "order",
        }

    def publication(self, customer: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.id("pub", 24),
            "created_at": self.moment(),
            "customer_id": customer["id"],
            "tracking_id": self.id("track", 24),
            "metadata": {},
            "channel": self.one_of("API", "voucherify-website"),
            "source_id": None,
            "result": "SUCCESS",
            "failure_code": None,
            "failure_message": None,
            "voucher_id": self.id("v", 32),
            "object": "publication",
        }

    def balance(self, kind: str) -> dict[str, Any]:
        unit, total = ("amount" if kind == GIFT else "points"), self.number()
        balance = {
            unit: self.number(),
            "total": total,
            "balance": total,
            "type": "gift_voucher" if kind == GIFT else "loyalty_card",
            "operation_type": self.one_of("MANUAL", "AUTOMATIC"),
            "object": "balance",
            "related_object": {"id": self.id("v", 32), "type": "voucher"},
        }
        transaction = {
            "id": self.hex_id("vtx"),
            "source_id": None,
            "voucher_id": self.id("v", 32),
            "campaign_id": self.campaign_id,
            "source": self.one_of("API", "voucherify-web-ui", None),
            "reason": None,
            "type": "CREDITS_ADDITION" if kind == GIFT else "POINTS_ADDITION",
            "details": {"balance": balance},
            "related_transaction_id": None,
            "created_at": self.moment(),
        }
        return {"balance": balance, "transaction": transaction}

    def rewarded(self) -> dict[str, Any]:
        return {
            "holder": self.customer(),
            "redemption": self.redemption(self.customer()),
            "reward": self.reward_given(),
            "referral_tier": {
                "id": self.id("reft", 24),
                "campaign_id": self.campaign_id,
                "banner": self.title(),
                "parameters": {"event_type": "customer.redemption.succeeded"},
            },
            "balance": self.one_of(None, {"amount": self.number()}, {"points": self.number()}),
            "custom_event": None,
            "customer_event": None,
        }

    def reward_redemption(self, customer: dict[str, Any]) -> dict[str, Any]:
        return {
            "reward_redemption": {
                "id": self.hex_id("rewr"),
                "state": "COMPLETED",
                "created_at": self.moment(),
                "updated_at": None,
                "voucher_id": self.id("v", 32),
                "campaign_id": self.campaign_id,
                "customer_id": customer["id"],
                "reward_assignment_id": self.hex_id("rewa"),
                "source_id": self.id("r", 18),
                "source_type": "redemption",
            },
            "reward": self.reward_given(),
            "source": {"id": self.id("r", 18), "type": "redemption"},
            "balance": None,
        }

    def reward_given(self) -> dict[str, Any]:
        return {
            "assignment_id": self.hex_id("rewa"),
            "id": self.hex_id("rew"),
            "object": "reward",
            "name": self.title(),
            "type": "CAMPAIGN",
            "parameters": {"campaign": {"id": self.campaign_id, "balance": 500, "type": self.kind}},
        }
