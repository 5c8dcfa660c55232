"""What schemathesis loads beside the receiver's description: it signs each body as it is sent."""

import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase

from tests.acceptance.receiver.kit import signature


class Signed(AuthBase):  # type: ignore[misc]
    """Signs a request when its body is what goes over the wire."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Set the header."""
        body = request.body or b""
        request.headers["X-Voucherify-Signature"] = signature(
            body if isinstance(body, bytes) else body.encode()
        )
        return request


schemathesis.auth.set_from_requests(Signed())  # type: ignore[attr-defined]
