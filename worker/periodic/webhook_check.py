"""
Asks Voucherify's Management API whether our webhook is still switched on.

Voucherify switches a webhook off after twelve failed tries, and sends nothing from then on.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import structlog

from inbox.state.webhook import WebhookRecord, WebhookState
from schemas import HOLDER_ASSIGNMENT_DELETED
from worker.periodic.loop import PeriodicTask
from worker.settings.periodic import WebhookCheckSettings
from worker.voucherify.management import NotKnownError, VoucherifyManagement, is_webhook_list


log = structlog.get_logger()

#: Often enough to switch it on again before many events are missed; 8,640 calls in thirty days
#: for the whole fleet.
INTERVAL_SECONDS: Final = 300

#: Every worker asks so often in each interval whether it is its turn.
_TURNS: Final = 10

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
        self._api = VoucherifyManagement(
            api_url,
            settings.project_id,
            settings.management_id,
            settings.management_token,
            client,
        )

    def step(self) -> None:
        """Ask, if it is this worker's turn."""
        if not self._record.turn(self._caller, INTERVAL_SECONDS):
            return
        # A failure shows in the age of the last check: it is no error of the code.
        try:
            found = read_webhooks(self._api.webhooks(), self._webhook_url)
        except NotKnownError as error:
            log.warning("webhook_watch.not_known", reason=error.reason, **error.details)
            return
        except UnreadableError:
            log.warning("webhook_watch.not_known", reason="unreadable")
            return
        self._log(found, self._record.saw(found.state, listed=found.listed))

    def stop(self) -> None:
        """Stop, and close the connection."""
        super().stop()
        self._api.close()

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
