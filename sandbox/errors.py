from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox.services.log import RefusedCallError
from sandbox.voucherify.api import calls
from sandbox.voucherify.data.errors import ApiError


def install(app: Flask) -> None:
    """Answer every error as JSON, Voucherify's in Voucherify's shape."""
    app.register_error_handler(ApiError, calls.answer_error)
    app.register_error_handler(RefusedCallError, _refused)
    app.register_error_handler(HTTPException, _http)
    for kind in (ValueError, TypeError, KeyError):
        app.register_error_handler(kind, _value)


def _refused(error: RefusedCallError) -> Response:
    return _answer(error.status, error.code, str(error))


def _http(error: HTTPException) -> Response:
    if request.path.startswith(("/v1/", "/management/")):
        return calls.answer_error(ApiError(error.code or 500, "bad_request", error.name))
    return _answer(error.code or 500, error.name.lower().replace(" ", "_"), error.description or "")


def _value(error: Exception) -> Response:
    # A test's typo in a scenario or a fault; anywhere else it is our own mistake, a 500.
    if not request.path.startswith("/sandbox/"):
        raise error
    return _answer(400, "bad_value", str(error))


def _answer(status: int, code: str, message: str) -> Response:
    response = jsonify({"error": {"code": code, "message": message}})
    response.status_code = status
    return response
