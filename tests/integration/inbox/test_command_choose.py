"""The command line chooses and decides by the same code as the page in Flower."""

import json
from typing import Any

import pytest

from inbox.admin.decisions import Decisions
from tests.engine import KEYS
from tests.integration.inbox.conftest import Run
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import House
from tests.integration.inbox.many import fail_many


@pytest.fixture
def failed(house: House) -> list[str]:
    """Twenty failed jobs by two faults, of three campaigns."""
    return fail_many(house, 20)


@pytest.mark.usefixtures("failed")
@pytest.mark.parametrize(
    ("words", "number"),
    [
        (("--campaign", "camp_0"), 7),
        (("--event-type", "customer.holder.assignment.deleted"), 20),
        (("--event-type", "customer.deleted"), 0),
        (("--search", "cust_7"), 1),
        (("--search", "rh_1", "--reason", "crm_service_answered_404"), 1),
        (("--since", "2999-01-01"), 0),
        (("--until", "2999-01-01"), 20),
        (("--state", "held"), 0),
    ],
    ids=str,
)
def test_the_list_takes_every_filter(here: Run, words: tuple[str, ...], number: int) -> None:
    """What the page can be filtered by, the list can be."""
    assert len(_json(here("--json", "failed", *words))) == number


@pytest.mark.usefixtures("failed")
def test_groups_lead_to_a_retry(here: Run, house: House) -> None:
    """Faults are counted, one is previewed, its first jobs are retried, then the rest."""
    large, small = _json(here("--json", "groups"))
    assert (large["count"], small["count"]) == (18, 2)
    assert b"18" in here("groups").stdout
    chosen = ("--group", large["group"])

    preview = _json(here("retry", *chosen, "--dry-run"))
    assert (preview["jobs"], house.admin.stats().failed) == (18, 20)
    assert _json(here("--json", "retry", *chosen, "--limit", "3"))["results"] == {"queued": 3}
    assert _json(here("--json", "retry", *chosen))["results"] == {"queued": 15}

    assert house.admin.stats().failed == 2
    entries = _json(here("--json", "history"))
    assert [entry["action"] for entry in entries] == ["retry ended", "retry"] * 2
    assert entries[3]["what"].endswith("3 of 18 failed jobs, notify_crm: crm_service_answered_422")
    assert b"15 queued" in here("history").stdout
    assert_consistent(house.store)


def test_a_batch_is_reported_resumed_and_stopped(
    here: Run, house: House, failed: list[str]
) -> None:
    """What a killed Flower left behind can be finished, or left alone, by hand."""
    batches = Decisions(house.store, dedupe_window_seconds=60).batches
    tasks = [f"{job}:1" for job in failed]
    first = batches.start("retry", tasks[:5], who="eve", why="", what="five")
    second = batches.start("retry", tasks[5:], who="eve", why="", what="others")

    assert _json(here("batch", first))["state"] == "running"
    assert _json(here("batch", first, "--resume"))["done"] == {"queued": 5}
    assert _json(here("batch", second, "--stop"))["state"] == "stopped"
    assert here("batch", "0" * 16).returncode == 1
    assert house.admin.stats().failed == 15


@pytest.mark.usefixtures("failed")
@pytest.mark.parametrize(
    "words",
    [
        ("retry", "--all", "x"),
        ("retry", "--since", "yesterday"),
        ("retry", "--group", "x", "a-job"),
        ("discard", "--group", "x"),
        ("discard", "--all", "--held", "--why", "x"),
        ("groups", "--state", "queued"),
        ("failed", "--sort", "x"),
        ("history", "--limit", "0"),
    ],
    ids=str,
)
def test_wrong_use_changes_nothing(here: Run, house: House, words: tuple[str, ...]) -> None:
    """A word that is not understood never widens the choice."""
    assert here(*words).returncode == 2
    assert house.admin.stats().failed == 20
    assert not house.store.exists(KEYS.audit)


def _json(ran: Any) -> Any:
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)
