"""What Flower reads."""

from typing import Final

from settings.identifiers import brands
from settings.parsers import whole_number, words
from settings.places import optional_listen_address
from settings.secrets import logins
from settings.store_address import StoreAddress
from settings.store_url import store_address
from settings.variable import FLOWER, Use, Variable


FLOWER_BASIC_AUTH: Final = Variable(
    "FLOWER_BASIC_AUTH", logins, "", FLOWER, Use.MUST,
    "`user:password` in ASCII, several separated by commas. Flower does not start without a login "
    "unless `FLOWER_ADDRESS` is loopback.", "none",
)  # fmt: skip

FLOWER_ADDRESS: Final = Variable(
    "FLOWER_ADDRESS", optional_listen_address, "", FLOWER, Use.EXPERT,
    "The IP address that Flower listens on.", "all",
)  # fmt: skip

FLOWER_MAX_TASKS: Final = Variable(
    "FLOWER_MAX_TASKS", whole_number(1, 1_000_000), "10000", FLOWER, Use.EXPERT,
    # By its own default it keeps 100,000 (mher/flower#1305).
    "How many tasks Flower keeps in memory, about 5 KB each; of each of several brands its share.",
)  # fmt: skip

FLOWER_SHOW_BODIES: Final = Variable(
    "FLOWER_SHOW_BODIES", words, "", FLOWER, Use.EXPERT,
    "Flower users, separated by commas, who may see the redacted body on a failed job's page. `*` "
    "for all.", "no users",
)  # fmt: skip

FLOWER_BRANDS: Final = Variable(
    "FLOWER_BRANDS", brands, "", FLOWER, Use.EXPERT,
    "Names and prefixes of the installations that Flower shows, the one of `STORE_PREFIX` among "
    "them: `shoes={shoes}:,hats={hats}:`. A brand in another store, or with a user of its own, has "
    "its address in a variable such as `HATS_REDIS_URL` ([brands.md](brands.md#one-flower)).",
    "only its own",
)  # fmt: skip


def address_of(brand: str) -> Variable[StoreAddress | None]:
    """Return the variable with the address of a brand's store, where it is not REDIS_URL's."""
    name = f"{brand.upper().replace('-', '_')}_REDIS_URL"
    return Variable(name, _optional_address, "", FLOWER, Use.EXPERT, "")


def _optional_address(value: str) -> StoreAddress | None:
    return store_address(value) if value else None
