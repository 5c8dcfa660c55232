"""
Asks Voucherify's Management API whether our webhook is still switched on.

Voucherify switches a webhook off after twelve failed tries, and sends nothing from then on.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx2
import structlog

from inbox.state.webhook import WebhookRecord, WebhookState
from schemas import HOLDER_ASSIGNMENT_DELETED
from worker.http_client import CONNECT_SECONDS, explanation, make_client
from worker.http_client.answers import Call, Meaning, judge
from worker.http_client.outgoing import reply_of
from worker.periodic.loop import PeriodicTask
from worker.settings.periodic import WebhookCheckSettings
from worker.voucherify.own import own_error


log = structlog.get_logger()

#: Often enough to switch it on again before many events are missed; 8,640 calls in thirty days
#: for the whole fleet.
INTERVAL_SECONDS: Final = 300

#: Every worker asks so often in each interval whether it is its turn.
_TURNS: Final = 10

#: A worker that stops must not wait longer.
_ANSWER_SECONDS: Final = 4.0

#: Where the receiver takes webhooks, whatever host is in front of it.
RECEIVER_PATH: Final = "/webhooks/voucherify"

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Found:
    """What an answer says about our webhook."""

    state: WebhookState
    listed: bool | None = None


class UnreadableError(Exception):
    """An answer that is not the documented list."""


class WebhookCheck(PeriodicTask):
    """
    Asks when it is this worker's turn; the store gives one worker of the fleet a turn.

    Args:
        record: knows whose turn it is, and keeps what was found.
        caller: names this worker.
        settings: which webhook of which project.
        api_url: Voucherify's API.
        client: calls it; made if it is None.
    """

    def __init__(
        self,
        record: WebhookRecord,
        caller: str,
        settings: WebhookCheckSettings,
        api_url: str,
        client: httpx2.Client | None = None,
    ) -> None:
        super().__init__("webhook_watch", INTERVAL_SECONDS / _TURNS)
        self._record = record
        self._caller = caller
        self._webhook_url = settings.webhook_url
        project = quote(settings.project_id, safe="")
        self._url = f"{api_url.rstrip('/')}/management/v1/projects/{project}/webhooks"
        self._client = client or make_client()
        self._client.timeout = httpx2.Timeout(_ANSWER_SECONDS, connect=CONNECT_SECONDS)
        self._client.headers.update(
            {
                "X-Management-Id": settings.management_id,
                "X-Management-Token": settings.management_token,
            }
        )

    def step(self) -> None:
        """Ask, if it is this worker's turn."""
        if not self._record.turn(self._caller, INTERVAL_SECONDS):
            return
        # A failure shows in the age of the last check: it is no error of the code.
        try:
            reply = reply_of(self._client.get(self._url))
        except httpx2.RequestError as error:
            why = explanation(error) or type(error).__name__
            log.warning("webhook_watch.not_known", reason="no_answer", why=why)
            return
        if reply.status != 200:
            log.warning("webhook_watch.not_known", reason="answered", status=reply.status)
            return
        verdict = judge(reply, LIST_WEBHOOKS)
        content = verdict.content if verdict.meaning is Meaning.DONE else None
        try:
            found = read_webhooks(content, self._webhook_url)
        except UnreadableError:
            log.warning("webhook_watch.not_known", reason="unreadable")
            return
        self._log(found, self._record.saw(found.state, listed=found.listed))

    def stop(self) -> None:
        """Stop, and close the connection."""
        super().stop()
        self._client.close()

    def _log(self, found: Found, before: WebhookState | None) -> None:
        if found.state is WebhookState.OFF:
            log.warning("webhook_watch.switched_off")
        elif found.state is WebhookState.NONE:
            log.warning("webhook_watch.none_found")
        elif before is not WebhookState.ACTIVE:
            log.info("webhook_watch.active")
        if found.listed is False and before is not found.state:
            # Voucherify's list of event types to choose from is older than this event.
            log.warning("webhook_watch.event_not_listed", event_type=HOLDER_ASSIGNMENT_DELETED)


def is_webhook_list(content: Any) -> bool:
    """
    Say whether this is the API's list of a project's webhooks, and nothing else.

    Source: Voucherify's Management API, "List Webhooks": object, data_ref, data and total are
    required, and so are each webhook's object, target_url and active.
    """
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        return False
    kind = (content.get("object"), content.get("data_ref"), type(content.get("total")))
    return kind == ("list", "data", int) and all(_is_webhook(each) for each in content["data"])


#: Any other answer says nothing about the webhook: neither that it is on nor that it is off.
LIST_WEBHOOKS: Final = Call(gives=is_webhook_list, wrote=own_error)


def read_webhooks(answer: Any, webhook_url: str) -> Found:
    """
    Return the state of our webhook, found in the list of a project's webhooks.

    Of several with the address from the settings, one that is active is enough: it sends each
    event. Without an address in the settings, all that could be ours must be active.

    Raises:
        UnreadableError: it is not the documented list, or not all of it.
    """
    if not is_webhook_list(answer):
        raise UnreadableError
    ours = [each for each in answer["data"] if _is_ours(each["target_url"], webhook_url)]
    if not ours:
        if answer["total"] > len(answer["data"]):
            raise UnreadableError
        return Found(WebhookState.NONE)
    states = [each["active"] for each in ours]
    active = any(states) if webhook_url else all(states)
    counted = [each for each in ours if each["active"]] or ours
    listed = any(HOLDER_ASSIGNMENT_DELETED in _texts(each.get("events")) for each in counted)
    return Found(WebhookState.ACTIVE if active else WebhookState.OFF, listed)


def _is_webhook(shown: Any) -> bool:
    return (
        isinstance(shown, dict)
        and shown.get("object") == "webhook"
        and isinstance(shown.get("target_url"), str)
        and isinstance(shown.get("active"), bool)
    )


def _is_ours(target: str, webhook_url: str) -> bool:
    if webhook_url:
        return _address(target) == _address(webhook_url)
    parts = _address(target)
    return parts is not None and parts[-1].endswith(RECEIVER_PATH)


def _address(url: str) -> tuple[str, str, int | None, str] | None:
    """Return the parts by which addresses are compared: no slash at the end, no query."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, parts.hostname or "", port, parts.path.rstrip("/")


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else []
