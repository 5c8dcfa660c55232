"""The shapes of the receiver's answers."""

from http import HTTPStatus
from typing import Final
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException, InternalServerError

from telemetry.sentry import report


#: Seconds after which a sender may try again when the inbox cannot take a webhook.
RETRY_AFTER_SECONDS: Final = 5


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
        told = "true" if duplicate else "false"
        self._body = f'{{"delivery":"{delivery}","duplicate":{told}}}\n'.encode()

    def __call__(self, _: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Give the answer to the server."""
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


def register_errors(app: Flask) -> None:
    """Turn exceptions into answers, ours and those of the framework."""

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
        message = "there is nothing here" if status == 404 else (error.description or code)
        return error_answer(status, code, message, headers)
