"""In a real browser: discarding with a reason, releasing, and a store that goes and comes."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from inbox.store.connection import connect
from tests.acceptance.browser import chromium
from tests.acceptance.tab import failed_count, make_house, running_tab
from tests.faults.store import Store
from tests.integration.inbox.many import fail_many


@pytest.mark.long
def test_discard_release_and_a_store_away(tmp_path: Path) -> None:
    """A reason is wanted for discarding; held jobs are released; the page outlives its store."""
    store = Store(tmp_path)
    store.start()
    client = connect(f"{store.connection_url}/0", max_connections=4, answer_timeout=30)
    house = make_house(client)
    fail_many(house, 60)
    held = house.in_state("held")
    markup = house.failed(b"markup", reason="odd")
    client.hset(f"perkhook:job:{markup}", "error", "<img src=x onerror=alert(1)>")
    with (
        running_tab(tmp_path / "log", f"{store.connection_url}/0") as tab,
        chromium(f"http://127.0.0.1:{tab.flower.port}") as browser,
    ):
        ada = browser.visitor("ada", "sesame")
        page, dialog = ada.page, ada.page.get_by_role("dialog")

        ada.visit("/failed?sort=newest")
        expect(page.get_by_text("Page 1 of 2")).to_be_visible()
        expect(page.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()
        page.get_by_role("link", name="Next").click()
        expect(page.get_by_text("Page 2 of 2")).to_be_visible()
        boxes = page.locator("td .form-check-input")
        boxes.nth(0).check()
        boxes.nth(1).check()
        page.get_by_role("button", name="Discard selected (2)").click()
        expect(dialog).to_contain_text("Discard 2 jobs?")
        expect(dialog).to_contain_text("This cannot be undone.")
        dialog.get_by_role("button", name="Discard 2 jobs").click()
        expect(dialog).to_be_visible()
        assert failed_count(house) == 61
        dialog.get_by_label("Why").fill("test orders")
        dialog.get_by_role("button", name="Discard 2 jobs").click()
        expect(page.locator(".perkhook-batch")).to_contain_text("2 discarded")
        expect(page.locator("#perkhook-count")).to_have_text("59")
        assert failed_count(house) == 59

        page.get_by_role("link", name="Held").click()
        page.get_by_role("button", name="Release all 1").click()
        dialog.get_by_role("button", name="Release 1 job").click()
        expect(page.get_by_text("There is none.")).to_be_visible()
        assert house.state_of(held.job) == "queued"
        assert ada.faults == []

        store.kill()
        expect(page.locator("#perkhook-live")).to_have_text("the store cannot be reached")
        ada.visit("/failed")
        expect(page.get_by_role("heading", name="The inbox does not answer")).to_be_visible()
        ada.assert_accessible()
        store.start()
        expect(page.get_by_role("heading", name="Failed jobs")).to_be_visible()
    client.close()
    store.close()
