"""
Draining: a receiver that is going to stop says so before it does.

Its worker processes still take every webhook, but `/readyz` answers 503, so a load balancer
stops sending, and every answer ends its connection, so none is kept for later.
"""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


_STATUS: Final = "503 Service Unavailable"
_BODY: Final = json.dumps(
    {"error": {"code": "draining", "message": "this receiver is about to stop; ask another"}}
).encode()


class Draining:
    """
    The receiver's WSGI application, and around it what changes while it drains.

    Args:
        app: the application.
        draining: whether it is about to stop; asked twice for each request, so it is cheap.
    """

    def __init__(self, app: WSGIApplication, draining: Callable[[], bool]) -> None:
        self._app = app
        self._draining = draining

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        # No function made here: its annotations alone would cost a microsecond each time.
        start = partial(self._start, start_response)
        if (
            environ["PATH_INFO"] == "/readyz"
            and environ["REQUEST_METHOD"] in {"GET", "HEAD"}
            and self._draining()
        ):
            length = ("Content-Length", str(len(_BODY)))
            start(_STATUS, [("Content-Type", "application/json"), length])
            return [b"" if environ["REQUEST_METHOD"] == "HEAD" else _BODY]
        # In one piece: from a list the server sends at once, anything else it asks again and again.
        answer = self._app(environ, start)
        if isinstance(answer, list):
            return answer
        try:
            return [b"".join(answer)]
        finally:
            if (close := getattr(answer, "close", None)) is not None:
                close()

    def _start(
        self,
        start_response: StartResponse,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: Any = None,
        /,
    ) -> Callable[[bytes], object]:
        # Asked now and not before: the answer may have taken a while.
        if self._draining():
            kept = [pair for pair in headers if pair[0].lower() != "connection"]
            headers = [*kept, ("Connection", "close")]
        return start_response(status, headers, exc_info)
