"""Choosing the brand on top of Flower's pages, in a real browser, by keyboard alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.acceptance.brands import FAILED, MARKS, Brand, make_brands, running_brands
from tests.acceptance.browser import Visitor, chromium
from tests.acceptance.tab import LOGIN, Tab


@pytest.fixture
def brands(redis_url: str) -> list[Brand]:
    """Three brands on one store."""
    return make_brands(redis_url)


@pytest.fixture
def tab(brands: list[Brand], tmp_path: Path) -> Iterator[Tab]:
    """One Flower that shows them."""
    with running_brands(tmp_path / "log", brands) as tab:
        yield tab


def choose(person: Visitor, name: str) -> None:
    """Open the list of brands and go to one."""
    page = person.page
    person.press(page.get_by_role("button", name=re.compile("^Brand: ")))
    person.press(page.get_by_role("link", name=name, exact=True))


def assert_shows(person: Visitor, brand: Brand) -> None:
    """The page is this brand's, says so, and shows its jobs and no other's."""
    page = person.page
    expect(page.get_by_role("button", name=f"Brand: {brand.name}")).to_be_visible()
    expect(page).to_have_title(f"{brand.name} · Failed jobs · Flower")
    expect(page.locator("#perkhook-count")).to_have_text(str(brand.failed))
    text = page.locator("main").inner_text()
    assert [mark for mark in MARKS.values() if mark in text] == [brand.mark]


def test_an_operator_chooses_a_brand_and_retries_its_jobs(tab: Tab, brands: list[Brand]) -> None:
    """
    From one brand's list to another's, all its jobs retried, and on: the others' are untouched.

    With one login; at phone width the choice is on top as well; axe-core finds no serious fault.
    """
    shoes, hats, bags = brands
    with chromium(f"http://127.0.0.1:{tab.flower.port}") as browser:
        ada = browser.visitor(*LOGIN.split(":"))
        page, dialog = ada.page, ada.page.get_by_role("dialog")
        ada.visit("/failed")
        assert_shows(ada, shoes)
        choose(ada, "hats")
        assert_shows(ada, hats)
        ada.assert_accessible()
        ada.picture("brands-list")

        ada.press(page.get_by_role("button", name=re.compile("^Retry the 4 jobs of")))
        ada.press(dialog.get_by_role("button", name="Retry 4 jobs"))
        expect(page.locator("#perkhook-count")).to_have_text("0")
        assert [each.failed for each in brands] == [FAILED["shoes"], 0, FAILED["bags"]]
        choose(ada, "bags")
        assert_shows(ada, bags)
        ada.press(page.get_by_role("link", name="Tasks"))
        expect(page).to_have_url(re.compile("/brand/bags/tasks$"))
        choose(ada, "shoes")
        expect(page).to_have_url(re.compile(r"\d/tasks$"))
        expect(page.get_by_role("button", name="Brand: shoes")).to_be_visible()
        assert ada.faults == []

        phone = browser.visitor(*LOGIN.split(":"), phone=True, dark=True)
        phone.visit("/failed")
        choose(phone, "bags")
        expect(phone.page.get_by_role("button", name="Brand: bags")).to_be_visible()
        phone.assert_accessible()
        phone.press(phone.page.get_by_role("button", name="Brand: bags"))
        phone.picture("brands-phone")
        assert phone.faults == []
