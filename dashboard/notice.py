"""What the tab shows under an untested release of Flower."""

from flower.views import BaseHandler
from tornado.web import authenticated

from dashboard.nav import TEMPLATES


class Notice(BaseHandler):  # type: ignore[misc]  # Flower ships no types
    """Says which Flower this is, and where failed jobs are found meanwhile."""

    def initialize(self, version: str) -> None:
        """Take the release's number."""
        self.version = version

    def get(self) -> None:
        """Show the notice to logged-in users."""
        authenticated(type(self)._say)(self)  # noqa: SLF001 - a decorator without types

    def _say(self) -> None:
        self.render(str(TEMPLATES / "notice.html"), version=self.version)
