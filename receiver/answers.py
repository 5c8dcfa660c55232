"""The shapes of the receiver's answers."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Request, Response, jsonify, request
from werkzeug.exceptions import HTTPException, InternalServerError

from telemetry.report import report


#: Seconds after which a sender may try again when the inbox cannot accept a webhook.
RETRY_AFTER_SECONDS: Final = 5

#: Where webhooks are taken; with a slash at the end too, for Voucherify follows no redirect.
WEBHOOK_PATH: Final = "/webhooks/voucherify"

#: Methods of a sender, not of a browser or a check.
_SENDING: Final = frozenset({"POST", "PUT", "PATCH"})


_NOT_FOUND: Final = f"there is nothing here; webhooks are taken by POST {WEBHOOK_PATH}"


class RefusedError(Exception):
    """
    A request that is answered with an error.

    Attributes:
        status: the HTTP status.
        code: slug of the error, also the label of its metric.
        message: a sentence that says what to do.
    """

    def __init__(
        self, status: HTTPStatus, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


class AcceptedAnswer:
    """
    202: the webhook is stored (PEP 3333).

    Flask's Response can do far more than this, and took a third of the Python of an accept.
    """

    __slots__ = ("_body",)

    def __init__(self, delivery: str, *, duplicate: bool) -> None:
        # Both are safe in JSON as they are.
        flag = "true" if duplicate else "false"
        self._body = f'{{"delivery":"{delivery}","duplicate":{flag}}}\n'.encode()

    def __call__(self, _: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Send the answer to the server."""
        length = str(len(self._body))
        start_response(
            "202 ACCEPTED", [("Content-Type", "application/json"), ("Content-Length", length)]
        )
        return [self._body]


def error_answer(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> Response:
    """Make the one JSON shape that all errors have."""
    response = jsonify(error={"code": code, "message": message})
    response.status_code = status
    response.headers.update(headers or {})
    return response


def register_errors(app: Flask, missed: Callable[[Request, int, str], None]) -> None:
    """
    Turn exceptions into answers, ours and those of the framework.

    Args:
        app: gets the handlers.
        missed: is given each request, with status and code, that sends something to a path or
            by a method that takes nothing.
    """

    @app.errorhandler(RefusedError)
    def refused(error: RefusedError) -> Response:
        return error_answer(error.status, error.code, error.message, error.headers)

    @app.errorhandler(HTTPException)
    def of_the_framework(error: HTTPException) -> Response:
        if isinstance(error, InternalServerError) and error.original_exception is not None:
            report(error.original_exception)
        status = error.code or 500
        code = HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")
        headers = {name: value for name, value in error.get_headers() if name.lower() == "allow"}
        if status in {404, 405} and request.method in _SENDING:
            missed(request, status, code)
        message = _NOT_FOUND if status == 404 else (error.description or code)
        return error_answer(status, code, message, headers)
