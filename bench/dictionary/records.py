"""Made-up records of completed deliveries, for the dictionary that they are packed with."""

import string
from collections.abc import Iterator
from random import Random
from typing import Final

from inbox.archive.record import Record
from inbox.keys import REMOVAL


_ALPHABET: Final = string.ascii_letters + string.digits
_OTHER_TYPES: Final = (
    "customer.created", "customer.updated", "customer.rewarded",
    "customer.loyalty.card_points_added", "customer.rewarded.loyalty_points",
    "redemption.succeeded", "redemption.rolled_back",
    "customer.holder.assignment.created", "customer.order.paid", "customer.order.canceled",
    "publication.succeeded", "voucher.gift_balance_added", "customer.deleted",
)  # fmt: skip
_OUTCOMES: Final = (
    "dry run: would note the removal", "dry run: would take back the referee's reward",
    "dry run: would check what the referrer earned with the code",
    "dry run: nothing: not a referral role",
    "nothing to take back: the referee got nothing", "remembered",
    "not remembered: this campaign is not reconciled", "1 bodies about the customer, 1 erased",
    "noted on HubSpot contact 123", "noted it with the CRM",
)  # fmt: skip
_REASONS: Final = (
    "the referee's reward: it is what the campaign promises",
    "the referee's reward: the only addition to the card at that time",
    "a coupon the referrer earned", "credits the referrer earned", "points the referrer earned",
)  # fmt: skip


class Made:
    """Makes records; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def id(self, kind: str) -> str:
        """Make up an id as Voucherify has made them: hex digits, or older letters and digits."""
        if self.random.random() < 0.75:
            digits = self.random.choice((18, 18, 24))
            return f"{kind}_{self.random.getrandbits(4 * digits):0{digits}x}"
        return f"{kind}_" + "".join(self.random.choices(_ALPHABET, k=24))

    def records(self) -> Iterator[Record]:
        """Yield records of every kind for ever."""
        while True:
            draw = self.random.random()
            if draw < 0.6:
                yield self.removal()
            elif draw < 0.8:
                yield self.removal(dry=True)
            else:
                yield self.other()

    def other(self) -> Record:
        """Make one of another event that a handler wants."""
        kind = self.random.choice(_OTHER_TYPES)
        facts = {**self._facts(kind), "customer": self.id("cust")}
        name = self.random.choice(("erase_customer", "remember_assignment", "tell_the_shop"))
        return self._record(facts, {"process": f"handed to {name}", name: self._outcome()})

    def removal(self, *, dry: bool = False) -> Record:
        """Make one of a removal, with its effects or of a dry run."""
        facts = {
            **self._facts(REMOVAL.rstrip(":")),
            "holder": self.id("rh"),
            "customer": self.id("cust"),
            "campaign": self.id("camp"),
            "role": self.random.choice(("REFEREE", "REFEREE", "REFERRER")),
        }
        names = ["notify_crm"] * (self.random.random() < 0.7) + ["revoke_referral_perks"]
        ended = {name: self._outcome() for name in names}
        ended |= {"process": "handed to " + ", ".join(reversed(names))}
        if dry:
            return self._record(facts, ended)
        card = f"v_{self.random.getrandbits(128):032x}"
        amount = self.random.choice((250, 500, 1000, 1500, 2000, 100, 50))
        ended["revoke_referral_perks"] = f"took back {amount} from card {card}, marked the customer"
        plain = self._record(facts, ended)
        effects = dict(self._effects(plain, card, amount))
        return self._record(facts, ended, effects, plain.received, plain.delivery)

    def _effects(
        self, plain: Record, card: str, amount: int
    ) -> Iterator[tuple[str, dict[str, str]]]:
        facts, grant = plain.facts, self.id("vtx")
        perk = self.random.choice(("gift_credits", "loyalty_points", "referrer_credits"))
        planned = plain.received + self.random.randrange(20, 900)

        def common(perk: str, reason: str, kind: str) -> dict[str, str]:
            return {
                "state": "confirmed",
                "planned": str(planned),
                "holder": facts["holder"],
                "customer": facts["customer"],
                "perk": perk,
                "reason": reason,
                "event": facts["event_id"],
                "job": f"{plain.delivery}:revoke_referral_perks",
                "kind": kind,
            }

        name = f"earned:{perk}:{grant}" if perk.startswith("ref") else f"{facts['holder']}:reward"
        mark = {**common("customer_mark", "referral removed", "mark"), "thing": facts["customer"]}
        mark |= {"confirmed": str(planned + self.random.randrange(90, 400))}
        mark |= {"outcome": "marked the customer", "removed_at": facts["event_created_at"]}
        yield f"{facts['holder']}:customer_mark:{facts['customer']}", mark
        take = common(perk, self.random.choice(_REASONS), "take")
        take |= {
            "card": card,
            "card_type": "LOYALTY_CARD" if "points" in perk else "GIFT_VOUCHER",
            "granted": str(amount),
            "due": str(amount),
            "grant": grant,
            "name": f"rvk:{facts['holder']}:{perk}",
            "rest": "",
            "sent": str(planned + self.random.randrange(1, 9)),
            "amount": str(amount),
            "before": str(amount + self.random.choice((0, 0, 1000, 500, 1234))),
            "reads": "0",
            "sends": "1",
            "confirmed": str(planned + self.random.randrange(50, 400)),
            "shortfall": "0",
            "transaction": self.random.choice(("", "", self.id("vtx"))),
        }
        yield name, take

    def _facts(self, kind: str) -> dict[str, str]:
        random = self.random
        year, month, day = (
            random.randrange(26, 32),
            random.randrange(1, 13),
            random.randrange(1, 29),
        )
        time = f"{random.randrange(24):02}:{random.randrange(60):02}:{random.randrange(60):02}"
        when = f"20{year}-{month:02}-{day:02}T{time}.{random.randrange(1000):03}+00:00"
        return {"event_type": kind, "event_id": self.id("evcus"), "event_created_at": when}

    def _outcome(self) -> str:
        return self.random.choice(_OUTCOMES)

    def _record(
        self,
        facts: dict[str, str],
        ended: dict[str, str],
        effects: dict[str, dict[str, str]] | None = None,
        received: int | None = None,
        delivery: str | None = None,
    ) -> Record:
        received = received or 1_780_000_000_000 + self.random.randrange(150_000_000_000)
        return Record(
            delivery=delivery or f"{self.random.getrandbits(128):032x}",
            received=received,
            completed=received + self.random.randrange(30, 3000),
            facts=facts,
            ended=dict(sorted(ended.items())),
            effects=effects or {},
        )
