import hashlib
import hmac
import json
import re
from typing import Any

import pytest

from sandbox.webhooks.signature import compact, sign


BODIES: list[Any] = [
    {"kept": "a b", "list": [1, 2.5, None], "nested": {"yes": True}},
    {"name": "Zoë Łukasz", "quote": 'she said: "a, b"', "emoji": "🎁"},
    {},
]


@pytest.mark.parametrize("body", BODIES)
def test_body_equals_its_text_with_whitespace_removed(body: Any) -> None:
    """What is sent is the pretty text without the whitespace between its strings."""
    pretty = json.dumps(body, indent=4, ensure_ascii=False)
    strings_kept = re.sub(r'("(?:\\.|[^"\\])*")|\s+', lambda hit: hit.group(1) or "", pretty)
    assert compact(body) == strings_kept.encode()


@pytest.mark.parametrize("body", BODIES)
def test_signature_is_the_hex_hmac_of_the_bytes(body: Any) -> None:
    """The signature is what anyone computes with the secret over the bytes sent."""
    sent = compact(body)
    expected = hmac.new(b"a secret", sent, hashlib.sha256).hexdigest()
    assert sign(sent, "a secret") == expected


def test_signature_of_a_known_text() -> None:
    """A value computed with OpenSSL once and for all holds the rule in place."""
    assert sign(b'{"perk":"taken back"}', "tea-and-cake") == (
        "0bc9e8e62a408da05fc0cb43e31afc7e846beac174a471a1cab11d12cb92384f"
    )
