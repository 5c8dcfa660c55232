"""Installations that share a store or a cluster, and one Flower that shows them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from celery import Celery

from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.model.job import Claim
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from settings.store_url import store_address
from tests.acceptance.tab import Tab, running_tab
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS


#: Brands and words that only their own data holds. The slots of these prefixes are on three
#: primaries.
MARKS: Final = {"shoes": "brogue", "hats": "fedora", "bags": "clutch"}

#: Jobs that have failed in each, so that no two counts are the same.
FAILED: Final = {"shoes": 3, "hats": 4, "bags": 5}

#: What Flower leaves for itself: the addresses for workers' answers, and kombu's lock while it
#: looks for messages of workers that died.
_OF_FLOWER: Final = (b"pidbox", b"_kombu.binding", b"unacked_mutex")


def prefix_of(name: str) -> str:
    """Return the STORE_PREFIX of a brand."""
    return f"{{{name}}}:"


@dataclass(frozen=True, slots=True)
class Brand:
    """
    One installation; some of its jobs have failed.

    Attributes:
        name: as FLOWER_BRANDS says.
        path: of its pages.
        store: its inbox.
        address: where that is, as REDIS_URL says.
    """

    name: str
    path: str
    store: StoreClient
    address: str

    @property
    def mark(self) -> str:
        """A word that stands in its data and in no other brand's."""
        return MARKS[self.name]

    @property
    def task(self) -> str:
        """The id of a task that its worker has reported."""
        return f"{self.mark.encode().hex():0>32}:notify_crm:1"

    def fail(self, number: int) -> None:
        """Let so many more jobs fail; the messages of all stay in their queues."""
        jobs = Jobs(
            self.store,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=WINDOW_SECONDS,
            removal_memory_seconds=WINDOW_SECONDS,
        )
        for _ in range(number):
            body = f'{{"{self.mark}":"{token_hex()}"}}'.encode()
            delivery = Intake(self.store).accept(body).delivery
            handed_on = jobs.claim(f"{delivery}:process:1")
            assert isinstance(handed_on, Claim)
            facts = f'{{"holder":"rh_{self.mark}"}}'
            jobs.fan_out(handed_on, [("notify_crm", "crm")], outcome="handed on", facts=facts)
            claim = jobs.claim(f"{delivery}:notify_crm:1")
            assert isinstance(claim, Claim)
            jobs.fail(claim, f"crm_said_{self.mark}", f"the CRM said {self.mark}")

    @property
    def failed(self) -> int:
        """Count its failed jobs in the store itself."""
        return int(self.store.zcard(self.store.names.failed))

    def first_job(self) -> str:
        """Return a failed job."""
        found: Any = self.store.zrange(self.store.names.failed, 0, 0)
        return str(found[0].decode())

    def everything(self) -> dict[bytes, Any]:
        """Read all its keys with their values."""
        found: Any = self.store.keys(f"{self.store.names.prefix}*")
        kept = [key for key in found if not any(each in key for each in _OF_FLOWER)]
        return {key: self.store.dump(key) for key in sorted(kept)}

    def report_a_task(self) -> None:
        """Send what a worker of this brand sends of a task that fails."""
        celery = self.store.names.celery
        app: Any = Celery(changes={"broker_transport_options": {"global_keyprefix": celery}})
        app.conf.broker_url = replace(
            store_address(self.address), places=(self._place(),)
        ).broker_url
        with app.events.default_dispatcher(hostname=f"celery@{self.mark}") as events:
            events.send("worker-online", freq=2, sw_ident="py-celery", sw_ver="5", sw_sys="Linux")
            events.send("worker-heartbeat", freq=2, active=0, processed=1)
            events.send("task-received", uuid=self.task, name=f"perkhook.{self.mark}", args="()",
                        kwargs="{}", retries=0, eta=None, expires=None)  # fmt: skip
            events.send("task-failed", uuid=self.task, exception=f"{self.mark}()", traceback="")
        app.close()

    def _place(self) -> tuple[str, int]:
        """Return the server that has its keys."""
        connection: Any = self.store.connection_pool.get_connection()
        self.store.connection_pool.release(connection)
        return connection.host, connection.port


def make_brands(*addresses: str) -> list[Brand]:
    """Make the brands, all in the first of these stores or each in its own, with failed jobs."""
    found = []
    for number, name in enumerate(MARKS):
        address = addresses[min(number, len(addresses) - 1)]
        at = replace(store_address(address), prefix=prefix_of(name))
        store = connect(at, max_connections=1, answer_timeout=10)
        brand = Brand(name, f"/brand/{name}" if number else "", store, address)
        brand.fail(FAILED[name])
        found.append(brand)
    return found


@contextmanager
def running_brands(log: Path, brands: list[Brand], **environ: str) -> Iterator[Tab]:
    """Start one Flower that shows them all."""
    own, *others = brands
    settings = {
        "STORE_PREFIX": prefix_of(own.name),
        "FLOWER_BRANDS": ",".join(f"{each.name}={prefix_of(each.name)}" for each in brands),
        **{f"{each.name.upper()}_REDIS_URL": each.address
           for each in others if each.address != own.address},
    }  # fmt: skip
    with running_tab(log, own.address, **settings, **environ) as tab:
        yield tab
