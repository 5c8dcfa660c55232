"""What an operator does in Flower, in a real browser on the real product, by keyboard alone."""

import re
from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.acceptance.browser import Visitor, chromium
from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import Product
from tests.processes import wait_until


USER, PASSWORD = "ada", "sesame"


@pytest.fixture
def product(make_product: MakeProduct) -> Product:
    """The whole product, whose Flower wants a login."""
    return make_product(
        "sandbox", "web", "worker", "flower",
        FLOWER_BASIC_AUTH=f"{USER}:{PASSWORD}", FLOWER_SHOW_BODIES=USER,
    )  # fmt: skip


def fail_notes(product: Product, number: int) -> list[dict[str, Any]]:
    """Unassign so many referees while the CRM refuses every note."""
    product.faults(crm={"status": 422})
    referees: list[dict[str, Any]] = product.scenario(referees=number)["referees"]
    product.unassign(*(referee["holder"] for referee in referees))
    wait_until(lambda: len(product.inbox("failed")) == number, "every note has failed")
    return referees


def heard_of(product: Product, state: str) -> int:
    """Count the tasks of a state that Flower knows."""
    answer = product.http.get(
        f"{product.flower_url}/api/tasks", params={"state": state}, auth=(USER, PASSWORD)
    )
    return len(answer.raise_for_status().json())


@pytest.mark.long
def test_an_outage_of_the_crm_is_fixed(product: Product) -> None:
    """
    Thirty failed jobs: read why, fix, try three, see them succeed, retry the rest, none is left.

    Each effect happens once. By keyboard alone; at phone width and in the dark theme the same
    pages are there; axe-core finds no serious fault on any.
    """
    referees = fail_notes(product, 30)
    assert product.http.get(f"{product.flower_url}/failed").status_code == 401
    with chromium(product.flower_url) as browser:
        _read_all_pages(browser.visitor(USER, PASSWORD, phone=True), "phone")
        _read_all_pages(browser.visitor(USER, PASSWORD, dark=True), "dark")
        ada = browser.visitor(USER, PASSWORD)
        _find_the_group(ada)
        _read_why(ada)
        product.faults(crm=None)
        _read_the_preview_and_leave(ada)
        assert len(product.inbox("failed")) == 30
        _retry_the_first_three(ada)
        assert len(product.state("notes")) == 3
        _retry_the_rest(ada)
        _read_the_history(ada)
        assert ada.faults == []

    product.wait_until_settled()
    assert product.inbox("failed") == []
    notes = Counter(note["customer"] for note in product.state("notes"))
    assert notes == {referee["customer"]: 1 for referee in referees}
    cards = product.state("cards")
    for referee in referees:
        changes = cards[referee["card"]["id"]]["transactions"]
        assert sum(change["type"].endswith("_REMOVAL") for change in changes) == 1


def test_retry_on_flowers_own_pages(product: Product) -> None:
    """A task's page has Retry, and the list of tasks retries what is selected and what is found."""
    fail_notes(product, 4)
    product.faults(crm=None)
    with chromium(product.flower_url) as browser:
        ada = browser.visitor(USER, PASSWORD)
        page, count = ada.page, ada.page.locator("#perkhook-count")
        dialog = page.get_by_role("dialog")
        # The page is not drawn anew when Flower hears of another failure.
        wait_until(lambda: heard_of(product, "FAILURE") == 4, "Flower has heard of each")
        ada.visit("/tasks?state=FAILURE")
        rows = page.locator("#tasks-table tbody tr[id]")
        expect(rows).to_have_count(4)
        task = rows.first.get_attribute("id")
        ada.visit(f"/task/{task}")
        ada.press(page.get_by_role("button", name="Retry"))
        ada.press(dialog.get_by_role("button", name="Retry 1 job"))
        expect(page.locator(".perkhook-batch")).to_contain_text("1 succeeded")
        expect(count).to_have_text("3")
        page.reload()
        expect(page.get_by_role("link", name="All about this job")).to_be_visible()
        expect(page.get_by_role("button", name="Retry")).to_have_count(0)

        ada.visit("/tasks?state=FAILURE")
        box = page.locator(f"#tasks-table tbody tr:not([id='{task}']) .perkhook-pick").first
        ada.tab_to(box)
        page.keyboard.press("Space")
        ada.picture("7-tasks")
        page.keyboard.press("Shift+Tab")
        ada.press(page.get_by_role("button", name="Retry selected (1)"))
        ada.press(dialog.get_by_role("button", name="Retry 1 job"))
        expect(count).to_have_text("2")

        ada.press(page.get_by_role("button", name="Retry all failed in this search"))
        expect(dialog).to_contain_text("Retry 2 jobs?")
        ada.press(dialog.get_by_role("button", name="Retry 2 jobs"))
        expect(count).to_have_text("0")
        assert ada.faults == []
    product.wait_until_settled()
    assert Counter(note["customer"] for note in product.state("notes")).most_common(1)[0][1] == 1
    assert len(product.state("notes")) == 4


def _read_all_pages(person: Visitor, name: str) -> None:
    page = person.page
    person.visit("/failed")
    expect(page.get_by_role("heading", name="Failed jobs")).to_be_visible()
    if name == "dark":
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    person.assert_accessible()
    person.picture(f"{name}-list")
    page.locator("summary").click()
    expect(page.get_by_label("Search")).to_be_visible()
    person.assert_accessible()
    page.get_by_label("Reason").select_option("crm_service_answered_422")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="30 jobs that match")).to_be_visible()
    page.get_by_label("Select every job of this page").check()
    page.get_by_role("button", name="Retry selected (30)").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    person.assert_accessible()
    person.picture(f"{name}-preview")
    page.get_by_role("button", name="Cancel").click()
    page.locator("td a[href*='/failed/job/']").first.click()
    expect(page.get_by_role("heading", name="Tries")).to_be_visible()
    person.assert_accessible()
    person.picture(f"{name}-job")
    assert person.faults == []


def _group(ada: Visitor) -> Locator:
    """The line of the one fault there is."""
    return ada.page.locator("#perkhook-list table").first.locator("tbody tr")


def _find_the_group(ada: Visitor) -> None:
    page = ada.page
    ada.visit("/workers")
    expect(page.locator("#perkhook-count")).to_have_text("30")
    ada.press(page.get_by_role("link", name=re.compile("^Failed")))
    expect(page.get_by_role("heading", name="Failed jobs")).to_be_visible()
    expect(_group(ada)).to_have_count(1)
    expect(_group(ada)).to_contain_text("30")
    expect(_group(ada)).to_contain_text("crm_service_answered_422")
    ada.assert_accessible()
    ada.picture("1-list")


def _read_why(ada: Visitor) -> None:
    page = ada.page
    ada.press(page.locator("td a[href*='/failed/job/']").first)
    expect(page.get_by_text("crm_service_answered_422").first).to_be_visible()
    expect(page.get_by_role("heading", name="Tries")).to_be_visible()
    expect(page.get_by_text("the referee's gift credits")).to_be_visible()
    body = page.get_by_label("Body").inner_text()
    assert "customer.holder.assignment.deleted" in body
    assert "@" not in body
    ada.assert_accessible()
    ada.picture("2-job")
    ada.press(page.get_by_role("link", name="All failed jobs"))


def _read_the_preview_and_leave(ada: Visitor) -> None:
    ada.press(_group(ada).get_by_role("button", name=re.compile("^Retry")))
    dialog = ada.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Retry 30 jobs?")
    expect(dialog).to_contain_text("30 notify_crm")
    ada.assert_accessible()
    ada.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def _retry_the_first_three(ada: Visitor) -> None:
    page, dialog = ada.page, ada.page.get_by_role("dialog")
    ada.press(_group(ada).get_by_role("button", name=re.compile("^Retry")))
    expect(dialog).to_be_visible()
    page.keyboard.press("ArrowDown")
    ada.tab_to(dialog.get_by_label("How many first"))
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    ada.tab_to(dialog.get_by_label(re.compile("^Why")))
    page.keyboard.type("CRM fixed")
    ada.picture("3-preview")
    ada.press(dialog.get_by_role("button", name="Retry 3 jobs"))
    expect(page.locator(".perkhook-batch").first).to_contain_text("3 succeeded")
    expect(page.locator("#perkhook-count")).to_have_text("27")
    expect(page.get_by_role("button", name="Retry all 27")).to_be_visible()
    ada.assert_accessible()
    ada.picture("4-first-three")


def _retry_the_rest(ada: Visitor) -> None:
    page, dialog = ada.page, ada.page.get_by_role("dialog")
    count = page.locator("#perkhook-count")
    batch = page.locator(".perkhook-batch").first
    ada.press(batch.get_by_role("button", name="Retry the rest"))
    expect(dialog).to_contain_text("Retry 27 jobs?")
    ada.press(dialog.get_by_role("button", name="Retry 27 jobs"))
    expect(page.locator(".perkhook-batch").first).to_contain_text("27 succeeded")
    expect(count).to_have_text("0")
    expect(count).to_be_hidden()
    expect(page.get_by_text("No job has failed.")).to_be_visible()
    ada.assert_accessible()
    ada.picture("5-none-left")


def _read_the_history(ada: Visitor) -> None:
    page = ada.page
    ada.press(page.get_by_role("link", name="History"))
    expect(page.get_by_role("cell", name="27 queued")).to_be_visible()
    expect(page.get_by_role("cell", name="CRM fixed").first).to_be_visible()
    ada.assert_accessible()
    ada.picture("6-history")
