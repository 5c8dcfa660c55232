"""A real headless Chromium on Flower's pages, and what is asked of every page of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.processes import ROOT
from tests.programs import need


#: Pictures are build output; those in docs/img were taken from here.
PICTURES = ROOT / "build" / "flower"

#: Longer than any list of ours has stops.
MOST_STOPS = 200

#: How long to wait for what is to appear: a page waits for workers, and these for a turn.
PATIENCE_MS = 30_000

DESKTOP = {"width": 1120, "height": 700}
PHONE = {"width": 390, "height": 844}


@dataclass
class Visitor:
    """Someone who has logged in, with a window of some size and a theme."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.faults.append(said.text) if said.type == "error" else None,
        )

    def visit(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.address + path)

    def tab_to(self, target: Locator) -> None:
        """Go to something by the Tab key alone, and see that it shows where one is."""
        for _ in range(MOST_STOPS):
            if target.evaluate("element => element === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        expect(target).to_be_focused()
        outline: Any = target.evaluate(
            "element => { const style = getComputedStyle(element);"
            " return style.outlineStyle + style.boxShadow; }"
        )
        assert outline != "nonenone", f"no one sees that {target} has the focus"

    def press(self, target: Locator) -> None:
        """Go to something and press it, by keyboard."""
        self.tab_to(target)
        self.page.keyboard.press("Enter")

    def picture(self, name: str) -> None:
        """Take a picture, to be checked after a run."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def assert_accessible(self) -> None:
        """Axe-core finds no serious fault, and nothing is wider than the window."""
        found = Axe().run(self.page).response["violations"]
        serious = [
            (each["id"], [node["target"] for node in each["nodes"]])
            for each in found
            if each["impact"] in {"serious", "critical"}
        ]
        assert serious == []
        width = self.page.evaluate("document.documentElement.scrollWidth")
        window = self.page.viewport_size
        assert window is not None
        assert width <= window["width"], "one must scroll sideways"


@dataclass(frozen=True)
class Chromium:
    """One browser; each visitor has a profile of its own."""

    browser: Browser
    address: str

    def visitor(
        self, user: str, password: str, *, phone: bool = False, dark: bool = False
    ) -> Visitor:
        """Let someone in."""
        context = self.browser.new_context(
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]  # a dict is what it is
            color_scheme="dark" if dark else "light",
            http_credentials={"username": user, "password": password},
        )
        context.set_default_timeout(PATIENCE_MS)
        return Visitor(context.new_page(), self.address)


@contextmanager
def chromium(address: str) -> Iterator[Chromium]:
    """Start the system's Chromium; nothing is downloaded."""
    path = need("chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # Chromium's sandbox needs rights that a container's root has not.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield Chromium(browser, address)
        finally:
            browser.close()
