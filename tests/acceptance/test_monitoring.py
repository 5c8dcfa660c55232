"""What a worked product reports is what alerts and dashboard ask for."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from inbox.store.client import StoreClient
from tests import samples
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import SECRETS, Product, sign
from tests.engine import KEYS
from tests.processes import ROOT, wait_until
from tests.programs import need


#: Reported only where something is set: CANARY_INTERVAL_SECONDS, RECONCILE_INTERVAL_SECONDS, the
#: Management API's keys; or when workers have run for two days.
ONLY_IF_SET = {
    "perkhook_canary_age_seconds",
    "perkhook_reconcile_completed_age_seconds",
    "perkhook_store_full_in_seconds",
    "perkhook_store_memory_daily_growth_bytes",
    "perkhook_voucherify_webhook_active",
    "perkhook_voucherify_webhook_event_listed",
    "perkhook_voucherify_webhook_look_age_seconds",
}

Samples = dict[str, float]


def _asked_for() -> dict[str, set[str]]:
    """The metrics that each file names."""
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
    dashboard = json.loads((ROOT / "deploy/grafana/perkhook.json").read_text())
    alerts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    targets = [each["expr"] for panel in dashboard["panels"] for each in panel.get("targets", [])]
    operations = (ROOT / "docs/operations.md").read_text()
    return {
        "alerts.yml": _names(" ".join(alerts)),
        "perkhook.json": _names(" ".join(targets)),
        # Beginnings of names have an ellipsis there.
        "operations.md": {name for name in _names(operations) if not name.endswith("_")},
    }


def _names(text: str) -> set[str]:
    return set(re.findall(r"\bperkhook_[a-z_]+", text))


def _families(product: Product) -> Iterable[Metric]:
    text = product.http.get(f"{product.receiver_url}/metrics").text
    return text_string_to_metric_families(text)


def _samples(product: Product) -> Samples:
    return {
        " ".join([sample.name, *(sample.labels[name] for name in sorted(sample.labels))]):
            sample.value
        for family in _families(product)
        for sample in family.samples
    }  # fmt: skip


def _forge(product: Product, number: int = 0) -> None:
    answer = product.http.post(
        f"{product.receiver_url}/webhooks/voucherify",
        content=b"%d" % number,
        headers={"X-Voucherify-Signature": sign(b"else"), "Connection": "close"},
    )
    assert answer.status_code == 401


@pytest.fixture
def worked(make_product: MakeProduct) -> Product:
    """Two receiver processes and a worker that took back, noted, refused and failed."""
    product = make_product(
        WEB_CONCURRENCY="2", VOUCHERIFY_RATE_LIMIT="1000/minute", REVOCATION_BRAKE="50/hour"
    )
    played = product.scenario(referees=1, reward={"type": "GIFT_VOUCHER", "amount": 500}, own=1200)
    product.unassign(*(referee["holder"] for referee in played["referees"]))
    assert product.send(samples.PERSONAL[1].encode()).status_code == 202
    for number in range(10):
        _forge(product, number)
    product.wait_until_settled()
    return product


def test_a_worked_product_reports_all_that_alerts_and_dashboard_ask_for(
    worked: Product, store: StoreClient
) -> None:
    """Every metric named exists, is reported well-formed, and has the value that was worked for."""

    def reported() -> int:
        return int(store.hget(KEYS.tally, "answer:bad_signature") or 0)

    # Processes that no one asks say what they have counted within seconds.
    wait_until(lambda: reported() == 10, "both have reported")
    found = _samples(worked)
    assert found["perkhook_webhooks_total bad_signature"] == 10
    assert found["perkhook_deliveries_accepted_total"] == 2
    assert found["perkhook_deliveries_settled_total"] == 1
    assert found["perkhook_delivery_delay_seconds_count"] == 1
    assert 0 < found["perkhook_delivery_delay_seconds_sum"] < 60
    assert found["perkhook_jobs failed"] == found["perkhook_handler_jobs process failed"] == 1
    assert found["perkhook_jobs_done_total"] == 2
    assert found["perkhook_effects_total gift_credits confirmed"] == 1
    assert found["perkhook_brake_jobs_admitted"] == 1
    assert found["perkhook_brake_jobs_limit"] == 50
    assert found["perkhook_budget_calls_limit perks"] == 1000
    assert 900 < found["perkhook_budget_calls_left perks"] < 1000
    assert found["perkhook_downstream_up crm"] == found["perkhook_downstream_up perks"] == 1
    assert found["perkhook_workers"] == 1
    assert found["perkhook_last_sweep_age_seconds"] < 20
    assert found["perkhook_queue_delay_seconds"] == 0

    # Headroom is reported for a store with a limit.
    store.config_set("maxmemory", 1024**3)
    families: list[Metric] = []

    def of_process() -> bool:
        # Each process reports its own count, and one that has counted nothing has none to report.
        families[:] = _families(worked)
        return any(each.name == "perkhook_process_webhooks" and each.samples for each in families)

    wait_until(of_process, "a process that has refused webhooks answers")
    store.config_set("maxmemory", 0)
    _assert_well_formed(families)
    names = {sample.name for family in families for sample in family.samples}
    # A page may speak of a histogram as a whole; a rule that did would find nothing.
    families_too = {"operations.md": {family.name for family in families}}
    for file, asked in _asked_for().items():
        assert asked - names - families_too.get(file, set()) - ONLY_IF_SET == set(), file
    text = worked.http.get(f"{worked.receiver_url}/metrics").text
    for secret in (*samples.PERSONAL, *SECRETS):
        assert secret not in text

    # What was counted last is reported by a process that stops.
    _forge(worked)
    worked.process("web").stop()
    assert reported() == 11

    if shutil.which("promtool"):
        linted = _promtool("check", "metrics", given=text)
        assert linted.returncode == 0, linted.stdout + linted.stderr


def _assert_well_formed(families: list[Metric]) -> None:
    assert len({family.name for family in families}) == len(families)
    for family in families:
        assert family.name.startswith("perkhook_")
        assert family.documentation.endswith("."), family.name
        assert family.samples or family.name == "perkhook_process_webhooks", family.name
        for sample in family.samples:
            if family.type == "counter":
                assert sample.name == f"{family.name}_total"
            else:
                assert not sample.name.endswith("_total"), sample.name
            assert sample.value >= 0
            assert all(len(value) < 64 for value in sample.labels.values())


@pytest.mark.parametrize("file", ["alerts_test.yml", "alerts_week_test.yml"])
def test_alerts_fire_when_they_should_and_only_then(file: str, tmp_path: Path) -> None:
    """Prometheus's own promtool plays good and bad days against the rules."""
    rules = ROOT / "deploy/prometheus/alerts.yml"
    days = tmp_path / file
    days.write_text(f"rule_files: [{rules}]\n{(ROOT / 'tests/acceptance' / file).read_text()}")

    answer = _promtool("test", "rules", str(days))

    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_promtool_takes_the_rules() -> None:
    """They have no fault that promtool's linter knows."""
    rules = _promtool("check", "rules", "--lint=all", "deploy/prometheus/alerts.yml")
    assert rules.returncode == 0, rules.stdout + rules.stderr


def _promtool(*words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [need("promtool"), *words],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
