"""Any replica reports the numbers of all."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from inbox.admin.fleet import MOST_VALUES, SAMPLE, Fleet
from inbox.breaker import FAILURES_THAT_SHUT, Breaker
from inbox.model.effect import PERKS, Perk
from inbox.model.rate import Rate
from inbox.state.reports import Reports
from inbox.store.client import StoreClient
from receiver.app import COUNTERS
from tests.engine import KEYS
from tests.integration.receiver.conftest import MakeApp, Send
from tests.samples import PERSONAL


WRONG = {"X-Voucherify-Signature": "wrong"}


def read(client: FlaskClient) -> dict[str, float]:
    """Read the metrics as Prometheus does; a sample is named with its labels."""
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }


def tally_of(app: Flask) -> Any:
    """What an application counts."""
    return app.extensions[COUNTERS]


def calls(store: StoreClient) -> dict[str, int]:
    """Commands that the store ran since its count was reset, without those of connections."""
    ours = ("cmdstat_config", "cmdstat_info", "cmdstat_client", "cmdstat_hello")
    found = store.info("commandstats").items()
    return {name: each["calls"] for name, each in found if not name.startswith(ours)}


def fill(store: StoreClient, index: str, name: str, number: int, start: int = 0) -> None:
    """Put so many jobs of a handler into an index."""
    jobs = {f"{each:032x}:{name}": start + each for each in range(number)}
    store.zadd(index, jobs)


def test_each_replica_says_what_all_have_counted(make_app: MakeApp, send: Send) -> None:
    """Scraped in turn, as by a balancer, two replicas never report less than before."""
    apps = [make_app(), make_app()]
    clients = [app.test_client() for app in apps]
    reported = []
    for turn in range(6):
        send(clients[turn % 2], b"%d" % turn, WRONG)
        send(clients[(turn + 1) % 2], b"%d" % turn)
        tally_of(apps[(turn + 1) % 2]).report()
        found = read(clients[turn % 2])
        reported.append(found["perkhook_webhooks_total bad_signature"])
        assert found["perkhook_signatures_verified_total 0"] == turn + 1
        assert found["perkhook_deliveries_accepted_total"] == turn + 1

    assert found["perkhook_webhooks_total inbox_down"] == 0, "an increase from nothing is none"
    assert reported == [1, 2, 3, 4, 5, 6]
    assert read(clients[0])["perkhook_process_webhooks_total bad_signature"] == 3


def test_refusals_write_nothing_to_the_store(
    make_app: MakeApp, send: Send, store: StoreClient
) -> None:
    """A thousand forged webhooks cost the store no command; reporting them costs one script."""
    app = make_app()
    client = app.test_client()
    read(client)
    store.config_resetstat()

    for number in range(1000):
        assert send(client, b"%d" % number, WRONG).status_code == 401

    assert calls(store) == {}
    tally_of(app).report()
    assert calls(store)["cmdstat_evalsha"] == 1
    assert read(client)["perkhook_webhooks_total bad_signature"] == 1000


def test_a_message_that_comes_twice_counts_once(store: StoreClient) -> None:
    """A receiver whose answer was lost sends its counts again under the same number."""
    reports = Reports(store)

    assert reports.counts("a", 1, {"answer:accepted": 5})
    assert not reports.counts("a", 1, {"answer:accepted": 5})
    assert reports.counts("b", 1, {"answer:accepted": 2})

    assert Fleet(store).read().answers == {"accepted": 7}
    assert 3590 < store.ttl(KEYS.told + "a") <= 3600


def test_reading_costs_the_same_whatever_waits(store: StoreClient) -> None:
    """With more jobs in an index than are read, reading runs no more commands."""
    fleet = Fleet(store)
    found = []
    for number in (2 * SAMPLE, 20 * SAMPLE):
        for index in (KEYS.failed, KEYS.waiting, KEYS.queued + "crm", KEYS.held):
            fill(store, index, "notify_crm", number)
        store.sadd(KEYS.queues, "crm")
        fleet.read()
        store.config_resetstat()
        fleet.read()
        found.append(calls(store))
        assert found[-1]["cmdstat_evalsha"] == 1

        raw = json.loads(fleet._read(args=[SAMPLE]))
        for index in (raw["failed"], raw["waiting"], raw["held"], raw["queues"]["crm"]):
            assert index["jobs"] == number
            assert sum(index["handlers"].values()) == SAMPLE

    assert found[0] == found[1]
    assert sum(found[0].values()) < 150


def test_jobs_are_reported_by_state_and_handler(store: StoreClient) -> None:
    """Exactly where there are few, nearly where there are many; their sum is the index's."""
    store.sadd(KEYS.queues, "crm")
    fill(store, KEYS.failed, "notify_crm", 3)
    fill(store, KEYS.failed, "revoke_referral_perks", 2)
    fill(store, KEYS.queued + "crm", "notify_crm", SAMPLE)
    fill(store, KEYS.waiting, "notify_crm", 3 * SAMPLE)
    fill(store, KEYS.waiting, "erase_customer", SAMPLE, start=SAMPLE)

    handlers = Fleet(store).read().handlers

    assert handlers["failed"] == {"notify_crm": 3, "revoke_referral_perks": 2}
    assert handlers["queued"] == {"notify_crm": SAMPLE, "process": 0}
    assert sum(handlers["waiting"].values()) == 4 * SAMPLE
    assert handlers["waiting"]["notify_crm"] == pytest.approx(3 * SAMPLE, rel=0.1)
    assert handlers["running"] == {}


def test_labels_stay_few_and_plain(store: StoreClient, make_app: MakeApp) -> None:
    """Whatever someone wrote into the store, no label has it, nor very many values."""
    for number in range(3 * MOST_VALUES):
        fill(store, KEYS.failed, f"made_up_{number}", 1)
        store.hset(KEYS.tally, f"answer:made_up_{number}", 1)
    fill(store, KEYS.held, PERSONAL[1], 1)
    store.hset(KEYS.tally, f"effect:{PERSONAL[1]}:{PERSONAL[0]}", 1)

    text = make_app().test_client().get("/metrics").text

    assert PERSONAL[0] not in text
    assert PERSONAL[1] not in text
    assert text.count('perkhook_handler_jobs{handler="made_up_') <= MOST_VALUES
    assert text.count('perkhook_webhooks_total{result="made_up_') <= MOST_VALUES
    assert 'perkhook_handler_jobs{handler="other",state="held"} 1.0' in text
    assert 'perkhook_effects_total{kind="other",state="other"} 1.0' in text


def test_every_perk_has_words_for_people() -> None:
    """What stands in the ledger and in metrics is shown to people in words."""
    assert set(PERKS) == set(Perk)
    assert all(PERKS.values())


def test_cap_breaker_and_budget_are_reported_by_what_workers_allow(
    store: StoreClient, make_app: MakeApp
) -> None:
    """Nothing is made up before a worker has reported; then limits, and what is left of them."""
    client = make_app().test_client()
    assert not any(name.startswith(("perkhook_b", "perkhook_down")) for name in read(client))
    perks, crm = Breaker(store, "perks", Rate(10, 60_000)), Breaker(store, "crm")
    gates = {"perks": perks, "crm": crm}
    rates: dict[str, Any] = {"cap": Rate(7, 60_000), "campaign_cap": Rate(3, 600)}
    Reports(store).worker("a", 10, reaped=False, breakers=gates, **rates)
    perks.enter("caller", 4)
    for _ in range(FAILURES_THAT_SHUT):
        crm.failed("caller", "down")
    store.hincrby(KEYS.gate + "crm", "until", 60_000)  # longer than this test, whatever happens

    found = read(client)

    assert found["perkhook_brake_jobs_limit"] == 7
    assert found["perkhook_brake_jobs_admitted"] == 0
    assert found["perkhook_brake_campaign_jobs_limit"] == 3
    assert found["perkhook_brake_campaign_window_seconds"] == 600
    assert found["perkhook_budget_calls_limit perks"] == 10
    assert found["perkhook_budget_calls_left perks"] == 6
    assert "perkhook_budget_calls_left crm" not in found
    assert found["perkhook_downstream_up perks"] == 1
    assert found["perkhook_downstream_shut_seconds perks"] == 0
    assert found["perkhook_downstream_up crm"] == 0
    assert 30 < found["perkhook_downstream_shut_seconds crm"] <= 62
    store.hset(KEYS.gate + "crm", "until", 1)
    half_open = read(client)
    assert half_open["perkhook_downstream_up crm"] == 0, "its pause is over, nothing has worked"
    assert half_open["perkhook_downstream_shut_seconds crm"] == 0
    crm.well("caller")
    assert read(client)["perkhook_downstream_up crm"] == 1
    assert found["perkhook_workers"] == 1
    assert "perkhook_last_sweep_age_seconds" not in found


def test_workers_that_fell_silent_are_not_counted(store: StoreClient) -> None:
    """A worker counts for three of its intervals; a reaper run is reported at its end."""
    reports = Reports(store)
    nothing: dict[str, Any] = {"cap": None, "breakers": {}}
    reports.worker("a", 10, reaped=True, **nothing)
    reports.worker("b", 10, reaped=False, **nothing)
    found = Fleet(store).read()
    assert found.workers == 2
    assert found.reaped is not None
    assert (found.now - found.reaped).total_seconds() < 5

    assert (store.zscore(KEYS.workers, "a") or 0) - found.now.timestamp() * 1000 > 15_000
    store.zadd(KEYS.workers, {"a": 1})

    assert Fleet(store).read().workers == 1
    reports.worker("b", 10, reaped=False, **nothing)
    assert store.zrange(KEYS.workers, 0, -1) == [b"b"]


def test_memory_is_reported_with_what_is_left_for_webhooks(
    store: StoreClient, make_app: MakeApp
) -> None:
    """Headroom ends where webhooks are refused, and is not reported for a store without a limit."""
    client = make_app().test_client()
    found = read(client)
    assert found["perkhook_store_memory_used_bytes"] > 100_000
    assert "perkhook_store_memory_headroom_bytes" not in found
    limit = 1024**3
    store.config_set("maxmemory", limit)
    try:
        found = read(client)
        # The store counts these buffers as used, and not against its limit.
        beside = store.info("memory")["mem_not_counted_for_evict"]
    finally:
        store.config_set("maxmemory", 0)

    assert found["perkhook_store_memory_limit_bytes"] == limit
    used = found["perkhook_store_memory_used_bytes"]
    assert found["perkhook_store_memory_headroom_bytes"] == pytest.approx(
        limit - limit // 20 - used + beside, abs=200_000
    )
