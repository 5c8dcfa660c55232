"""Secrets, keys, tokens and logins. No message repeats a part of one."""

import binascii
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from settings.parsers import words


#: A shorter secret can be guessed; Voucherify's own are longer.
SHORTEST_SECRET: Final = 16

#: Servers refuse headers that are much longer (8 KiB for all together is usual).
_LONGEST_HEADER: Final = 4_096


def webhook_secrets(value: str) -> tuple[bytes, ...]:
    """Parse comma-separated secrets, newest first."""
    secrets = words(value)
    if not secrets:
        raise ValueError("must name at least one secret")
    if any(secret[0] == secret[-1] and secret[0] in "'\"" for secret in secrets):
        raise ValueError("holds a secret in quotes: write it without them")
    if any(len(secret) < SHORTEST_SECRET for secret in secrets):
        raise ValueError(f"holds a secret shorter than {SHORTEST_SECRET} characters")
    # Bytes that are no UTF-8 reach os.environ as lone surrogates; here they are bytes again.
    return tuple(secret.encode(errors="surrogateescape") for secret in secrets)


def webhook_secret(value: str) -> str:
    """Parse one of the webhook's secrets, or the empty text of an unset variable (default "")."""
    if value and len(value) < SHORTEST_SECRET:
        raise ValueError(f"must be a webhook secret of {SHORTEST_SECRET} characters or more")
    if "," in value:
        raise ValueError("must be one secret: VOUCHERIFY_WEBHOOK_SECRETS may hold several")
    return value


def signing_secret(value: str) -> str:
    """Parse a Standard Webhooks secret: `whsec_` and base64 of at least 16 bytes."""
    try:
        key = binascii.a2b_base64(value.removeprefix("whsec_"), strict_mode=True)
    except ValueError:
        key = b""
    if value and len(key) < SHORTEST_SECRET:
        raise ValueError("must be whsec_ and the base64 of at least 16 random bytes")
    return value


def header_text(value: str) -> str:
    """Parse what can stand in a header."""
    if not (value.isascii() and value.isprintable()) or len(value) > _LONGEST_HEADER:
        raise ValueError(f"must be printable ASCII, at most {_LONGEST_HEADER} characters")
    return value


def bearer_token(value: str) -> str:
    """Parse what can follow `Bearer` in a header."""
    if " " in header_text(value) or value.startswith("Bearer"):
        raise ValueError("must be the token alone, without blanks and without Bearer")
    return value


def logins(value: str) -> tuple[str, ...]:
    """
    Take `user:password` pairs with commas between.

    Flower compares by hmac.compare_digest, which raises TypeError for letters that are not ASCII:
    the right login would be answered 500.
    """
    found = words(value)
    if not all(pair.isascii() and pair.isprintable() for pair in found):
        raise ValueError("must be ASCII: Flower answers 500 to a login with other letters")
    if not all(all(pair.partition(":")) for pair in found):
        raise ValueError("must be user:password, or several of them with commas between")
    return found


def sentry_dsn(value: str) -> str | None:
    """Parse a DSN, or None; the SDK would refuse the same, but later, and show the DSN."""
    try:
        parts = urlsplit(value)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname and parts.username)
        right = right and parts.path.rpartition("/")[2].isdecimal() and value.isascii()
        _ = parts.port
    except ValueError:
        right = False
    if value and not right:
        raise ValueError("must be a Sentry DSN such as https://key@sentry.example.com/1")
    return value or None


def sentry_name(most: int) -> Callable[[str], str | None]:
    """Return a parser of names of environments or releases; Sentry drops events with others."""

    def parse(value: str) -> str | None:
        right = len(value) <= most and re.fullmatch(r"[^\s/\\]*", value)
        if not right or value in {".", "..", "None"}:
            raise ValueError(f"must be at most {most} characters without blanks and slashes")
        return value or None

    return parse
