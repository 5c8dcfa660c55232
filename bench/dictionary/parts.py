"""The parts of made-up bodies, as one shop would have them."""

import string
from random import Random
from typing import Any, Final


DISCOUNT, GIFT, CARD = "DISCOUNT_VOUCHER", "GIFT_VOUCHER", "LOYALTY_CARD"

_ALPHABET: Final = string.ascii_letters + string.digits
_SYLLABLES: Final = tuple(
    "ba ce di fo gu ka le mi no pu ra se ti vo wu xa ye zi cho sta bri".split()  # noqa: SIM905
)
_CHARSETS: Final = (
    string.digits + string.ascii_lowercase + string.ascii_uppercase,
    string.digits + string.ascii_uppercase,
    string.ascii_uppercase,
)


def as_stored(value: Any) -> Any:
    """Order names as Voucherify's own store gives them back: by length, then by letter."""
    if isinstance(value, list):
        return [as_stored(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: as_stored(value[name]) for name in sorted(value, key=lambda it: (len(it), it))}


class Shop:
    """What one project's bodies have in common, and what differs from one to the next."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(seed)
        self.project = self.id("proj", random.choice((12, 18, 24)))
        self.webhook = self.id("wh", 24)
        self.target = f"https://{self.word()}.{self.word()}.com/webhooks/voucherify"
        self.key = {"name": self.title(), "app_id": self.uuid()}
        self.campaign_id, self.campaign_name = self.id("camp", 24), self.title()
        self.category = self.hex_id("cat") if self.maybe(0.6) else None
        self.kind = random.choices((DISCOUNT, GIFT, CARD), (8, 1, 1))[0]
        self.discount = self.a_discount()
        self.reward = self.a_reward() if self.maybe(0.4) else None
        self.charset = random.choice(_CHARSETS)
        self.prefix = f"{self.word().upper()}-" if self.maybe(0.5) else None
        self.since = self.moment(2023)

    def maybe(self, chance: float) -> bool:
        """Decide by chance."""
        return self.random.random() < chance

    def one_of(self, *values: Any) -> Any:
        """Take one of these values."""
        return self.random.choice(values)

    def number(self, least: int = 0, most: int = 20_000) -> int:
        """Make up a number."""
        return self.random.randint(least, most)

    def word(self) -> str:
        """Make up a word."""
        return "".join(self.random.choices(_SYLLABLES, k=self.number(2, 4)))

    def title(self) -> str:
        """Make up a name of a few words."""
        return " ".join(self.word() for _ in range(self.number(1, 3))).capitalize()

    def id(self, kind: str, digits: int) -> str:
        """Make up an id of letters and digits."""
        return f"{kind}_" + "".join(self.random.choices(_ALPHABET, k=digits))

    def hex_id(self, kind: str, between: str = "_") -> str:
        """Make up an id of hex digits."""
        return f"{kind}{between}{self.random.getrandbits(72):018x}"

    def uuid(self) -> str:
        """Make up a UUID."""
        text = f"{self.random.getrandbits(128):032x}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def moment(self, year: int = 0) -> str:
        """Make up a time, of a year or of any."""
        day = f"{year or self.number(2024, 2026)}-{self.number(1, 12):02}-{self.number(1, 28):02}"
        time = f"{self.number(0, 23):02}:{self.number(0, 59):02}:{self.number(0, 59):02}"
        return f"{day}T{time}.{self.number(0, 999):03}Z"

    def customer(self) -> dict[str, Any]:
        """Show a customer as events about something else do."""
        known = self.maybe(0.7)
        customer: dict[str, Any] = {
            "id": self.id("cust", 24),
            "name": f"{self.word().title()} {self.word().title()}" if known else None,
            "email": f"{self.word()}.{self.word()}@{self.word()}.com" if known else None,
            "source_id": self.one_of(None, self.uuid(), str(self.number()), self.word()),
            "metadata": {self.word(): self.word()} if self.maybe(0.3) else {},
            "object": "customer",
        }
        if self.maybe(0.3):
            del customer["metadata"]
        return customer

    def whole_customer(self, customer: dict[str, Any]) -> dict[str, Any]:
        """Show a customer as events about customers do."""
        amounts = ("total_count", "total_amount", "average_amount", "last_order_amount")
        counts = ("redeemed", "failed", "succeeded", "rolled_back", "rollback_failed")
        return customer | {
            "description": self.one_of(None, self.title()),
            "birthdate": self.one_of(None, f"{self.number(1950, 2005)}-{self.number(10, 12)}-17"),
            "phone": self.one_of(None, f"+{self.number(10**9, 10**11)}"),
            "address": {
                name: self.one_of(None, self.title())
                for name in ("city", "state", "line_1", "line_2", "country", "postal_code")
            },
            "summary": {
                "redemptions": {
                    **{f"total_{name}": self.number(0, 9) for name in counts},
                    "total_rollback_succeeded": 0,
                    "gift": {"redeemed_amount": self.number(), "amount_to_go": 0},
                    "loyalty_card": {"redeemed_points": 0, "points_to_go": self.number()},
                },
                "orders": {name: self.number() for name in amounts}
                | {"last_order_date": self.moment()},
            },
            "loyalty": {"points": self.number(), "referred_customers": 0, "campaigns": {}},
            "referrals": {"total": 0, "campaigns": []},
            "system_metadata": {},
            "assets": {"cockpit_url": f"https://{self.word()}.voucherify.io/#/{self.word()}"},
            "created_at": self.moment(),
            "updated_at": self.moment(),
        }

    def voucher(self, kind: str) -> dict[str, Any]:
        """Show a voucher as events do."""
        owner = self.id("cust", 24)
        referral = self.maybe(0.8)
        return {
            "id": self.id("v", 32),
            "code": (self.prefix or "") + "".join(self.random.choices(self.charset, k=6)),
            "campaign": self.campaign_name,
            "campaign_id": self.campaign_id,
            "category_id": self.category,
            "categories": [],
            "type": kind,
            **self.benefit(kind, balance=True),
            "start_date": self.one_of(None, None, self.moment()),
            "expiration_date": self.one_of(None, None, self.moment()),
            "active": self.maybe(0.9),
            "metadata": {},
            "redemption": {"quantity": None, "redeemed_quantity": self.number(0, 9)},
            "holder_id": owner,
            "referrer_id": owner if referral else None,
            "is_referral_code": referral,
            "created_at": self.moment(),
            "updated_at": self.one_of(None, self.moment()),
            "object": "voucher",
        }

    def benefit(self, kind: str, *, balance: bool) -> dict[str, Any]:
        """Return what a code gives; whether the other two are null or missing differs."""
        empty: dict[str, Any] = {"gift": None, "discount": None, "loyalty_card": None}
        given: dict[str, Any] = {} if balance and self.maybe(0.6) else empty
        if kind == GIFT:
            gift = {"amount": self.number(), "effect": "APPLY_TO_ORDER"}
            return given | {"gift": gift | ({"balance": self.number()} if balance else {})}
        if kind == CARD:
            points = {"points": self.number()} | ({"balance": self.number()} if balance else {})
            return given | {"loyalty_card": points}
        units = {} if balance else {"units": None}
        return given | {"discount": units | self.discount}

    def a_discount(self) -> dict[str, Any]:
        """Make up what a code takes off an order."""
        effect = self.one_of("APPLY_TO_ORDER", "APPLY_TO_ORDER", "APPLY_TO_ITEMS")
        if self.maybe(0.5):
            return {"type": "PERCENT", "percent_off": self.number(1, 50), "effect": effect}
        return {"type": "AMOUNT", "amount_off": self.number(1, 50) * 100, "effect": effect}

    def a_reward(self) -> dict[str, Any]:
        """Make up what a referral programme promises."""
        return {
            "type": self.one_of(GIFT, CARD, DISCOUNT),
            "amount": str(self.number()),
            "related_object_parent": {
                "id": self.id("camp", 24),
                "name": self.title(),
                "object": "CAMPAIGN",
            },
        }

    def campaign(self) -> dict[str, Any]:
        """Show the shop's campaign as events do."""
        program = {"conversion_event_type": "redemption"}
        return {
            "id": self.campaign_id,
            "name": self.campaign_name,
            "campaign_type": "REFERRAL_PROGRAM",
            "type": self.one_of("AUTO_UPDATE", "STATIC"),
            "is_referral_code": True,
            "voucher": {
                "type": self.kind,
                **self.benefit(self.kind, balance=False),
                "redemption": {"quantity": None, "redeemed_quantity": 0},
                "code_config": {
                    "length": self.number(4, 12),
                    "charset": self.charset,
                    "prefix": self.prefix,
                    "postfix": None,
                    "pattern": f"{self.prefix or ''}######",
                },
            },
            "referral_program": program | ({"referee_reward": self.reward} if self.reward else {}),
            "auto_join": False,
            "join_once": self.maybe(0.5),
            "active": True,
            "category_id": self.category,
            "category": None,
            "categories": [],
            "metadata": {},
            "start_date": None,
            "expiration_date": None,
            "description": None,
            "created_at": self.since,
            "updated_at": self.one_of(None, self.moment()),
            "object": "campaign",
        }

    def event_source(self) -> dict[str, Any]:
        """Return who caused an event."""
        if self.maybe(0.7):
            return {"channel": self.one_of("API", "API", "CLIENT_API"), "api_key": self.key}
        return {"channel": "USER_PORTAL", "user": {"id": self.id("user", 22)}}
