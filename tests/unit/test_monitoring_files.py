"""Alert rules, dashboard and operations.md agree; a running product's are tested elsewhere."""

import json
import re
from typing import Any

import pytest
import yaml

from tests.processes import ROOT


RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
ALERTS: list[dict[str, Any]] = [rule for group in RULES["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((ROOT / "deploy/grafana/perkhook.json").read_text())
OPERATIONS = (ROOT / "docs/operations.md").read_text()


PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_what_it_means_and_where_to_read_on(alert: dict[str, Any]) -> None:
    """Each has a severity, a summary, a meaning, and a section with meaning, check and fix."""
    name, reported = alert["alert"], alert["annotations"]
    assert alert["labels"]["severity"] in {"critical", "warning", "info"}
    assert reported["summary"].endswith(".") or "{{" in reported["summary"]
    assert reported["description"].endswith(".")
    assert reported["runbook_url"] == f"docs/operations.md#{name.lower()}"

    section = OPERATIONS.split(f"\n### {name}\n")[1].split("\n### ")[0].split("\n## ")[0]
    words = [section.index(f"**{word}:**") for word in ("Meaning", "Check", "Fix")]
    assert words == sorted(words)


def test_every_section_is_of_an_alert_that_exists() -> None:
    """No section is left behind when an alert goes."""
    assert set(re.findall(r"^### (Perkhook\w+)$", OPERATIONS, re.MULTILINE)) == {
        alert["alert"] for alert in ALERTS
    }


def test_links_within_operations_lead_somewhere() -> None:
    """Each #anchor in operations.md is a heading of it."""
    headings = re.findall(r"^#+ (.+)$", OPERATIONS, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 _-]", "", each.lower()).replace(" ", "-") for each in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", OPERATIONS)) - anchors == set()


def test_alerts_do_not_depend_on_how_many_replicas_are_scraped() -> None:
    """A number of the fleet comes from each replica: a sum of them, or one alert each, is wrong."""
    for alert in ALERTS:
        if alert["alert"] not in {"PerkhookInboxDown", "PerkhookNotScraped"}:
            assert re.match(r"(max|min)\b|sum\(max by", alert["expr"]), alert["alert"]


def test_the_dashboard_is_what_grafana_imports() -> None:
    """It has a version, a choice of data source, and panels that do not overlap."""
    assert DASHBOARD["schemaVersion"] >= 36
    assert [each["type"] for each in DASHBOARD["templating"]["list"]] == ["datasource"]
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_has_a_unit_that_fits(panel: dict[str, Any]) -> None:
    """Seconds, bytes and ratios are shown as such, and rates of counters as rates."""
    unit = panel["fieldConfig"]["defaults"]["unit"]
    first = panel["targets"][0]["expr"]
    metric = re.findall(r"perkhook_\w+", first)[0]
    units = {"_seconds": "s", "_seconds_bucket": "s", "_bytes": "bytes", "_ratio": "percentunit"}
    fits = {each for end, each in units.items() if metric.endswith(end)}
    if metric.endswith("_total"):
        fits = {"ops", "reqps"}
        assert "rate(" in first
    assert unit in (fits or {"short"})
    assert panel["title"]
    assert panel["description"].endswith(".")
    for target in panel["targets"]:
        assert target["datasource"]["uid"] == "${datasource}"
        assert target["expr"].count("(") == target["expr"].count(")")
