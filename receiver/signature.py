"""
Voucherify's webhook signature (Voucherify documentation: Introduction to webhooks).

The header `X-Voucherify-Signature` is the hex HMAC-SHA256 of the body under a secret of the
project. The documentation signs JSON with the white space outside strings removed, so what
matches neither as it came nor without that white space is not Voucherify's. Parsing the body
and writing it again would not do: it changes floats, escapes and the order of keys.
"""

import hmac
import re
from collections.abc import Sequence
from typing import Final


HEADER: Final = "X-Voucherify-Signature"

_HEX_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")

# A string, kept as it is, or white space, dropped. A string that never ends reaches to the
# end of the body and is matched there: were it not, each of its quotes would be tried again,
# and 1 MiB of quotes would take hours. The possessive "+" never goes back for the same reason.
_STRING_OR_BLANKS: Final = re.compile(rb'("(?:[^"\\]++|\\.)*+"?)|[ \t\r\n]++', re.DOTALL)


def matching_secret(body: bytes, signature: str | None, secrets: Sequence[bytes]) -> int | None:
    """
    Tell which secret signed this body: its position, or None if none did.

    Args:
        body: the raw bytes as they came.
        signature: the header's value; None if there was none.
        secrets: newest first.
    """
    if signature is None or not _HEX_DIGEST.fullmatch(signature):
        return None
    claimed = bytes.fromhex(signature)
    position = _position(body, claimed, secrets)
    if position is not None:
        return position
    compact = without_blanks(body)
    return None if compact == body else _position(compact, claimed, secrets)


def without_blanks(body: bytes) -> bytes:
    """Remove the white space outside JSON strings, in linear time whatever the bytes are."""
    return _STRING_OR_BLANKS.sub(rb"\1", body)


def _position(body: bytes, claimed: bytes, secrets: Sequence[bytes]) -> int | None:
    for position, secret in enumerate(secrets):
        if hmac.compare_digest(hmac.digest(secret, body, "sha256"), claimed):
            return position
    return None
