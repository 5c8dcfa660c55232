"""The tab in Flower's bar, and our script on every page of Flower's."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from tornado.escape import xhtml_escape
from tornado.web import TemplateModule

from dashboard.access import Shown


STATIC: Final = Path(__file__).parent / "static"
SCRIPTS: Final = ("store.js", "batches.js", "plan.js", "decide.js", "failed.js", "tasks.js")
TEMPLATES: Final = Path(__file__).parent / "templates"


class Nav(TemplateModule):  # type: ignore[misc]  # tornado's types are not read
    """
    Draws Flower's templates as before, and adds a tab to its bar.

    Flower draws its bar by `{% module Template("navbar.html") %}` on every page, so this is
    also where our script and style come onto every page. No template of Flower's is copied.
    """

    @property
    def shown(self) -> Shown | None:
        """What this application shows; None if this Flower was not tested: then no script."""
        found: Shown | None = self.handler.settings.get("perkhook")
        return found

    def render(self, path: str, **named: Any) -> bytes:
        """Render a template; the bar gets a tab behind Flower's own, and the brands before."""
        drawn: bytes = super().render(path, **named)
        if path != "navbar.html":
            return drawn
        page = named.get("active_tab") or ""
        tab = _TAB.format(
            address=xhtml_escape(address(self.handler, "/failed")),
            active=" active" if page == "failed" else "",
            current=' aria-current="page"' if page == "failed" else "",
            count=self._count(),
        )
        drawn = drawn.replace(b"</ul>", tab.encode() + b"</ul>", 1)
        # The first link is Flower's name.
        return drawn.replace(b"</a>", b"</a>" + self._brands(page).encode(), 1)

    def _count(self) -> str:
        counts = self.shown.access.last_counts if self.shown else None
        return _COUNT.format(
            number=counts.failed if counts else "",
            hidden="" if counts and counts.failed else " d-none",
        )

    def _brands(self, page: str) -> str:
        """Draw the choice of brands; each leads to the page of that brand that is open here."""
        if not self.shown or not self.shown.brand:
            return ""
        choices = [
            _CHOICE.format(
                name=name,
                address=xhtml_escape(f"{begin.rstrip('/')}/{page}"),
                active=" active" if name == self.shown.brand else "",
                current=' aria-current="true"' if name == self.shown.brand else "",
            )
            for name, begin in self.shown.addresses.items()
        ]
        return _BRANDS.format(name=self.shown.brand, choices="".join(choices))

    def css_files(self) -> Iterable[str]:
        """Add our style."""
        return [*super().css_files(), static(self.handler, "failed.css")]

    def javascript_files(self) -> Iterable[str]:
        """Add our script."""
        ours = SCRIPTS if self.shown else ()
        return [*super().javascript_files(), *(static(self.handler, name) for name in ours)]


def address(handler: Any, path: str) -> str:
    """Return a path under Flower's --url_prefix."""
    prefix = (handler.application.options.url_prefix or "").strip("/")
    return f"/{prefix}{path}" if prefix else path


def static(handler: Any, name: str) -> str:
    """Return the address of a file of ours; it changes with the file, so no cache is stale."""
    return address(handler, f"/failed/static/{name}?v={_version(name)}")


@cache
def _version(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


_TAB: Final = """<li class="nav-item">
  <a class="nav-link perkhook-tab{active}" href="{address}"{current}>Failed{count}</a>
</li>"""
_COUNT: Final = (
    ' <span id="perkhook-count" class="badge rounded-pill text-bg-danger{hidden}">{number}</span>'
)
_BRANDS: Final = """<div class="dropdown perkhook-brands">
  <button class="btn btn-outline-secondary perkhook-quiet dropdown-toggle" type="button"
    id="perkhook-brand" data-bs-toggle="dropdown" aria-expanded="false"
    aria-label="Brand: {name}">{name}</button>
  <ul class="dropdown-menu" aria-labelledby="perkhook-brand">{choices}</ul>
</div>"""
_CHOICE: Final = '<li><a class="dropdown-item{active}" href="{address}"{current}>{name}</a></li>'
