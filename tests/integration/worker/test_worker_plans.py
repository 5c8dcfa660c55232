"""Plans made by a worker process over the stand-in's API, without changing anything there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inbox.breaker import Breaker
from inbox.plans import PATIENCE_SECONDS, Plans
from tests.engine import KEYS, connect
from tests.integration.worker.shop import Shop
from tests.integration.worker.station import Station, station, until
from tests.samples import PERSONAL


@pytest.fixture(scope="module")
def braked(served_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A worker whose rate cap lets one revocation through."""
    folder = tmp_path_factory.mktemp("plans")
    with station(served_shop, folder, REVOCATION_BRAKE="1/day") as made:
        yield made


class Asking:
    """An operator's question, and what the stand-in saw of it."""

    def __init__(self, here: Station) -> None:
        self.here = here
        self.store: Any = connect(here.redis_url, max_connections=4, answer_timeout=10)
        self.plans = Plans(self.store)

    def failed(self, referee: dict[str, Any]) -> str:
        """Let a revocation fail; return its job."""
        shop = self.here.shop
        shop.faults("voucherify", {"status": 400, "path": "*/redeemables"})
        delivery = self.here.intake.accept(shop.removal(referee["holder"])).delivery
        job = f"{delivery}:revoke_referral_perks"
        self.here.in_state(job, "failed")
        shop.well()
        return job

    def plan(self, job: str) -> dict[str, Any]:
        """Ask by the command line, and see that nothing but reading was done."""
        shop, before = self.here.shop, self.here.job(job)
        changes = [each for each in shop.requests("voucherify") if each["method"] != "GET"]
        effects = set(self.store.scan_iter(KEYS.effect + "*"))
        messages = self.store.llen(KEYS.celery + "perks")
        done = self.here.command("--json", "plan", job)
        assert done.returncode == 0, done.stderr
        now = [each for each in shop.requests("voucherify") if each["method"] != "GET"]
        assert now == changes
        assert self.here.job(job) == before
        assert self.store.llen(KEYS.celery + "perks") == messages
        # Those of a removal that is completed may be folded meanwhile.
        assert set(self.store.scan_iter(KEYS.effect + "*")) <= effects
        assert not any(word.encode() in done.stdout for word in PERSONAL)
        found: dict[str, Any] = json.loads(done.stdout)["plan"]
        return found


@pytest.fixture
def asking(braked: Station, shop: Shop) -> Iterator[Asking]:
    """The operator, with an empty store and stand-in."""
    assert braked.shop is shop
    made = Asking(braked)
    made.store.delete(KEYS.brake, KEYS.gate + "perks", KEYS.gate + "perks:try")
    yield made
    made.store.connection_pool.disconnect()


def test_failed_and_held_revocations_show_what_they_would_take(asking: Asking) -> None:
    """Amount and card by reading them, and it is what the retry then does."""
    shop = asking.here.shop
    first, second = shop.scenario(referees=2)["referees"]
    failed = asking.failed(first)
    delivery = asking.here.intake.accept(shop.removal(second["holder"])).delivery
    held = f"{delivery}:revoke_referral_perks"
    asking.here.in_state(held, "held")

    for job, referee in ((failed, first), (held, second)):
        found = asking.plan(job)
        (step,) = [each for each in found["steps"] if "take back" in each]
        assert step.startswith(f"take back 500 cents from card {referee['card']['id']}")
        assert "the assignment on the code: gone" in found["read"]
        assert shop.balance(referee["card"]["id"]) == 1500

    asking.here.command("retry", failed, "--why", "as planned")
    outcome = asking.here.outcome(failed[:32], "revoke_referral_perks")
    assert f"took back 500 from card {first['card']['id']}" in outcome


def test_an_open_breaker_is_respected_and_shown(asking: Asking) -> None:
    """Voucherify is not asked at all."""
    (referee,) = asking.here.shop.scenario()["referees"]
    job = asking.failed(referee)
    Breaker(asking.store, "perks").pause("another", "limit_reached", 60)
    calls = len(asking.here.shop.requests("voucherify"))

    found = asking.plan(job)

    assert not found["possible"]
    assert found["reason"].startswith("not now: the downstream of perks cannot be called now")
    assert len(asking.here.shop.requests("voucherify")) == calls


def test_a_note_says_what_it_is(asking: Asking) -> None:
    """A handler without a plan is described, and makes no call."""
    shop = asking.here.shop
    shop.faults("crm", {"status": 422})
    (referee,) = shop.scenario()["referees"]
    delivery = asking.here.intake.accept(shop.removal(referee["holder"])).delivery
    asking.here.in_state(f"{delivery}:notify_crm", "failed")
    asking.here.outcome(delivery, "revoke_referral_perks")
    notes = len(shop.requests("crm"))

    found = asking.plan(f"{delivery}:notify_crm")

    assert found["steps"] == ["Notify the CRM that the customer's assignment was removed."]
    assert len(shop.requests("crm")) == notes


def test_without_a_worker_no_answer_comes(served_shop: Shop, tmp_path: Path) -> None:
    """It stops like a job's worker does, and later requests are shown as unanswered."""
    served_shop.clear()
    with station(served_shop, tmp_path) as here:
        asking = Asking(here)
        job = asking.failed(served_shop.scenario()["referees"][0])
        here.worker.process.terminate()
        assert here.worker.ended(seconds=30) == 0

        assert asking.plans.ask(job) == "asked"
        asking.store.hincrby(KEYS.plan + job, "since", -int(PATIENCE_SECONDS * 1000))
        until(lambda: asking.plans.get(job).state == "unanswered")
        asking.store.connection_pool.disconnect()
