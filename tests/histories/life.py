"""A history of customers, codes and cards, played on the stand-in."""

import json
from contextlib import suppress
from random import Random
from typing import Any, Final, NamedTuple

from sandbox.voucherify.records import Role, Voucher, VoucherType
from sandbox.world import World
from tests.histories.works import Works


REWARDS: Final[tuple[dict[str, Any] | None, ...]] = (
    {"type": "GIFT_VOUCHER", "amount": 500},
    {"type": "LOYALTY_CARD", "amount": 250},
    {"type": "GIFT_VOUCHER", "amount": 300},
    None,
)

TIERS: Final[tuple[dict[str, Any] | None, ...]] = (
    None,
    {"type": "GIFT_VOUCHER", "amount": 200},
    {"type": "LOYALTY_CARD", "amount": 90},
    {"type": "DISCOUNT_VOUCHER"},
    {"type": "GIFT_VOUCHER", "amount": 210, "linked": False},
    {"type": "MATERIAL"},
)

#: How the reward is given, beside its type and amount.
STYLES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"names_conversion": True},
    {"stamp_ms": -800},
    {"beside": 70},
    {"published": True},
    {"waits_for_conversion": True},
    {"waits_for_conversion": True, "names_conversion": True},
)

#: How a tier's reward is given and reported.
TIER_STYLES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"minimum": 2},
    {"times": 2},
    {"balance": "null"},
    {"balance": "both"},
    {"names": "customer"},
    {"reward_as": "voucher"},
    {"about": "card"},
)

#: How the project and its campaigns are set up.
PROJECTS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"metadata_put": "replace"},
    {"defined_metadata": ["note"]},
    {"rest": {"digits": 6}},
)

#: What a rollback meets, or does to rewards.
ROLLBACKS: Final = (None, "reverses", "multiple_requests", "failure", "parent")

#: What stands in the metadata of every customer, and must stay.
OTHER_METADATA: Final = {"note": "prefers oolong"}

_CARDS: Final = ("GIFT_VOUCHER", "LOYALTY_CARD")

CREATED: Final = b"customer.holder.assignment.created"

#: Seconds between two things that happen.
_PAUSES: Final = (0.2, 40.0, 100_000.0)

#: What happens between two calls of one run takes less than any lease or call in flight: a run
#: that stands still for longer is frozen, and how long it may be is told elsewhere.
MEANWHILE_SECONDS: Final = 0.2

#: What came onto a card so shortly before it was given away counts as its new holder's.
_GIVEN_SECONDS: Final = 61.0


class Act(NamedTuple):
    """Something that happens: what, to which of the three customers, and how much of it."""

    what: str
    who: int
    much: int


class Beginning(NamedTuple):
    """How it begins."""

    reward: int
    tier: int
    shows_reward: bool
    codes: int
    assigned: int
    style: int = 0
    tier_style: int = 0
    project: int = 0
    rollback: int = 0
    converts_by: str = "redemption"


class Life:
    """Three customers, one or two codes, and all that befalls them."""

    def __init__(self, works: Works, world: Beginning) -> None:
        self.works = works
        self.shop = works.shop
        self.world: World = works.shop.world
        self.redemptions: dict[str, str] = {}
        # Codes that were published to somebody else.
        self.given: set[str] = set()
        self._waiting: list[bytes] = []
        self._seen = 0
        self.begins = world
        # Cards that were switched off by their shop.
        self.cards_off: set[str] = set()
        self._call("PUT", "/options", PROJECTS[world.project])
        self.codes: list[dict[str, Any]] = [
            self._programme(number) for number in range(world.codes)
        ]
        self.people: list[str] = [
            self.shop.call(
                "POST", "/customers", {"source_id": f"crm-{number}", "metadata": OTHER_METADATA}
            )["id"]
            for number in range(3)
        ]
        for kind in _CARDS:
            self._call("POST", "/cards", {"customer": self.people[0], "type": kind, "balance": 800})
        for who in range(world.assigned):
            self.play(Act("assign", who, 0))

    def _programme(self, number: int) -> dict[str, Any]:
        begins = self.begins
        tier = TIERS[begins.tier]
        made: dict[str, Any] = self.shop.scenario(
            referees=0,
            reward=self._reward(begins.reward + number),
            tier=tier and {**tier, **_fitting(TIER_STYLES[begins.tier_style], tier)},
            show_reward=begins.shows_reward,
            converts_by=begins.converts_by,
        )
        if ROLLBACKS[begins.rollback] == "reverses":
            self._call("PUT", f"/campaigns/{made['campaign']['id']}", {"rollback_reverses": "both"})
        return made

    def _reward(self, number: int) -> dict[str, Any] | None:
        reward = REWARDS[number % len(REWARDS)]
        return reward and {**reward, **STYLES[self.begins.style]}

    def play(self, act: Act, *, pause: float | None = None) -> None:
        """Let it happen; what cannot happen now does not."""
        getattr(self, f"_{act.what}")(act.who, act.much)
        self.shop.advance(_PAUSES[act.much % len(_PAUSES)] if pause is None else pause)
        self.works.time.catch_up()
        told = self.shop.webhooks()
        # Of what the product has no use for, some is enough.
        self._waiting += [
            body for body in told[self._seen :] if CREATED not in body or self._seen % 3 == 0
        ]
        self._seen = len(told)

    def deliver(self, random: Random, *, most: int | None = None) -> None:
        """Bring what waits to the product, in any order, some twice and some in other bytes."""
        random.shuffle(self._waiting)
        now, self._waiting = self._waiting[:most], self._waiting[len(self._waiting[:most]) :]
        for body in now:
            self.works.deliver(body)
            if random.random() < 0.3:
                self._waiting.append(random.choice((body, _in_other_bytes(body, random))))

    def end(self) -> None:
        """Remove whoever is assigned to the first code."""
        for who in range(len(self.people)):
            self.play(Act("unassign", who, 0))

    def flush(self, random: Random) -> None:
        """Bring everything, what came twice too."""
        self.deliver(random)
        for body in self._waiting:
            self.works.deliver(body)
        self._waiting.clear()

    def cards(self, customer: str) -> list[Voucher]:
        """List the cards that are a customer's."""
        store = self.world.store
        held = (store.vouchers[each.voucher_id] for each in store.redeemables_of(customer))
        return [each for each in held if each.type is not VoucherType.CODE]

    def _call(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Ask for it; a customer or a card may be gone, or be there already."""
        with suppress(ValueError):
            return self.shop.call(method, path, body)
        return {}

    def _card(self, who: int, much: int) -> Voucher | None:
        cards = self.cards(self.people[who])
        return cards[much % len(cards)] if cards else None

    def _code(self, much: int) -> dict[str, Any]:
        return self.codes[much % len(self.codes)]

    def _assign(self, who: int, much: int) -> None:
        wanted = {"code": self._code(much)["code"]["id"], "customer": self.people[who]}
        waits = "waits_for_conversion" in STYLES[self.begins.style]
        self._came(self._call("POST", "/assign", {**wanted, "converts": not waits}))

    def _convert(self, who: int, much: int) -> None:
        """Let somebody who is assigned convert."""
        holder = self.world.store.pair(self._code(much)["code"]["id"], self.people[who])
        if holder is not None:
            self._came(self._call("POST", "/convert", {"holder": holder.id}))

    def _came(self, made: dict[str, Any]) -> None:
        redemption = made.get("redemption")
        if not redemption:
            return
        self.redemptions.setdefault(made["holder"], redemption)
        mishap = ROLLBACKS[self.begins.rollback]
        if mishap == "parent":
            self._call("PUT", f"/redemptions/{redemption}", {"parent": "r_stack"})
        elif mishap in {"multiple_requests", "failure"}:
            self._call("PUT", f"/redemptions/{redemption}", {"mishaps": [mishap]})

    def _unassign(self, who: int, much: int) -> None:
        holder = self.world.store.pair(self._code(much)["code"]["id"], self.people[who])
        if holder is not None:
            self._call("POST", "/unassign", {"holders": [holder.id]})

    def _again(self, who: int, much: int) -> None:
        """Unassign and assign at once."""
        self._unassign(who, much)
        self._assign(who, much)

    def _top_up(self, who: int, much: int) -> None:
        if card := self._card(who, much):
            self._call("POST", "/top_up", {"card": card.id, "amount": (100, 500, 250)[much % 3]})

    def _lookalike(self, who: int, much: int) -> None:
        """Put as much on a card as the reward was, in the same way."""
        code = self._code(much)["code"]["id"]
        holder = self.world.store.pair(code, self.people[who])
        if holder is None or holder.grant is None:
            return
        wanted = {"card": holder.grant.card_id, "amount": holder.grant.transaction.amount}
        self._call("POST", "/top_up", {**wanted, "like_grant": True})

    def _spend(self, who: int, much: int) -> None:
        card = self._card(who, much)
        if card and card.balance:
            amount = max(1, card.balance * (much + 1) // 6)
            self._call("POST", "/spend", {"card": card.id, "amount": amount})

    def _earn(self, who: int, much: int) -> None:
        """Let points be earned by an earning rule, as many as the reward is or others."""
        if card := self._card(who, much):
            self._call("POST", "/earn", {"card": card.id, "amount": (250, 60, 500)[much % 3]})

    def _expire(self, who: int, much: int) -> None:
        if card := self._card(who, much):
            amount = (250, card.balance // 2 or 1)[much % 2]
            if amount <= card.balance:
                self._call("POST", "/expire", {"card": card.id, "amount": amount})

    def _transfer(self, who: int, much: int) -> None:
        """Move points to the next person's card, or to another card of one's own."""
        card = self._card(who, much)
        others = self.cards(self.people[(who + much % 2) % 3])
        other = next((each for each in others if card and each.id != card.id), None)
        if card and other:
            wanted = {"from": card.id, "to": other.id, "amount": max(card.balance // 2, 1)}
            self._call("POST", "/transfer", wanted)

    def _removed(self, who: int, much: int) -> None:
        """Let somebody else take the reward back, or something else."""
        holder = self.world.store.pair(self._code(much)["code"]["id"], self.people[who])
        if holder is None or holder.grant is None or not holder.grant.transaction.listed:
            return
        grant, how = holder.grant, ("automatic", "dashboard", "api")[much % 3]
        related = {"related": grant.transaction.id} if how == "automatic" else {}
        amount = grant.transaction.amount if much < 4 else 60
        card = self.world.store.vouchers[grant.card_id]
        if amount <= card.balance:
            wanted = {"card": card.id, "amount": amount, "how": how, **related}
            self._call("POST", "/remove_by_other", wanted)

    def _publish(self, who: int, much: int) -> None:
        """Let somebody get a card that begins with its amount."""
        wanted = {"customer": self.people[who], "type": _CARDS[much % 2]}
        self._call("POST", "/publish_card", {**wanted, "amount": (500, 120, 250)[much % 3]})

    def _odd_holder(self, who: int, much: int) -> None:
        del who
        self._call("POST", "/odd_holder", {"code": self._code(much)["code"]["id"]})

    def _campaign_deleted(self, who: int, much: int) -> None:
        del who
        campaign = self._code(much)["campaign"]["id"]
        self._call("DELETE", f"/campaigns/{campaign}", {"announce": True})

    def _edit(self, who: int, much: int) -> None:
        del who
        campaign = self._code(much)["campaign"]["id"]
        self._call("PUT", f"/campaigns/{campaign}", {"reward": self._reward(much)})

    def _card_off(self, who: int, much: int) -> None:
        if card := self._card(who, much):
            self.cards_off.add(card.id)
            self._call("PUT", f"/vouchers/{card.id}", {"active": False})

    def _card_deleted(self, who: int, much: int) -> None:
        if card := self._card(who, much):
            self._call("DELETE", f"/vouchers/{card.id}", {"announce": bool(much % 2)})

    def _card_given(self, who: int, much: int) -> None:
        if card := self._card(who, much):
            other = self.people[(who + 1) % 3]
            self.shop.advance(_GIVEN_SECONDS)
            self._call("PUT", f"/vouchers/{card.id}", {"holder": other})

    def _code_deleted(self, who: int, much: int) -> None:
        del who
        self._call("DELETE", f"/vouchers/{self._code(much)['code']['id']}", {"announce": True})

    def _code_given(self, who: int, much: int) -> None:
        code = self._code(much)["code"]["id"]
        self._call("PUT", f"/vouchers/{code}", {"holder": self.people[who]})
        self.given.add(code)

    def _gone(self, who: int, much: int) -> None:
        del much
        self._call("DELETE", f"/customers/{self.people[who]}", {"announce": True})

    def _referrer_removed(self, who: int, much: int) -> None:
        del who
        if holder := self._code(much)["referrer"]["holder"]:
            self._call("POST", "/unassign", {"holders": [holder]})

    def _owner(self, who: int, much: int) -> None:
        """Somebody loses a card of their own, or is a referee of a card."""
        role = (Role.OWNER, Role.REFEREE)[who % 2]
        kind = _CARDS[much % 2]
        wanted = {"role": role.value, "voucher_type": kind, "balance": 400}
        made = self._call("POST", "/odd_assignment", wanted)
        self._call("POST", "/unassign", {"holders": [made["holder"]]})


def _in_other_bytes(body: bytes, random: Random) -> bytes:
    """Tell the same in a new send-out."""
    document = json.loads(body)
    document["id"] = f"whs_again{random.randrange(10**6)}"
    document["event"]["id"] = f"evcus_again{random.randrange(10**6)}"
    return json.dumps(document).encode()


def _fitting(style: dict[str, Any], tier: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a tier of this kind cannot have."""
    on_card = tier["type"] in _CARDS
    return style if on_card or set(style) <= {"minimum", "times", "names"} else {}
