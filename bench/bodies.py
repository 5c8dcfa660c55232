"""
The bodies that every side is sent: valid, of the usual size, no two alike.

They have the shape of the tests' sample and the lengths of real ids. What a shop chooses
(campaigns, names, codes) is this file's own, so that no dictionary made from samples knows it.
"""

import hmac
import random
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests import samples


SECRET: Final = "insecure-secret-of-the-bench"
SIGNATURE_HEADER: Final = "X-Voucherify-Signature"

_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FIRST: Final = [
    "Noor",
    "Ines",
    "Tadeo",
    "Mirela",
    "Oskar",
    "Yuna",
    "Petra",
    "Idris",
    "Solveig",
    "Bram",
    "Keiko",
    "Anouk",
]
_LAST: Final = [
    "Varga",
    "Lindqvist",
    "Okafor",
    "Moreau",
    "Hadad",
    "Tanaka",
    "Ruiz",
    "Novak",
    "Eklund",
    "Sato",
    "Costa",
]
_CAMPAIGNS: Final = [
    "Spring hike",
    "Refer a runner",
    "Zwei fahren",
    "Night owls",
    "Lake club",
    "Mille mercis",
]
_HOLE: Final = re.compile(rb"@(\w+)@")


def bodies(seed: int) -> Iterator[bytes]:
    """Yield bodies without end; the same seed gives the same ones."""
    chance = random.Random(seed)
    templates = [_template(chance, name) for name in _CAMPAIGNS]
    while True:
        pieces = list(chance.choice(templates))
        values = _values(chance)
        pieces[1::2] = [values[hole] for hole in pieces[1::2]]
        yield b"".join(pieces)


def sign(body: bytes) -> str:
    """Sign as Voucherify does."""
    return hmac.digest(SECRET.encode(), body, "sha256").hex()


def _template(chance: random.Random, name: str) -> list[bytes]:
    """Write a campaign's body as pieces; every second one names what stands there."""
    campaign = f"camp_{_word(chance, 24)}"
    document: dict[str, Any] = samples.assignment_deleted(
        holder_id="rh_@hex1@",
        customer_id="cust_@customer@",
        redeemable_id="v_@voucher@",
        campaign_id=campaign,
        referrer_id="cust_@referrer@",
        created_at="@assigned@",
        event_created_at="@removed@",
        event_id="evcus_@hex2@",
    )
    data = document["data"]
    document |= {"id": "whs_@hex3@", "project_id": f"proj_{_word(chance, 12)}"}
    document["source"] |= {
        "id": f"wh_{_word(chance, 24)}",
        "target_url": "https://hooks.shop.example/webhooks/voucherify",
    }
    document["event"]["group_id"] = "v-@hex4@"
    data["voucher"] |= {"code": "RUN-@code@", "campaign": name, "updated_at": "@used@"}
    data["voucher"] |= {"category_id": f"cat_{_word(chance, 18)}", "metadata": {}}
    data["campaign"] |= {"name": name, "category_id": data["voucher"]["category_id"]}
    data["customer"] |= {"name": "@name@", "email": "@email@", "source_id": "@source@"}
    data["customer"]["metadata"] = {}
    data["campaign"]["voucher"]["code_config"] |= {"prefix": "RUN-", "length": 6}
    data["campaign"]["created_at"] = _time(_EPOCH - timedelta(seconds=chance.randrange(9**8)))
    key = {"name": "Storefront", "app_id": str(uuid.UUID(int=chance.getrandbits(128)))}
    document["event"]["event_source"]["api_key"] = key
    return _HOLE.split(samples.body(document))


def _values(chance: random.Random) -> dict[bytes, bytes]:
    removed = _EPOCH + timedelta(milliseconds=chance.randrange(20_000_000_000))
    assigned = removed - timedelta(milliseconds=chance.randrange(5_000_000_000))
    first, last, number = chance.choice(_FIRST), chance.choice(_LAST), chance.randrange(10_000)
    values = {
        **{f"hex{n}": f"{chance.getrandbits(72):018x}" for n in range(1, 5)},
        "customer": _word(chance, 24),
        "referrer": _word(chance, 24),
        "voucher": _word(chance, 32),
        "code": _word(chance, 6),
        "assigned": _time(assigned),
        "used": _time(assigned + (removed - assigned) / 2),
        "removed": _time(removed),
        "name": f"{first} {last}",
        "email": f"{first}.{last}{number}@mail.example".lower(),
        "source": str(chance.randrange(10_000_000)),
    }
    return {name.encode(): value.encode() for name, value in values.items()}


def _word(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(_LETTERS, k=length))


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
