"""The OpenAPI description of the receiver's endpoints, which the receiver serves itself."""

from functools import cache
from pathlib import Path


@cache
def description() -> bytes:
    """Return the description; it is read once, at the first request."""
    return Path(__file__).with_name("openapi.json").read_bytes()
