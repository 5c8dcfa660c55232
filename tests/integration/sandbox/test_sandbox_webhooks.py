import hashlib
import hmac
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.settings import SandboxSettings
from tests.integration.sandbox.kit import Api, Target, until


def sendouts(client: FlaskClient) -> Any:
    """List the webhooks sent."""
    state = client.get("/sandbox/state?part=sendouts").json
    assert state is not None
    return state["sendouts"]


def unassign(client: FlaskClient, scene: Any, number: int = 0) -> None:
    """Press the button of one referee."""
    holder = scene["referees"][number]["holder"]
    assert client.post("/sandbox/unassign", json={"holder": holder}).status_code == 200


def test_unassigning_sends_a_signed_webhook(
    client: FlaskClient, settings: SandboxSettings, scene: Any, target: Target
) -> None:
    """The signature is the hex HMAC-SHA256 of the very bytes that came."""
    unassign(client, scene)
    headers, body = until(lambda: target.received)[0]
    expected = hmac.new(settings.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Voucherify-Signature"] == expected
    assert headers["Content-Type"] == "application/json"
    compact = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False)
    assert compact.encode() == body


def test_the_envelope(client: FlaskClient, scene: Any, target: Target) -> None:
    """The body names the assignment, the referrer's code and who pressed the button."""
    unassign(client, scene)
    envelope = json.loads(until(lambda: target.received)[0][1])
    referee = scene["referees"][0]
    assert set(envelope) == {"id", "project_id", "created_at", "type", "data", "source", "event"}
    assert envelope["type"] == "customer.holder.assignment.deleted"
    assert envelope["source"]["target_url"] == target.url
    event, data = envelope["event"], envelope["data"]
    assert event["entity_id"] == referee["customer"]
    assert event["event_source"]["channel"] == "USER_PORTAL"
    assert set(data) == {"holder", "voucher", "campaign", "customer"}
    assert data["holder"]["id"] == referee["holder"]
    assert data["holder"]["created_at"] < event["created_at"]
    assert data["holder"]["holder_role"] == "REFEREE"
    assert data["voucher"]["code"] == scene["code"]["code"]
    assert data["voucher"]["holder_id"] == scene["referrer"]["customer"]
    assert data["customer"]["email"] == referee["email"]
    assert data["campaign"]["referral_program"] == {"conversion_event_type": "redemption"}


def test_event_and_activity_are_one(api: Api, scene: Any, target: Target) -> None:
    """The webhook's event id, group and time are those in the customer's activity."""
    referee = scene["referees"][0]
    path = f"/referrals/members/{scene['code']['code']}/holders/{referee['holder']}"
    assert api.call("DELETE", path).status_code == 204
    event = json.loads(until(lambda: target.received)[0][1])["event"]
    page = api.call("GET", f"/customers/{referee['customer']}/activity?limit=1").json
    assert page is not None
    activity = page["data"][0]
    assert (activity["id"], activity["group_id"]) == (event["id"], event["group_id"])
    assert activity["created_at"] == event["created_at"]
    assert event["event_source"]["channel"] == "API"


def test_assigning_sends_a_webhook_too(api: Api, scene: Any, target: Target) -> None:
    """A new referee is announced with the event that mirrors the removal."""
    path = f"/referrals/members/{scene['code']['code']}/holders"
    api.call("POST", path, json={"holders": [{"source_id": "late-comer"}]})
    envelope = json.loads(until(lambda: target.received)[0][1])
    assert envelope["type"] == "customer.holder.assignment.created"


def test_the_reward_can_be_shown(client: FlaskClient, target: Target) -> None:
    """On demand the campaign in the body names its reward, the amount as a text."""
    scene = client.post("/sandbox/scenario", json={"show_reward": True}).json
    unassign(client, scene)
    campaign = json.loads(until(lambda: target.received)[0][1])["data"]["campaign"]
    reward = campaign["referral_program"]["referee_reward"]
    assert (reward["type"], reward["amount"]) == ("GIFT_VOUCHER", "500")
    assert scene is not None
    assert reward["related_object_parent"]["id"] == scene["reward_campaign"]


def test_a_failed_webhook_is_sent_again(client: FlaskClient, scene: Any, target: Target) -> None:
    """Every try carries the same bytes, until one is answered with 2xx."""
    target.statuses = [503, 301, 204]
    unassign(client, scene)
    until(lambda: sendouts(client)[0]["state"] == "delivered")
    assert [each["status"] for each in sendouts(client)[0]["tries"]] == [503, 301, 204]
    assert len({body for _, body in target.received}) == 1


@pytest.mark.parametrize("statuses", [[500]])
def test_twelve_failures_disable_the_webhook(
    client: FlaskClient, scene: Any, target: Target, statuses: list[int]
) -> None:
    """After twelve failed tries nothing is sent until a person switches it on again."""
    target.statuses = statuses
    unassign(client, scene, 0)
    until(lambda: sendouts(client)[0]["state"] == "failed")
    assert len(target.received) == 12
    unassign(client, scene, 1)
    assert sendouts(client)[1]["state"] == "stopped"
    state = client.get("/sandbox/state?part=webhook").json
    assert state is not None
    assert (state["webhook"]["url"], state["webhook"]["active"]) == (target.url, False)

    target.statuses = [202]
    client.put("/sandbox/webhook", json={"active": True})
    unassign(client, scene, 2)
    until(lambda: sendouts(client)[2]["state"] == "delivered")
    assert sendouts(client)[1]["state"] == "stopped"


def test_a_sendout_can_be_sent_again_by_hand(
    client: FlaskClient, scene: Any, target: Target
) -> None:
    """Re-sending repeats the same bytes, so the receiver sees a true duplicate."""
    unassign(client, scene)
    until(lambda: sendouts(client)[0]["state"] == "delivered")
    sendout = sendouts(client)[0]["id"]
    assert client.post(f"/sandbox/sendouts/{sendout}/resend").status_code == 202
    until(lambda: len(sendouts(client)[0]["tries"]) == 2)
    assert sendouts(client)[0]["tries"][1]["manual"] is True
    assert target.received[0][1] == target.received[1][1]


# The next try comes a tenth of a second later, and the twelfth after minutes.
@pytest.mark.parametrize(("speedup", "shortest_answer_seconds"), [(600.0, 0.5)])
def test_an_unanswered_try_fails(client: FlaskClient, scene: Any, target: Target) -> None:
    """A receiver that takes too long has failed the try, though it has read the body."""
    target.answers.clear()
    unassign(client, scene)
    first = until(lambda: sendouts(client)[0]["tries"])[0]
    assert (first["status"], first["error"]) == (None, "ReadTimeout")
    assert target.received
    target.answers.set()
    until(lambda: sendouts(client)[0]["state"] == "delivered")


@pytest.mark.parametrize("speedup", [600.0])
def test_no_one_listening_is_a_failed_try(client: FlaskClient, scene: Any, target: Target) -> None:
    """A receiver that is down is tried again when it is back."""
    client.put("/sandbox/webhook", json={"url": "http://127.0.0.1:9/"})
    unassign(client, scene)
    until(lambda: sendouts(client)[0]["tries"])
    client.put("/sandbox/webhook", json={"url": target.url})
    until(lambda: sendouts(client)[0]["state"] == "delivered")
    assert sendouts(client)[0]["tries"][0]["error"] == "ConnectError"


def test_any_bytes_can_be_sent_signed(
    client: FlaskClient, settings: SandboxSettings, target: Target
) -> None:
    """A test can send poison with a right signature."""
    poison = b'{"not": "finished'
    client.post("/sandbox/send", data=poison)
    headers, body = until(lambda: target.received)[0]
    assert body == poison
    expected = hmac.new(settings.webhook_secret.encode(), poison, hashlib.sha256).hexdigest()
    assert headers["X-Voucherify-Signature"] == expected
