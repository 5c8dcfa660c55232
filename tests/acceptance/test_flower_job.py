"""One job on the Failed tab of the real Flower."""

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from inbox.plans import NEW_SECONDS, PATIENCE_SECONDS
from inbox.store.client import StoreClient
from tests.acceptance.browser import chromium
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import Product
from tests.acceptance.tab import JSON, LOGIN, make_house, running_tab
from tests.engine import KEYS
from tests.processes import wait_until
from tests.stores import client_of


def test_an_unexpected_error_is_shown_with_its_places(
    store: StoreClient, redis_url: str, tmp_path: Path
) -> None:
    """On the job's page as text, folded up, and in the API; a run without them shows none."""
    house = make_house(store)
    plain, claim = house.failed(b"plain"), house.process(b"unexpected")
    trace = "worker/run/flow.py:120 in <b>_handle\nKeyError"
    house.jobs.fail(claim, "unexpected:KeyError", "KeyError at act.py:7 in act", trace)

    with running_tab(tmp_path / "log", redis_url) as tab:
        page = tab.get(f"/failed/job/{claim.job}").body.decode()
        (run,) = tab.get(f"/failed/api/job/{claim.job}").json["job"]["runs"]
        other = tab.get(f"/failed/job/{plain}").body.decode()

    assert "worker/run/flow.py:120 in &lt;b&gt;_handle\nKeyError</code>" in page
    assert run["trace"] == trace
    assert "Where it was" not in other


def test_a_plan_is_asked_for_and_shown(make_product: MakeProduct) -> None:
    """Over the JSON API: a worker answers with amount and card, and nothing is changed."""
    product = make_product("sandbox", "web", "worker", "flower", FLOWER_BASIC_AUTH=LOGIN)
    job, card = failed_revocation(product)
    (failed,) = product.inbox("failed")
    url = f"{product.flower_url}/failed/api/plan"
    auth = ("ada", "sesame")

    asked = product.http.post(url, json={"job": job}, auth=auth)
    wait_until(
        lambda: product.http.get(f"{url}/{job}", auth=auth).json()["state"] == "made", "it is made"
    )

    assert (asked.status_code, asked.json()["plan"]) == (202, None)
    plan = product.http.get(f"{url}/{job}", auth=auth).json()["plan"]
    assert f"take back 500 cents from card {card}" in plan["steps"][0]
    assert product.inbox("failed") == [failed]
    changes = product.state("cards")[card]["transactions"]
    assert not any(change["type"].endswith("_REMOVAL") for change in changes)


def test_the_preview_of_one_job_shows_its_plan(make_product: MakeProduct) -> None:
    """By a button in the dialog, by keyboard; when no worker answers the dialog says so."""
    product = make_product("sandbox", "web", "worker", "flower", FLOWER_BASIC_AUTH=LOGIN)
    job, card = failed_revocation(product)
    with chromium(product.flower_url) as browser:
        ada = browser.visitor(*LOGIN.split(":"))
        ada.visit(f"/failed/job/{job}")
        dialog = ada.page.get_by_role("dialog")
        ada.press(ada.page.get_by_role("button", name="Retry"))
        ada.press(dialog.get_by_role("button", name="What it would do"))
        expect(dialog).to_contain_text(f"take back 500 cents from card {card}")
        expect(dialog).to_contain_text("Based on: the assignment on the code: gone")
        ada.assert_accessible()
        ada.picture("plan")

        product.process("worker").stop()
        wait_until(lambda: _is_old(product, job), "the answer is old")
        ada.press(dialog.get_by_role("button", name="What it would do"))
        expect(dialog).to_contain_text("Waiting for a worker…")
        _grow_old(product, job)
        expect(dialog).to_contain_text("No worker answers. Does one run?")
        assert ada.faults == []
    assert [each["job"] for each in product.inbox("failed")] == [job]


def failed_revocation(product: Product) -> tuple[str, str]:
    """Let a revocation fail permanently and fix the API; return its job and the card."""
    product.faults(voucherify={"status": 400, "path": "*/redeemables"})
    (referee,) = product.scenario(referees=1)["referees"]
    product.unassign(referee["holder"])
    wait_until(lambda: len(product.inbox("failed")) == 1, "the revocation has failed")
    product.faults(voucherify=None)
    (failed,) = product.inbox("failed")
    return failed["job"], referee["card"]["id"]


def _is_old(product: Product, job: str) -> bool:
    with client_of(product.redis_url) as store:
        seconds, _ = store.time()
        since: Any = store.hget(KEYS.plan + job, "since")
        return int(seconds) - int(since) / 1000 > NEW_SECONDS


def _grow_old(product: Product, job: str) -> None:
    with client_of(product.redis_url) as store:
        store.hincrby(KEYS.plan + job, "since", -int(PATIENCE_SECONDS * 1000))


def test_who_may_ask_for_a_plan(store: StoreClient, redis_url: str, tmp_path: Path) -> None:
    """Only logged-in users, from this site, about a job; and no worker's silence is hidden."""
    house = make_house(store)
    job = house.failed(b"one")
    sent = {"job": job}
    with running_tab(tmp_path / "log", redis_url) as tab:
        ask = "/failed/api/plan"
        assert tab.flower.ask("POST", ask, b"{}", **JSON).status == 401
        assert tab.flower.ask("GET", f"{ask}/{job}").status == 401
        assert tab.post(ask, sent, **{"Sec-Fetch-Site": "cross-site"}).status == 403
        assert tab.post(ask, sent, **{"Content-Type": "text/plain"}).status == 415
        for wrong in ({}, {"job": 7}, {"job": "nonsense"}):
            assert tab.post(ask, wrong).status == 400
        assert tab.get(f"{ask}/nonsense").status == 400
        assert tab.post(ask, {"job": f"{'0' * 32}:process"}).status == 409
        assert not list(store.scan_iter(KEYS.plan[:-1] + "*"))

        assert [tab.post(ask, sent).json["state"] for _ in range(3)] == ["asked"] * 3
        assert store.llen(KEYS.plans) == 1
        store.hincrby(KEYS.plan + job, "since", -20_000)
        assert tab.get(f"{ask}/{job}").json["state"] == "unanswered"
    with running_tab(tmp_path / "log2", redis_url, FLOWER_READ_ONLY="true") as tab:
        assert tab.post(ask, sent).status == 403
