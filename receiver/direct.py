"""
Flask, with a short way for the route that is called all the time.

For every request Flask makes contexts, a session and a URL adapter, and sends signals. A webhook
needs none of them, and they took a quarter of the processor time of accepting one
(docs/performance.md). What is refused or goes wrong is Flask's again.
"""

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Request, Response, request


#: Answers a request. It runs outside of Flask's contexts: what it needs is in the request.
View = Callable[[Request], WSGIApplication]


class DirectFlask(Flask):
    """A Flask application some of whose routes are answered without Flask's contexts."""

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self._direct: dict[tuple[str, str], View] = {}

    def direct(self, method: str, path: str, view: View) -> None:
        """
        Answer a path, with or without a slash at its end, by a view.

        It is a route of Flask's too, so other methods get a 405.
        """
        self.add_url_rule(path, path, lambda: view(request), methods=[method], strict_slashes=False)
        self._direct[method, path] = self._direct[method, f"{path}/"] = view

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        view = self._direct.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if view is None:
            return super().wsgi_app(environ, start_response)
        try:
            answer = view(self.request_class(environ))
        except Exception as error:  # noqa: BLE001 - the edge: each has its answer
            answer = self._failed(error, environ)
        return answer(environ, start_response)

    def _failed(self, error: Exception, environ: WSGIEnvironment) -> Response:
        with self.request_context(environ):
            try:
                return self.finalize_request(self.handle_user_exception(error))
            except Exception as unexpected:  # noqa: BLE001 - as Flask does
                return self.handle_exception(unexpected)
