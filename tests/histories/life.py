"""A history of customers, codes and cards, played on the stand-in."""

import json
from random import Random
from typing import Any, Final, NamedTuple

from sandbox.voucherify.data.records import Role
from tests.histories.card_acts import CARDS, CardActs
from tests.histories.works import Works
from tests.histories.worlds import (
    OTHER_METADATA,
    PROJECTS,
    REWARDS,
    ROLLBACKS,
    STYLES,
    TIER_STYLES,
    TIERS,
    Beginning,
)


CREATED: Final = b"customer.holder.assignment.created"

#: Seconds between two things that happen.
_PAUSES: Final = (0.2, 40.0, 100_000.0)

#: What happens between two calls of one run takes less than any lease or call in flight: a run
#: that stands still for longer is frozen, and how long it may be is tested elsewhere.
MEANWHILE_SECONDS: Final = 0.2


class Act(NamedTuple):
    """Something that happens: what, to which of the three customers, and how much of it."""

    what: str
    who: int
    much: int


class Life(CardActs):
    """Three customers, one or two codes, and all that befalls them."""

    def __init__(self, works: Works, world: Beginning) -> None:
        self.works = works
        self.shop = works.shop
        self.world = works.shop.world
        self.redemptions: dict[str, str] = {}
        # Codes that were published to someone else.
        self.given: set[str] = set()
        self._waiting: list[bytes] = []
        self._seen = 0
        self.begins = world
        self.cards_off = set()
        self._call("PUT", "/options", PROJECTS[world.project])
        self.codes: list[dict[str, Any]] = [
            self._programme(number) for number in range(world.codes)
        ]
        self.people = [
            self.shop.call(
                "POST", "/customers", {"source_id": f"crm-{number}", "metadata": OTHER_METADATA}
            )["id"]
            for number in range(3)
        ]
        for kind in CARDS:
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
        reported = self.shop.webhooks()
        # Of what the product has no use for, some is enough.
        self._waiting += [
            body for body in reported[self._seen :] if CREATED not in body or self._seen % 3 == 0
        ]
        self._seen = len(reported)

    def deliver(self, random: Random, *, most: int | None = None) -> None:
        """Bring what waits to the product, in any order, some twice and some in other bytes."""
        random.shuffle(self._waiting)
        now, self._waiting = self._waiting[:most], self._waiting[len(self._waiting[:most]) :]
        for body in now:
            self.works.deliver(body)
            if random.random() < 0.3:
                self._waiting.append(random.choice((body, _in_other_bytes(body, random))))

    def end(self) -> None:
        """Remove the customer who is assigned to the first code."""
        for who in range(len(self.people)):
            self.play(Act("unassign", who, 0))

    def flush(self, random: Random) -> None:
        """Bring everything, what came twice too."""
        self.deliver(random)
        for body in self._waiting:
            self.works.deliver(body)
        self._waiting.clear()

    def code_of(self, much: int) -> str:
        """Name one of the codes."""
        return str(self._code(much)["code"]["id"])

    def _code(self, much: int) -> dict[str, Any]:
        return self.codes[much % len(self.codes)]

    def _assign(self, who: int, much: int) -> None:
        wanted = {"code": self._code(much)["code"]["id"], "customer": self.people[who]}
        waits = "waits_for_conversion" in STYLES[self.begins.style]
        self._came(self._call("POST", "/assign", {**wanted, "converts": not waits}))

    def _convert(self, who: int, much: int) -> None:
        """Let someone who is assigned convert."""
        holder = self.world.store.pair(self._code(much)["code"]["id"], self.people[who])
        if holder is not None and holder.role is Role.REFEREE:
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
        """Someone loses a card of their own, or is a referee of a card."""
        role = (Role.OWNER, Role.REFEREE)[who % 2]
        kind = CARDS[much % 2]
        wanted = {"role": role.value, "voucher_type": kind, "balance": 400}
        made = self._call("POST", "/odd_assignment", wanted)
        self._call("POST", "/unassign", {"holders": [made["holder"]]})


def _in_other_bytes(body: bytes, random: Random) -> bytes:
    """Return the same in a new send-out."""
    document = json.loads(body)
    document["id"] = f"whs_again{random.randrange(10**6)}"
    document["event"]["id"] = f"evcus_again{random.randrange(10**6)}"
    return json.dumps(document).encode()


def _fitting(style: dict[str, Any], tier: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a tier of this kind cannot have."""
    on_card = tier["type"] in CARDS
    return style if on_card or set(style) <= {"minimum", "times", "names"} else {}
