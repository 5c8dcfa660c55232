import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from sandbox.clock import Clock, as_json
from sandbox.ids import Ids


# As in the library (Standard Webhooks specification, "Verifying webhook authenticity").
_TOLERANCE = timedelta(minutes=5)


class RefusedCallError(Exception):
    """A call that the CRM or the shop does not take."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(slots=True)
class Entry:
    """What one idempotency key did: the first body counts, repeats are only counted."""

    id: str
    key: str
    customer: str | None
    body: dict[str, Any]
    at: datetime
    repeats: int = 0
    # A caller that repeats a key must repeat the call; tests want to know if it did not.
    bodies_differ: bool = False

    def as_json(self) -> dict[str, Any]:
        """Describe the entry for tests."""
        return as_json(self)


class SignedLog:
    """
    Takes signed JSON calls, each idempotency key once; the caller holds the lock.

    The signature is that of the Standard Webhooks specification, the key that of the
    draft "The Idempotency-Key HTTP Header Field".
    """

    def __init__(self, *, secret: str, kind: str, ids: Ids, clock: Clock | None = None) -> None:
        self._webhook = Webhook(secret)
        self._kind = kind
        self._ids = ids
        self._clock = clock or Clock()
        self._entries: dict[str, Entry] = {}

    def take(self, headers: dict[str, str], raw: bytes) -> tuple[Entry, bool]:
        """
        Check a call and keep it; the second value says whether it is a repeat.

        Raises:
            RefusedCallError: When the signature, the key or the body is not right.
        """
        try:
            self._verify(headers, raw)
        except (WebhookVerificationError, ValueError) as problem:
            raise RefusedCallError(401, "bad_signature", str(problem)) from problem
        key = headers.get("Idempotency-Key")
        if not key:
            raise RefusedCallError(400, "missing_idempotency_key", "Send an Idempotency-Key.")
        body = _json_object(raw)
        entry = self._entries.get(key)
        if entry is not None:
            entry.repeats += 1
            entry.bodies_differ |= entry.body != body
            return entry, True
        entry = Entry(self._ids.new(self._kind), key, customer_of(body), body, self._clock.now())
        self._entries[key] = entry
        return entry, False

    def _verify(self, headers: dict[str, str], raw: bytes) -> None:
        try:
            self._webhook.verify(raw, headers, json_parse=False)
        except WebhookVerificationError:
            # The library knows the machine's time only, and a test may have set another.
            if not (self._clock.is_set and self._signed_now(headers, raw)):
                raise

    def _signed_now(self, headers: dict[str, str], raw: bytes) -> bool:
        given = {name.lower(): value for name, value in headers.items()}
        try:
            at = datetime.fromtimestamp(int(given["webhook-timestamp"]), UTC)
            expected = self._webhook.sign(given["webhook-id"], at, raw.decode())
            signatures = given["webhook-signature"].split()
        except (KeyError, ValueError):
            return False
        return expected in signatures and abs(self._clock.now() - at) <= _TOLERANCE

    def entries(self) -> list[Entry]:
        """List the entries, oldest first."""
        return list(self._entries.values())


def customer_of(body: dict[str, Any]) -> str | None:
    """Find the customer's id in a body, at the top or under data."""
    data = body.get("data")
    for place in (body, data if isinstance(data, dict) else {}):
        customer = place.get("customer")
        if isinstance(customer, dict):
            customer = customer.get("id") or customer.get("source_id")
        found = place.get("customer_id") or customer
        if isinstance(found, str):
            return found
    return None


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError as problem:
        raise RefusedCallError(400, "bad_json", "The body is not JSON.") from problem
    if not isinstance(body, dict):
        raise RefusedCallError(400, "bad_json", "The body is not a JSON object.")
    return body
