"""What a request to the tab may do: pure decisions, without any of Flower's classes."""

from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from dashboard.login import is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What is known of a request.

    Attributes:
        writes: whether it wants to change something.
        login: whether Flower has a login.
        address: where Flower listens.
        read_only: whether Flower was started with --read_only.
        host: the Host header.
        site: Sec-Fetch-Site, which browsers send and no script can forge.
        origin: the Origin header.
        content_type: the Content-Type header.
    """

    writes: bool
    login: bool
    address: str
    read_only: bool
    host: str
    site: str | None = None
    origin: str | None = None
    content_type: str = ""


def refusal(asked: Asked) -> tuple[int, str] | None:
    """Return the status and the sentence of a refusal; None if there is none."""
    sentence = None if asked.login else _open_door(asked)
    if sentence is None and asked.writes:
        if asked.read_only:
            sentence = "Flower was started with --read_only."
        elif _from_elsewhere(asked):
            sentence = "Another site sent this request."
        # A form, which any site may send without asking us, cannot be JSON.
        elif asked.content_type.partition(";")[0].strip().lower() != "application/json":
            return 415, "Send JSON."
    return (403, sentence) if sentence else None


def _open_door(asked: Asked) -> str | None:
    if not is_loopback(asked.address):
        return "Set up a login first (FLOWER_BASIC_AUTH, or Flower's OAuth options)."
    # A foreign site can point its own name to 127.0.0.1, and would be the same origin then.
    if not is_loopback(_name(asked.host)):
        return "Without a login this page answers on localhost only."
    return None


def _from_elsewhere(asked: Asked) -> bool:
    if asked.site is not None:
        return asked.site != "same-origin"
    # Browsers leave the word above out on plain HTTP; programs send neither.
    return asked.origin is not None and not _same(asked.origin, asked.host)


def operator(*, authorization: str, current_user: object) -> str:
    """Return the operator for the record: the e-mail address of OAuth, or basic auth's user."""
    if isinstance(current_user, str):
        return current_user
    user = ""
    kind, _, words = authorization.partition(" ")
    if kind.lower() == "basic":
        with suppress(ValueError):
            user = b64decode(words.strip()).decode().partition(":")[0]
    return user or "flower, without a login"


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _same(origin: str, host: str) -> bool:
    try:
        return bool(host) and urlsplit(origin).netloc == host
    except ValueError:
        return False
