"""The webhook signature, as Voucherify's "Introduction to webhooks" describes it."""

import hashlib
import hmac
import json
from typing import Any


HEADER = "X-Voucherify-Signature"


def compact(value: Any) -> bytes:
    """Write JSON without whitespace; Voucherify signs the text with whitespace removed."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def sign(body: bytes, secret: str) -> str:
    """Return the hex HMAC-SHA256 of a body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
