"""What the bench plays to weigh what is remembered leaves the same as the product's processes."""

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bench.remembering.made import MadeEvent, MadeRemoval
from bench.remembering.steps import Past
from bench.removals import HANDLER, Removals
from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.privacy.erasure import Erasure
from inbox.store.client import StoreClient
from tests import samples
from tests.conftest import LEASE_SECONDS
from tests.engine import KEYS
from tests.integration.costs.bounds import events
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.perks.dry_run import DryRunPerks
from worker.handlers import load_handlers
from worker.run.flow import Flow
from worker.run.verdict import Completed
from worker.services import Services


#: Times of the store and ages, by which two runs differ.
_TIME: Final = re.compile(r"(?<!\d)1[789]\d{11}(?!\d)|^\+\d+$")

#: What is kept for some minutes or an hour, and what was learned of the campaign and the API.
_PASSING: Final = ("brake", "budget:", "gate:", "learned:", "delay")


def test_a_made_removal_leaves_what_a_real_one_leaves(store: StoreClient) -> None:
    """Delivery, effects, identity, grant, indexes and counters are the same, times apart."""
    removals = Removals(store)
    [referee] = removals.referees(1)
    removals.remove(referee)
    shop = removals.shop
    body = shop.webhooks()[-1]
    card = shop.world.store.vouchers[referee["card"]["id"]]
    granted = next(each for each in card.transactions if each.amount == 500)
    removal = replace(_removal(body), card=card.id, grant=granted.id, amount=500)
    real = _remembered(store)
    store.flushdb()

    Past(store).removal(replace(removal, before=card.balance + 500))

    assert f"effect:{removal.holder}:reward" in real
    assert _remembered(store) == real


def test_a_made_dry_run_leaves_what_a_real_one_leaves(store: StoreClient, intake: Intake) -> None:
    """The same of a removal whose handlers only log."""
    body = events(1)[0]
    intake.accept(body)
    _run(_dry_flow(store), body, "process", HANDLER, "notify_crm")
    real = _remembered(store)
    store.flushdb()

    Past(store).dry_run(_removal(body))

    assert f"delivery:{delivery_id(body)}" in real
    assert _remembered(store) == real


def test_a_made_unwanted_event_leaves_what_a_real_one_leaves(
    store: StoreClient, intake: Intake
) -> None:
    """The same of an event that no handler wants."""
    document = samples.customer_deleted()
    document["type"] = document["event"]["type"] = "customer.updated"
    body = samples.body(document)
    intake.accept(body)
    _run(_dry_flow(store), body, "process")
    real = _remembered(store)
    store.flushdb()

    Past(store).unwanted(_event(body))

    assert "completed" in real
    assert _remembered(store) == real


def _run(flow: Flow, body: bytes, *names: str) -> None:
    for name in names:
        ended = flow.run(f"{delivery_id(body)}:{name}:1")
        assert isinstance(ended, Completed), ended


def _dry_flow(store: StoreClient) -> Flow:
    """Make what runs jobs in a worker that calls no one."""
    return Flow(
        jobs=Jobs(
            store,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=604_800,
            removal_memory_seconds=16_416_000,
        ),
        table=load_handlers(),
        services=Services(perks=DryRunPerks(), crm=DryRunCrm(), erasure=Erasure(store)),
        schedule=(60.0,),
        lease_seconds=LEASE_SECONDS,
        chance=lambda: 0.5,
    )


def _event(body: bytes) -> MadeEvent:
    event = json.loads(body)["event"]
    at = datetime.fromisoformat(event["created_at"])
    return MadeEvent(body=body, event=event["id"], kind=event["type"], at=at)


def _removal(body: bytes) -> MadeRemoval:
    found, holder = _event(body), json.loads(body)["data"]["holder"]
    return MadeRemoval(
        body=body,
        event=found.event,
        at=found.at,
        holder=holder["id"],
        customer=holder["customer_id"],
        campaign=holder["campaign_id"],
        card="",
        grant="",
    )


def _remembered(store: Any) -> dict[str, Any]:
    """Read every key and value that lasts, with each time of the store as one word."""
    read: dict[bytes, Any] = {
        b"hash": store.hgetall,
        b"zset": lambda key: store.zrange(key, 0, -1),
        b"list": lambda key: store.lrange(key, 0, -1),
        b"string": store.get,
        b"set": lambda key: sorted(store.smembers(key)),
        b"stream": lambda key: [fields for _, fields in store.xrange(key)],
    }
    found = {}
    for key in store.scan_iter():
        name = key.decode().removeprefix(KEYS.prefix)
        # The bench stands in for Celery, and takes its messages all at once.
        if not name.startswith((*_PASSING, "celery:")):
            found[name] = _without_times(read[store.type(key)](key))
    return found


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {_without_times(name): _without_times(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_times(each) for each in value]
    return _TIME.sub("<time>", value.decode("latin-1"))
