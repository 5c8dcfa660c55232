"""What the tab's pages and its JSON API share: the guard, and the form of errors."""

import json
from typing import Any, ClassVar

from flower.views import BaseHandler
from tornado.web import HTTPError, authenticated

from dashboard.access import AdminAccess, Shown
from dashboard.guard import Asked, operator, refusal
from inbox.errors import InboxUnavailableError


class Guarded(BaseHandler):  # type: ignore[misc]  # Flower ships no types
    """A handler of Flower's that refuses what `dashboard.guard` refuses."""

    #: Whether a POST changes something.
    writes: ClassVar[bool] = True

    @property
    def access(self) -> AdminAccess:
        """The inbox of the brand that was asked."""
        shown: Shown = self.settings["perkhook"]
        return shown.access

    def set_default_headers(self) -> None:
        """Keep answers out of caches and frames. Not Flower's own, which may allow any site."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header(
            "Content-Security-Policy",
            "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
            "frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
        )

    def prepare(self) -> None:
        """Refuse before anything is read. Tornado has checked the XSRF token, if there is one."""
        options, headers = self.application.options, self.request.headers
        refused = refusal(
            Asked(
                writes=self.request.method not in {"GET", "HEAD"} and self.writes,
                login=self.has_login,
                address=options.address or "",
                read_only=options.read_only,
                host=self.request.host,
                site=headers.get("Sec-Fetch-Site"),
                origin=headers.get("Origin"),
                content_type=headers.get("Content-Type", ""),
            )
        )
        if refused:
            status, sentence = refused
            raise HTTPError(status, sentence)
        # Here and not by a decorator on each method, which one could be without.
        if not self.current_user:
            self.send_to_login()

    def send_to_login(self) -> None:
        """Do as Flower's own pages do."""
        authenticated(lambda _: None)(self)

    @property
    def has_login(self) -> bool:
        """Whether Flower asks who comes."""
        options = self.application.options
        return bool(options.basic_auth or options.auth)

    @property
    def who(self) -> str:
        """The operator, for the record."""
        return operator(
            authorization=self.request.headers.get("Authorization", ""),
            current_user=self.current_user,
        )

    @property
    def may_write(self) -> bool:
        """Whether buttons are shown."""
        return not self.application.options.read_only

    @property
    def shows_bodies(self) -> bool:
        """Whether this operator may read bodies."""
        return self.access.may_see_bodies(self.who)


class Api(Guarded):
    """A handler that takes and gives JSON, faults as well."""

    def send_to_login(self) -> None:
        """Answer 401; a script cannot follow a redirect to a page for people."""
        raise HTTPError(401, "Log in first.")

    def json(self, value: Any, status: int = 200) -> None:
        """Answer."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(json.dumps(value, ensure_ascii=False))

    def sent(self) -> dict[str, Any]:
        """Read the JSON object that was sent."""
        try:
            found = json.loads(self.request.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise HTTPError(400, "Send a JSON object.")
        return found

    def write_error(self, status_code: int, **about: Any) -> None:
        """Answer an error in the one shape that all our errors have."""
        error = about.get("exc_info", (None, None))[1]
        code, message = f"http_{status_code}", "Something went wrong in Flower; its log says what."
        if isinstance(error, InboxUnavailableError):
            status_code, code, message = 503, f"inbox_{error.reason}", error.sentence
        elif isinstance(error, HTTPError):
            message = error.log_message or error.reason or "Log in first."
        if status_code == 401 and self.application.options.basic_auth:
            # A browser sends the password along by itself only below the folder of the page that
            # asked for it; asked for by Flower's own name, it sends it again without a dialog.
            self.set_header("WWW-Authenticate", 'Basic realm="flower"')
        self.json({"error": {"code": code, "message": message}}, status_code)

    def log_exception(self, *about: Any) -> None:
        """A store that is down is no fault of Flower's: no traceback for each question."""
        if not isinstance(about[1], InboxUnavailableError):
            super().log_exception(*about)
