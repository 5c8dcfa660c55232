from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from inbox.settings import InboxSettings, with_prefix
from settings.reader import Reader
from settings.store_address import StoreAddress
from settings.variables import common, flower


#: Stands for every operator.
EVERYBODY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """
    An installation that this Flower shows.

    Attributes:
        name: as FLOWER_BRANDS says; "" where only one is shown.
        path: what the addresses of its pages begin with; "" for the installation of this process.
        inbox: where its inbox is.
        environ: what its Celery application is made of.
    """

    name: str
    path: str
    inbox: InboxSettings
    environ: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSettings:
    """Where the inboxes are, and which operators may read bodies."""

    #: The installation of this process first.
    brands: tuple[Brand, ...]
    #: Where Flower listens; "" for everywhere.
    address: str
    max_tasks: int
    bodies_for: tuple[str, ...]
    #: Each is user:password; none if Flower has another login or listens on this machine only.
    logins: tuple[str, ...] = field(repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "DashboardSettings":
        """
        Read what the tab in Flower needs.

        Raises:
            SettingsError: names everything that is wrong.
        """
        reader = Reader(environ)
        found = cls(
            brands=_brands(reader, environ),
            address=reader.read(flower.FLOWER_ADDRESS),
            max_tasks=reader.read(flower.FLOWER_MAX_TASKS),
            bodies_for=reader.read(flower.FLOWER_SHOW_BODIES),
            logins=reader.read(flower.FLOWER_BASIC_AUTH),
        )
        reader.finish()
        return found

    def may_see_bodies(self, who: str) -> bool:
        """Return whether an operator may read bodies, which are redacted."""
        return EVERYBODY in self.bodies_for or who in self.bodies_for


def _brands(reader: Reader, environ: Mapping[str, str]) -> tuple[Brand, ...]:
    inbox = InboxSettings.read(reader)
    own = Brand(name="", path="", inbox=inbox, environ=environ)
    named = reader.read(flower.FLOWER_BRANDS)
    if not named or inbox.store is None:
        return (own,)
    found = [_brand(reader, own, name, prefix) for name, prefix in named]
    places = [_place(each.inbox.store) for each in found]
    if len(set(places)) < len(places):
        reader.problem("FLOWER_BRANDS", "must name each installation once: two have one prefix")
    if _place(inbox.store) not in places:
        reader.problem("FLOWER_BRANDS", "must name the installation of STORE_PREFIX, too")
        return (own,)
    first = found.pop(places.index(_place(inbox.store)))
    return (replace(own, name=first.name), *found)


def _brand(reader: Reader, own: Brand, name: str, prefix: str) -> Brand:
    variable = flower.address_of(name)
    environ = {**own.environ, common.STORE_PREFIX.name: prefix}
    # None as well where it is wrong, which is reported.
    store = reader.read(variable)
    if store:
        environ[common.REDIS_URL.name] = environ[variable.name]
    at = with_prefix(reader, store or own.inbox.store, prefix, "FLOWER_BRANDS")
    inbox = replace(own.inbox, store=at)
    return Brand(name=name, path=f"brand/{name}", inbox=inbox, environ=environ)


def _place(store: StoreAddress) -> tuple[object, ...]:
    """Return what two addresses of one installation have in common, whoever logs in."""
    return store.places, store.path, store.service, store.db, store.prefix
