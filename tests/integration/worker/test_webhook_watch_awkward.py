"""The check of the webhook, with each awkward answer: nothing changes what is known."""

import json
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from inbox.admin.fleet import Fleet
from inbox.state.webhook import WebhookRecord, WebhookState
from inbox.store.client import StoreClient
from tests.awkward import AWKWARD, Awkward, Kind
from tests.engine import KEYS
from worker.periodic.webhook_check import WebhookCheck
from worker.settings.periodic import WebhookCheckSettings


SETTINGS = WebhookCheckSettings(
    management_id="id", management_token="token", project_id="proj_1", webhook_url=""
)

WEBHOOK = {
    "id": "wh_1",
    "object": "webhook",
    "created_at": "2025-01-02T08:31:46.562Z",
    "events": ["voucher.created"],
    "target_url": "https://perks.example.test/webhooks/voucherify",
    "active": False,
}
LIST: dict[str, Any] = {"object": "list", "data_ref": "data", "data": [WEBHOOK], "total": 1}
EMPTY: dict[str, Any] = {**LIST, "data": [], "total": 0}


def _other(what: str, shown: Any, status: int = 200) -> Awkward:
    return Awkward(f"{status}, {what}", status, json.dumps(shown).encode(), Kind.OTHER)


def _without(thing: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: thing[each] for each in thing if each != name}


#: As the API's own, but for one thing.
NEARLY = (
    _other("a list of something else", {**LIST, "data": [{**WEBHOOK, "object": "subscription"}]}),
    _other("a list of campaigns", {**EMPTY, "data_ref": "campaigns", "campaigns": []}),
    _other("a list without entries of an unknown total", _without(EMPTY, "total")),
    _other("a list that says it has more", {**EMPTY, "total": 3}),
    _other("a list that does not say what it is", _without(EMPTY, "object")),
    _other("a list without data_ref", _without(EMPTY, "data_ref")),
    _other("a list with something else in it", {**LIST, "data": [WEBHOOK, "x"], "total": 2}),
    _other("a webhook without an address", {**LIST, "data": [_without(WEBHOOK, "target_url")]}),
    _other("a webhook that is neither on nor off", {**LIST, "data": [_without(WEBHOOK, "active")]}),
    _other("one webhook, no list", WEBHOOK),
    _other("the list, not by 200", LIST, 202),
    _other("the list in a redirect", LIST, 301),
    _other("the list in an error", LIST, 503),
    _other(
        "an error of Voucherify's own, which names another project",
        {"code": 404, "message": "Resource not found", "details": "Cannot find project with id p"},
        404,
    ),
    _other("Voucherify's own refusal", {"code": 401, "message": "Unauthorized"}, 401),
    _other("Voucherify's own price", {"code": 402, "message": "Payment required"}, 402),
)


@pytest.mark.parametrize("awkward", AWKWARD + NEARLY, ids=str)
@pytest.mark.parametrize("before", [None, WebhookState.ACTIVE, WebhookState.OFF])
def test_only_the_apis_own_list_of_webhooks_decides(
    store: StoreClient, awkward: Awkward, before: WebhookState | None
) -> None:
    """What was known stays known and grows old: nothing is reported on, off or missing."""
    book = WebhookRecord(store)
    book.turn("another", 1)
    if before is not None:
        book.saw(before, listed=True)
    store.hincrby(KEYS.webhook, "looked" if before else "since", -700_000)

    with capture_logs() as logs:
        _check(store, awkward)

    assert [each["event"] for each in logs] == ["webhook_watch.not_known"]
    seen = Fleet(store).read().webhook
    assert seen is not None
    assert seen.active is (None if before is None else before is WebhookState.ACTIVE)
    assert 700 <= seen.age_seconds < 760


@pytest.mark.parametrize(
    ("shown", "event"),
    [
        (LIST, "webhook_watch.switched_off"),
        ({**LIST, "data": [{**WEBHOOK, "active": True}]}, "webhook_watch.active"),
        (EMPTY, "webhook_watch.none_found"),
    ],
)
def test_the_apis_own_list_is_believed(
    store: StoreClient, shown: dict[str, Any], event: str
) -> None:
    """Without the one wrong thing of the table above, the list decides."""
    with capture_logs() as logs:
        _check(store, _other("the list", shown))

    assert event in [each["event"] for each in logs]


def _check(store: StoreClient, awkward: Awkward) -> None:
    client = httpx2.Client(transport=httpx2.MockTransport(awkward.response), follow_redirects=False)
    store.delete(KEYS.webhook_turn)
    WebhookCheck(WebhookRecord(store), "one", SETTINGS, "http://sandbox/", client).step()
